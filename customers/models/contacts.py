"""Ways to reach a person. Separate from identifiers: many people may share a phone, one person has many addresses."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel


class ContactPoint(OwnedModel):
    """One e-mail address, phone number, LINE id … of a customer; the value is sealed."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PHONE = "phone", _("Phone")
        LINE = "line", _("LINE")
        EXTERNAL = "external_id", _("Customer number")
        MEMBER = "member_number", _("Member number")
        HANDLE = "handle", _("Social account")

    # No foreign key in the database: looking up the customer of each row was a third of what an import costs
    # PostgreSQL, and customers are never deleted (ADR 9).
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    value = SealedField()
    digest = models.BinaryField()
    source = models.CharField(max_length=60, blank=True)
    is_primary = models.BooleanField(default=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    # Source and fact that first told it (`provenance.told_by`); `source` above says whose customer number it is.
    told_by = models.CharField(max_length=200, blank=True, null=True, editable=False)  # noqa: DJ001  (rows of before)
    # The keyed number of a phone's last four digits, by which people at a counter name it; null for all else.
    ending = models.BigIntegerField(null=True, editable=False)
    # The country of a phone's code (ISO 3166-1), empty for a number of no single one; null for all else, and for
    # phones of before until `phone_countries` has opened them.
    country = models.CharField(max_length=2, blank=True, null=True, editable=False)  # noqa: DJ001  (rows of before)

    class Meta:
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "kind", "digest"], name="customers_contactpoint_once"),
            # Senders take the primary one; there is at most one of each kind. External ids have one per source.
            models.UniqueConstraint(
                fields=["customer", "kind", "source"],
                name="customers_contactpoint_one_primary",
                condition=Q(is_primary=True),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Who has a phone that ends like this: about one in ten thousand.
            models.Index(fields=["ending"], name="customers_contactpoint_ending", condition=Q(ending__isnull=False)),
            # Phones of before that have no number yet; beat looks for them and mostly finds none.
            models.Index(
                fields=["id"],
                name="customers_contactpoint_waits",
                condition=Q(ending__isnull=True, kind="phone", value__isnull=False),
            ),
            # Phones of before whose country nobody looked at yet; empty once the job of beat has passed.
            models.Index(
                fields=["id"],
                name="customers_contactpoint_nowhere",
                condition=Q(country__isnull=True, kind="phone", value__isnull=False),
            ),
            # Whom the gate leaves out because their address reaches nobody: few.
            models.Index(
                fields=["kind", "customer"],
                name="customers_contactpoint_closed",
                condition=Q(bounced_at__isnull=False, is_primary=True),
            ),
        ]
