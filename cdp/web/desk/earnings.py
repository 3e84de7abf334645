"""What a purchase or a return does to somebody's wallets, booked at once so that the till can tell it.

The pipeline would book the same a moment later and then finds nothing to do: earning is a difference (ADR 31).
"""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from cdp.web import formats
from customers.selectors import lineage
from loyalty.models import Act, Lot, Movement
from loyalty.rules.purse import ZERO, Account
from loyalty.selectors import accounts, purses, wallets
from loyalty.selectors.wallets import Wallet
from loyalty.services import accruing


@dataclass(frozen=True, slots=True)
class Brought:
    """What a purchase brought into one wallet, from when on it can be spent where that is later, and what can be spent
    now.
    """

    wallet: Wallet
    amount: Decimal
    later: datetime | None
    available: Decimal

    @property
    def words(self) -> str:
        """The same in a sentence: “+37 points, now 412”."""
        told = {"much": self.wallet.counted(self.amount), "now": self.wallet.amount(self.available)}
        if self.later is None:
            return _("+%(much)s, now %(now)s") % told
        return _("+%(much)s from %(day)s, now %(now)s") % {**told, "day": formats.day(self.later)}


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What of an earning went back, by where it was taken from. `later` is what is owed since, `money` what less money
    is given back for.
    """

    wallet: Wallet
    waiting: Decimal = ZERO
    active: Decimal = ZERO
    expired: Decimal = ZERO
    later: Decimal = ZERO
    money: Decimal = ZERO
    forgiven: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        """All of it."""
        return self.waiting + self.active + self.expired + self.later + self.money + self.forgiven

    @property
    def words(self) -> str:
        """How much of what."""
        return self.wallet.counted(self.amount)

    @property
    def parts(self) -> str:
        """Where it is taken from, in words; empty where all of it could be spent."""
        named = [
            (self.active, _("%(much)s of what can be spent")),
            (self.waiting, _("%(much)s that could not be spent yet")),
            (self.expired, _("%(much)s that had expired")),
            (self.later, _("%(much)s owed, paid by the next ones")),
            (self.money, _("%(much)s by less money")),
            (self.forgiven, _("%(much)s forgiven")),
        ]
        told = [words % {"much": self.wallet.amount(amount)} for amount, words in named if amount]
        return "" if self.active == self.amount else ", ".join(told)


@dataclass(slots=True)
class Effect:
    """What booking one order changed: what came, what went, by wallet, and what can be spent now."""

    brought: list[Brought] = field(default_factory=list)
    taken: list[TakenBack] = field(default_factory=list)
    available: Mapping[str, Decimal] = field(default_factory=dict)


_SHOP = frozenset({Account.ISSUED.value})
_FROM = {
    Account.PENDING.value: "waiting",
    Account.ACTIVE.value: "active",
    Account.EXPIRED.value: "expired",
    Account.DEBT.value: "later",
    Account.DEDUCTED.value: "money",
    Account.FORGIVEN.value: "forgiven",
}


def book(customer: uuid.UUID, order: uuid.UUID, *, at: datetime, is_paying_back: bool = False) -> Effect:
    """Book what is due for everything this customer bought and brought back, and tell what it did for one order.

    `is_paying_back`: its money goes back now, less what points that are missing are worth (`TakenBack.money`), where
    the programme wants it so. Call it inside the transaction that wrote the order or the return.
    """
    top = lineage.get(customer).customer.id
    people = purses.persons([top])[top]
    before = {act.id for act in _acts(people, order)}
    accruing.accrue([top], at, paying_back=order if is_paying_back else None)
    acts = [act for act in _acts(people, order) if act.id not in before]
    known = wallets.every()
    effect = Effect(available={one.wallet.key: one.available for one in accounts.standings(top, at=at)})
    starts = dict(Lot.objects.filter(customer_id__in=people, id__in=[act.id for act in acts]).values_list(
        "id", "active_from"
    ))  # fmt: skip
    for wallet, some in _by_wallet(acts).items():
        named = known.get(wallet) or wallets.unknown(wallet)
        came = sum((act.change for act in some if act.kind == Act.Kind.EARN), ZERO)
        if came > 0:
            later = max((starts[act.id] for act in some if act.id in starts), default=at)
            available = effect.available.get(wallet, ZERO)
            effect.brought.append(Brought(named, came, later if later > at else None, available))
        went = _taken(people, [act for act in some if act.kind == Act.Kind.REFUND])
        if went:
            effect.taken.append(TakenBack(named, **went))
    return effect


def _acts(people: Sequence[uuid.UUID], order: uuid.UUID) -> list[Act]:
    kinds = (Act.Kind.EARN, Act.Kind.REFUND)
    return list(Act.objects.filter(customer_id__in=people, fact_id=order, kind__in=kinds).order_by("id"))


def _by_wallet(acts: Sequence[Act]) -> dict[str, list[Act]]:
    found: dict[str, list[Act]] = defaultdict(list)
    for act in acts:
        found[act.wallet].append(act)
    return found


def _taken(people: Sequence[uuid.UUID], acts: Sequence[Act]) -> dict[str, Decimal]:
    """Everything that went back to the shop, by the account it came from."""
    found: dict[str, Decimal] = defaultdict(lambda: ZERO)
    moved = Movement.objects.filter(customer_id__in=people, act_id__in=[act.id for act in acts], credit__in=_SHOP)
    for debit, amount in moved.values_list("debit", "amount"):
        found[_FROM[debit]] += amount
    return dict(found)
