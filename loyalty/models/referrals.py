"""Members who bring others: their code, and who came by it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel, Placement


class FriendKey(models.Model):
    """Digest of a member's code for friends → member."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    code_id = models.UUIDField()


class FriendCode(OwnedModel):
    """The code that one member gives to friends."""

    code = SealedField()
    code_digest = models.BinaryField()  # the row's own key, so that merging can move it
    made_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["customer", "id"], name="loyalty_friendcode_customer"),
        ]


class Referral(OwnedModel):
    """Somebody whom a member brought: the row lies with who was brought. Who brought them is an id and nothing else."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for the first purchase")
        HELD = "held", _("Waits for our decision")
        COUNTED = "counted", _("Rewarded")
        REFUSED = "refused", _("Refused")
        BACK = "back", _("Taken back")

    class Doubt(models.TextChoices):
        MAILBOX = "mailbox", _("The same mailbox in another spelling")
        PHONE = "phone", _("The same phone number")
        CARD = "card", _("A payment card or another identifier of both")
        HOME = "home", _("The same address")
        MANY = "many", _("Too many in one month")

    by = models.UUIDField()  # who brought them, as an id of that time
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    doubt = models.CharField(max_length=10, choices=Doubt.choices, blank=True)
    order_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer"], name="loyalty_referral_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # How many one member brought lately, and who.
            models.Index(fields=["by", "-at"], name="loyalty_referral_by"),
            # What is not decided yet: the list of staff, and the job that looks for purchases.
            models.Index(fields=["-id"], name="loyalty_referral_open", condition=Q(state__in=["waiting", "held"])),
        ]
