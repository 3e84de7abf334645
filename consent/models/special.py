"""Details that only stand as long as an explicit consent does."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel


class SpecialDetail(OwnedModel):
    """A detail of the special categories (GDPR art. 9, PDPA s. 26, PIPA art. 23), sealed.

    It lives in this room and not on the profile because without its consent it may not be there at all: the statement
    that takes the consent back deletes it in the same transaction (`consent.services.special`).
    """

    class Field(models.TextChoices):
        ETHNICITY = "ethnicity", _("Ethnicity")

    field = models.CharField(max_length=20, choices=Field.choices)
    value = SealedField()  # in the person's own words: no list of ours would be right everywhere
    record_id = models.UUIDField()  # the statement under which it was told
    told_at = models.DateTimeField()

    class Meta:
        verbose_name = _("special detail")
        verbose_name_plural = _("special details")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also the index by which a withdrawal and the page of a customer find them.
            models.UniqueConstraint(fields=["customer", "field"], name="consent_specialdetail_once"),
        ]
