"""What somebody has in the programme, as tills and stores ask for it: balances by wallet, and what happened to them."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import QuerySet, Sum

from customers.selectors import lineage
from loyalty.models import Act, Hold, Movement, WalletType
from loyalty.rules.programme import Programme, Refunds
from loyalty.rules.purse import ZERO, Account, Purse
from loyalty.rules.spending import Refusal, Refused
from loyalty.selectors import purses, taken, versions

MOST_OF_A_SALE = 100
"""How many redemptions and holds with one number of a sale are looked at."""


def wallet(key: str) -> WalletType | None:
    """The wallet of that key."""
    return WalletType.objects.filter(key=key).first()


def wallets() -> list[str]:
    """The keys of all wallets there are."""
    return list(WalletType.objects.values_list("key", flat=True))


@dataclass(frozen=True, slots=True)
class Standing:
    """One wallet of somebody at a moment: what is shown as theirs, what waits, what is put aside, what is owed, and
    what of it ends next.

    `net` is what can be spent less what is owed. `balance` is the same where the programme in force lets a balance go
    below zero; else it is never less than zero, and `owed` alone tells what the next earnings pay.
    """

    wallet: WalletType
    balance: Decimal = ZERO
    net: Decimal = ZERO
    pending: Decimal = ZERO
    held: Decimal = ZERO
    owed: Decimal = ZERO
    ends_at: datetime | None = None
    ending: Decimal = ZERO

    @property
    def available(self) -> Decimal:
        """What can be spent: never below zero."""
        return max(self.balance, ZERO)


def standings(customer: uuid.UUID, *, at: datetime) -> list[Standing]:
    """Every wallet of who stands for themselves, as it is at that moment whatever has been booked: waits that are
    over, ends that have come, holds whose time ran out.
    """
    found, how = opened(customer, at=at), refunds(at)
    return [_standing(kind, found.get(kind.key), at, how) for kind in WalletType.objects.all()]


def opened(customer: uuid.UUID, *, at: datetime) -> dict[str, Purse]:
    """The same as purses by wallet, for who has anything in one."""
    shared = purses.sharing([customer])
    purses_of = purses.load(shared.persons, shared.circles)
    found = {key: purse for (top, key), purse in purses_of.items() if top == customer}
    # Also of who shares no more: it may lie on lots of these.
    _lapse(found, [row for rows in shared.persons.values() for row in rows], at)
    for purse in found.values():
        purse.catch_up(at)
    return found


def own(customer: uuid.UUID, *, at: datetime) -> list[Standing]:
    """The same of what is theirs alone: what others share with them is no part of it."""
    found, how = opened(customer, at=at), refunds(at)
    return [
        _standing(kind, found[kind.key].own() if kind.key in found else None, at, how)
        for kind in WalletType.objects.all()
    ]


def put_aside(people: Collection[uuid.UUID], wallet: str) -> Decimal:
    """What these people have put aside for purchases under way, whose ever it is."""
    rows = Hold.objects.filter(customer_id__in=list(people), wallet=wallet, state=Hold.State.OPEN)
    return rows.aggregate(all=Sum("amount"))["all"] or ZERO


def _lapse(found: Mapping[str, Purse], people: Sequence[uuid.UUID], at: datetime) -> None:
    late = overdue(people, at)
    if not late:
        return
    grace = timedelta(days=refunds(at).grace_days)
    put_aside = taken.held_of([row.id for row in late], people)
    for row in late:
        if row.wallet in found:
            found[row.wallet].catch_up(at)
            parts = [part for part in put_aside[row.id] if part.lot in found[row.wallet].lots]
            found[row.wallet].lapse(parts, until=row.until, at=at, grace=grace)


def overdue(people: Sequence[uuid.UUID], at: datetime) -> list[Hold]:
    """Holds of these people whose time ran out, in that order: one may prolong a lot that another is of too."""
    found = Hold.objects.filter(customer_id__in=people, state=Hold.State.OPEN, until__lte=at)
    return list(found.order_by("until", "id"))


def refunds(at: datetime) -> Refunds:
    """What becomes of points that come back at that moment."""
    version = versions.in_force(at)
    return version.programme.refunds if version else Refunds()


def _standing(kind: WalletType, purse: Purse | None, at: datetime, how: Refunds) -> Standing:
    if purse is None:
        return Standing(kind)
    purse.catch_up(at)
    net = purse.balance(at)
    spendable = [lot for lot in purse.lots.values() if lot.active and lot.ends and not lot.has_ended(at)]
    first = min((lot.ends for lot in spendable if lot.ends), default=None)
    return Standing(
        kind,
        balance=how.shown(net),
        net=net,
        pending=purse.waiting(at),
        held=purse.held,
        owed=purse.owed,
        ends_at=first,
        ending=sum((lot.active for lot in spendable if lot.ends == first), ZERO),
    )


def price(kind: WalletType, amount: Decimal, programme: Programme | None) -> tuple[Decimal | None, str]:
    """What so much of a wallet is in money when it is spent, and in which; None where it has no price."""
    if kind.currency:
        return amount, kind.currency
    each = programme.wallet(kind.key).worth if programme else None
    if programme is None or each is None:
        return None, ""
    return amount * each, programme.currency


def worth(key: str, amount: Decimal, *, at: datetime) -> tuple[Decimal | None, str]:
    """The same by the programme of that moment."""
    kind, version = wallet(key), versions.in_force(at)
    return price(kind, amount, version.programme if version else None) if kind else (None, "")


def redemption(customer: uuid.UUID, *, source: str, reference: str, wallet: str = "") -> uuid.UUID | None:
    """The hold or redemption that a source told with that number of its own: of those of which something can be given
    back the newest, else the newest redeemed one, else the newest. Raises Refused where it could be of several wallets.
    """
    people = purses.persons([customer])[customer]
    rows = Hold.objects.filter(customer_id__in=people, source=source, reference=reference).order_by("-id")
    found = list((rows.filter(wallet=wallet) if wallet else rows)[:MOST_OF_A_SALE])
    redeemed = [row for row in found if row.state == Hold.State.CAPTURED]
    left = [row for row in redeemed if row.captured > row.restored]
    if len(several := sorted({row.wallet for row in left})) > 1:
        raise Refused(Refusal.SEVERAL, known=", ".join(several))
    return next((row.id for row in (*left, *redeemed, *found)), None)


# --- what happened ---


def entries(customer: uuid.UUID, *, wallet: str = "") -> QuerySet[Act]:
    """Everything that happened to the wallets of who stands for themselves, whoever of those who are one it was."""
    found = Act.objects.filter(customer_id__in=lineage.of(customer))
    return found.filter(wallet=wallet) if wallet else found


def effects(acts: Sequence[Act]) -> dict[uuid.UUID, Decimal]:
    """By how much each of these changed what can be spent, less what is owed. One query."""
    found = {act.id: ZERO for act in acts}
    people = purses.hands(lineage.everybody({act.customer_id for act in acts}))
    moved = Movement.objects.filter(customer_id__in=people, act_id__in=list(found))
    for act, debit, credit, amount in moved.values_list("act_id", "debit", "credit", "amount"):
        found[act] += amount * (_SPENDABLE.get(credit, 0) - _SPENDABLE.get(debit, 0))
    return found


_SPENDABLE = {Account.ACTIVE.value: 1, Account.DEBT.value: -1}
