"""Members who share a wallet: who sits in which household since when, and invitations to one."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cdp.core.models import OwnedModel, Placement


class HouseholdKey(models.Model):
    """Digest of the code of an invitation → who invites. Good once and for a while; gone when it was taken."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    until = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # Nobody invites by two codes at a time.
            models.Index(fields=["customer_id"], name="loyalty_householdkey_customer"),
            # What nobody took in time is forgotten.
            models.Index(fields=["until"], name="loyalty_householdkey_until"),
        ]


class Seat(OwnedModel):
    """Somebody's place in a household. The household is an id and nothing else: those whose seats name it are it.

    Seats stay where they were written. Of a person who was merged the first open one counts, whoever stands for them
    first; the others wait, and count again when the two are parted (`loyalty.selectors.households`).
    """

    class How(models.TextChoices):
        STAFF = "staff", _("By staff")
        CARD = "card", _("By the card")

    class Why(models.TextChoices):
        LEFT = "left", _("They left it")
        STAFF = "staff", _("Ended by staff")
        PROGRAMME = "programme", _("They left the programme")
        ALONE = "alone", _("Nobody else was in it any more")
        FORGOTTEN = "forgotten", _("They were forgotten")

    household = models.UUIDField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    how = models.CharField(max_length=10, choices=How.choices)
    agreed = models.TextField(blank=True)  # the words that were shown to who agreed
    by_kind = models.CharField(max_length=10)
    by_id = models.UUIDField(null=True)
    why = models.CharField(max_length=10, choices=Why.choices, blank=True)
    ended_by_kind = models.CharField(max_length=10, blank=True)
    ended_by_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("seat in a household")
        verbose_name_plural = _("seats in households")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer"], name="loyalty_seat_open", condition=Q(until__isnull=True)),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Whether somebody shares, or ever did.
            models.Index(fields=["customer", "id"], name="loyalty_seat_customer"),
            # Everybody of a household.
            models.Index(fields=["household"], name="loyalty_seat_household"),
        ]
