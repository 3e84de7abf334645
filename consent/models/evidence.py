"""Files that prove a statement: the scan of a paper form, a photograph, the recording of a call."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel


class EvidenceFile(OwnedModel):
    """One file, sealed. Append-only in the database; erasing the person removes it and destroys its key.

    It lies in the database, so that it is written with its statement or not at all, comes back with every backup and
    goes in the transaction that erases. The statements it proves name it (`ConsentRecord.files`) with a digest of its
    ciphertext, and stand in a chain: whoever changes or removes a file is found without opening any.
    """

    kind = models.CharField(max_length=5)  # what it is by its content, see `consent.rules.evidence`
    size = models.PositiveIntegerField()
    name = SealedField()  # what it was called where it came from
    content = SealedField()
    added_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("evidence file")
        verbose_name_plural = _("evidence files")
        indexes: ClassVar[list[models.Index]] = [
            # The files of a person: erasing, the person's copy.
            models.Index(fields=["customer", "id"], name="consent_evidence_person"),
        ]
