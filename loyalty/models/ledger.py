"""The ledger: acts and their movements, which never change, and what is derived of them (ADR 31)."""

from collections import defaultdict
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cdp.core.crypto.fields import SealedField
from cdp.core.models import Model, OwnedModel, Placement
from commerce.rules import money
from loyalty.rules.purse import PAIRS, Account


def _amount(**options: Any) -> models.DecimalField:
    return models.DecimalField(max_digits=18, decimal_places=4, **options)


def _pairs() -> Q:
    """The movements there can be, as a condition of PostgreSQL's."""
    targets: dict[Account, list[str]] = defaultdict(list)
    for debit, credit in PAIRS:
        targets[debit].append(credit.value)
    found = Q()
    for debit in sorted(targets):
        found |= Q(debit=debit.value, credit__in=sorted(targets[debit]))
    return found


class WalletType(Model):
    """What is counted in a wallet: points, the stamps of one card, money of the shop in one currency."""

    placement = Placement.SHARED

    class Kind(models.TextChoices):
        POINTS = "points", pgettext_lazy("loyalty", "Points")
        STAMPS = "stamps", _("Stamps")
        CREDIT = "credit", _("Store credit")

    key = models.SlugField(_("key"), max_length=20, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    currency = models.CharField(_("currency"), max_length=3, blank=True)  # of store credit
    names = models.JSONField(_("names"), default=dict)  # {"en": {"one": "star", "many": "stars"}}

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        ordering: ClassVar[list[str]] = ["key"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="loyalty_wallettype_currency",
                condition=Q(kind="credit") & ~Q(currency="") | ~Q(kind="credit") & Q(currency=""),
            ),
        ]

    def __str__(self) -> str:
        """The key."""
        return self.key

    @property
    def digits(self) -> int:
        """How many decimals it counts in: those of its money; points and stamps are whole."""
        return money.decimals(self.currency) if self.currency else 0


class Act(OwnedModel):
    """One thing that happened to a wallet, and why. Append-only; told again it is the same act."""

    class Kind(models.TextChoices):
        EARN = "earn", _("Earned")
        ACTIVATE = "activate", _("Can be spent")
        HOLD = "hold", _("Put aside")
        CAPTURE = "capture", _("Redeemed")
        RELEASE = "release", _("Given back")
        REDEEM = "redeem", _("Redeemed at once")
        RESTORE = "restore", _("Redemption taken back")
        EXPIRE = "expire", _("Expired")
        REINSTATE = "reinstate", _("Expiry taken back")
        REFUND = "refund", _("Taken back")
        SETTLE = "settle", _("Debt paid")
        ADJUST = "adjust", _("Adjusted by staff")
        OPENING = "opening", _("Brought along")
        PARTED = "parted", _("Shared no more")

    wallet = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    cause = models.CharField(max_length=120)  # the name of the fact: order:<id>, hold:<id>, lot:<id>@<when>
    fact_id = models.UUIDField(null=True)  # the order, refund, answer, hold … itself
    at = models.DateTimeField()  # when it happened
    written_at = models.DateTimeField()
    version = models.UUIDField(null=True)  # of the programme that judged it
    change = _amount(default=0)  # of what the member has in all: waiting, to spend, put aside, less what is owed
    qualifying = _amount(null=True)  # how much of it counts for tiers; negative where it was taken back
    details = models.JSONField(null=True)  # points by line with the rules that gave them; frozen, nobody's name
    reason = models.CharField(max_length=40, blank=True)  # a code: why staff adjusted, why points were taken back
    words = SealedField()  # what staff wrote beside it
    source = models.CharField(max_length=60, blank=True)
    place = models.CharField(max_length=60, blank=True)  # the store or till
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)

    class Meta:
        verbose_name = _("act")
        verbose_name_plural = _("acts")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also the index of a customer's history.
            models.UniqueConstraint(fields=["customer", "wallet", "kind", "cause"], name="loyalty_act_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # What was booked for an order so far.
            models.Index(fields=["customer", "fact_id"], name="loyalty_act_fact", condition=Q(fact_id__isnull=False)),
            # What each member of staff gave and took, newest first.
            models.Index(fields=["actor_id", "-id"], name="loyalty_act_staff", condition=Q(actor_kind="staff")),
            # What people and tills did of late, by whom and where, without a look at the rows themselves.
            models.Index(
                fields=["-id"],
                include=["actor_kind", "actor_id", "source", "place", "kind", "wallet", "change", "customer"],
                name="loyalty_act_hand",
                condition=~Q(actor_kind="system"),
            ),
            # What came and went by month, without a look at the rows: they are eight times as large.
            models.Index(fields=["at"], include=["wallet", "kind", "change"], name="loyalty_act_flow"),
        ]


