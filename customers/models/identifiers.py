"""What a person can be recognised by. The digest is the primary key, so one identifier belongs to one person."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Placement


class Identifier(models.Model):
    """Digest of (kind, source, value) → customer. A key table: read first, then rows by customer_id, never joined."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    kind = models.CharField(max_length=20)
    source = models.CharField(max_length=60, blank=True)  # only external ids are per source
    is_verified = models.BooleanField(default=False)
    is_shared = models.BooleanField(default=False)  # a household phone: resolves by given name among its holders
    created_at = models.DateTimeField()
    # Why it is there: source and fact that first named it (`provenance.told_by`). Null for rows of before.
    told_by = models.CharField(max_length=200, blank=True, null=True, editable=False)  # noqa: DJ001

    class Meta:
        verbose_name = _("identifier")
        verbose_name_plural = _("identifiers")
        indexes: ClassVar[list[models.Index]] = [
            # Limits per person, un-merging, erasure: all identifiers of a customer.
            models.Index(fields=["customer_id", "kind"], name="customers_identifier_customer"),
        ]


class SharedIdentifier(models.Model):
    """One holder of a shared key, which is an `Identifier` with `is_shared`.

    Of any other key a guest: somebody who gave it where anybody may type anything, known again by key and name.
    """

    placement = Placement.KEY

    id = models.BigAutoField(primary_key=True)
    digest = models.BinaryField()
    customer_id = models.UUIDField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["digest", "customer_id"], name="customers_sharedidentifier_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Merging: the household keys of one customer.
            models.Index(fields=["customer_id"], name="customers_shared_customer"),
        ]
