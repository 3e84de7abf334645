"""Warranty cards: what somebody bought, until when the maker answers for it, and what became of claims."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedForeignKey, OwnedModel


class Warranty(OwnedModel):
    """One registered article. `sku` and `name` are the catalogue's; what the customer typed is sealed.

    The same serial number may be registered by two people (sold on, or mistyped): both cards are kept, and staff see
    that there is another.
    """

    class State(models.TextChoices):
        REGISTERED = "registered", _("Registered")
        CLAIMED = "claimed", _("Claimed")
        CLOSED = "closed", _("Closed")

    sku = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=300, blank=True)
    typed = SealedField()  # the article in the customer's own words, where the catalogue has none such
    serial = SealedField()
    serial_digest = models.BinaryField(null=True)  # keyed, of the number without blanks, dashes and case
    place = SealedField()  # where it was bought, as typed
    order_number = SealedField()  # as typed
    order_id = models.UUIDField(null=True)  # the order of the same customer under that number
    bought_on = models.DateField()
    months = models.PositiveSmallIntegerField()
    ends_on = models.DateField()  # the last day
    state = models.CharField(max_length=12, choices=State.choices, default=State.REGISTERED)
    source = models.CharField(max_length=60)
    registered_at = models.DateTimeField()
    resolved_by = models.BinaryField(null=True)  # by which identifier the person was known

    class Meta:
        verbose_name = _("warranty")
        verbose_name_plural = _("warranties")
        indexes: ClassVar[list[models.Index]] = [
            # Page and timeline of a customer, newest first.
            models.Index(fields=["customer", "-registered_at"], name="commerce_warranty_customer"),
            # The card is found by its serial number when it is claimed.
            models.Index(
                fields=["serial_digest"],
                name="commerce_warranty_serial",
                condition=models.Q(serial_digest__isnull=False),
            ),
            # The staff list, newest first.
            models.Index(fields=["-id"], name="commerce_warranty_list"),
            # What staff are at work on.
            models.Index(fields=["-id"], name="commerce_warranty_claimed", condition=models.Q(state="claimed")),
            # What was closed: few among many, which no walk through the newest would find.
            models.Index(fields=["-id"], name="commerce_warranty_closed", condition=models.Q(state="closed")),
            # Who hears that a warranty ends: campaigns read it by day.
            models.Index(fields=["ends_on"], name="commerce_warranty_ends"),
        ]


class WarrantyClaim(OwnedModel):
    """What is wrong with a registered article, and what was done about it."""

    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    warranty = OwnedForeignKey(Warranty, models.DO_NOTHING, related_name="claims", db_index=False, db_constraint=False)
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField(null=True)
    text = SealedField()
    closed_at = models.DateTimeField(null=True)
    outcome = SealedField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The claims of a card, and those of a customer's timeline.
            models.Index(fields=["customer", "warranty"], name="commerce_warrantyclaim_card"),
        ]