class Movement(OwnedModel):
    """An amount from one account to another. Append-only; both legs in one row, so they cannot differ."""

    # Written by the thousand beside its act, whose own key was checked.
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    act_id = models.UUIDField()
    lot_id = models.UUIDField(null=True)
    wallet = models.CharField(max_length=20)
    debit = models.CharField(max_length=10)
    credit = models.CharField(max_length=10)
    amount = _amount()

    class Meta:
        verbose_name = _("movement")
        verbose_name_plural = _("movements")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="loyalty_movement_amount", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="loyalty_movement_pair", condition=_pairs()),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # What an act moved; the whole ledger of a customer.
            models.Index(fields=["customer", "act_id"], name="loyalty_movement_act"),
        ]


class Lot(OwnedModel):
    """What is left of one earning; its id is the act's. Derived from the movements, and proved against them."""

    wallet = models.CharField(max_length=20)
    earned_at = models.DateTimeField()
    active_from = models.DateTimeField()
    ends = models.DateTimeField(null=True)
    version = models.UUIDField(null=True)
    amount = _amount()
    pending = _amount(default=0)
    active = _amount(default=0)
    held = _amount(default=0)
    expired = _amount(default=0)
    graced = models.BooleanField(default=False, db_default=False)  # put off once, for what came back after its end

    class Meta:
        verbose_name = _("lot")
        verbose_name_plural = _("lots")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="loyalty_lot_within",
                condition=Q(pending__gte=0, active__gte=0, held__gte=0, expired__gte=0)
                & Q(amount__gte=models.F("pending") + models.F("active") + models.F("held") + models.F("expired")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # What a customer has.
            models.Index(
                fields=["customer", "wallet"],
                name="loyalty_lot_open",
                condition=Q(pending__gt=0) | Q(active__gt=0) | Q(held__gt=0),
            ),
            # What of an earning is left, by a refund.
            models.Index(fields=["customer", "id"], name="loyalty_lot_customer"),
            # Waits that are over, and ends that have come, for the job.
            models.Index(fields=["active_from"], name="loyalty_lot_waiting", condition=Q(pending__gt=0)),
            models.Index(fields=["ends"], name="loyalty_lot_ending", condition=Q(active__gt=0, ends__isnull=False)),
        ]


class Balance(OwnedModel):
    """What one customer's row has in one wallet, kept beside the lots. People who share a purse have one each."""

    wallet = models.CharField(max_length=20)
    pending = _amount(default=0)
    active = _amount(default=0)
    held = _amount(default=0)
    debt = _amount(default=0)  # what is owed
    next_at = models.DateTimeField(null=True)  # from when on time alone makes these figures untrue
    moved_at = models.DateTimeField()

    class Meta:
        verbose_name = _("balance")
        verbose_name_plural = _("balances")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "wallet"], name="loyalty_balance_once"),
            models.CheckConstraint(
                name="loyalty_balance_limits", condition=Q(pending__gte=0, active__gte=0, held__gte=0, debt__gte=0)
            ),
        ]


class Hold(OwnedModel):
    """Points put aside for a sale that is under way. What of which lots, the movements say."""

    class State(models.TextChoices):
        OPEN = "open", _("Put aside")
        CAPTURED = "captured", _("Redeemed")
        RELEASED = "released", _("Given back")
        LAPSED = "lapsed", _("Given back, as time ran out")

    wallet = models.CharField(max_length=20)
    amount = _amount()
    captured = _amount(default=0)
    restored = _amount(default=0)  # how much of that was given back since
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    until = models.DateTimeField()
    reward = models.CharField(max_length=40, blank=True)
    gave = models.JSONField(null=True)  # what the reward gave then: its name, how, and the benefit
    flag = models.CharField(max_length=20, blank=True)  # for the report on staff: `undone`, `kept` (rewards.cards)
    flagged_at = models.DateTimeField(null=True)
    reference = models.CharField(max_length=200, blank=True)  # the till's own number of the sale
    source = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    resolved_by = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="loyalty_hold_within",
                condition=Q(amount__gt=0, captured__gte=0, captured__lte=models.F("amount"))
                & Q(restored__gte=0, restored__lte=models.F("captured")),
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # A customer's, newest first.
            models.Index(fields=["customer", "-id"], name="loyalty_hold_customer"),
            # Whose time ran out.
            models.Index(fields=["until"], name="loyalty_hold_open", condition=Q(state="open")),
            # The report on staff.
            models.Index(fields=["-flagged_at"], name="loyalty_hold_flagged", condition=~Q(flag="")),
        ]


class Settled(OwnedModel):
    """How a fact stood when it was settled last, so that the pipeline looks again only where it changed.

    It stays with whoever it was settled for: an order that is somebody else's since is found by it and taken back.
    """

    class Kind(models.TextChoices):
        ORDER = "order", _("Order")
        RETURN = "return", _("Return without an order")
        ACTION = "action", _("Something that is no purchase")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    fact_id = models.UUIDField()
    seen = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "kind", "fact_id"], name="loyalty_settled_once"),
        ]
