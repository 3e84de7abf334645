"""The ledger of one member as staff read it: what came, what went, and what there was after each.

It goes by movements, not by acts: where two who shared a purse were parted, what happened to the lots of each is read
on their own side, and the figures add up to what they have. Acts that moved nothing are no part of it.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection

from cdp.core import copying
from customers.selectors import lineage
from loyalty.models import Act, Movement
from loyalty.rules.purse import MEMBERS, ZERO, Account, Lot, Purse
from loyalty.selectors import accounts, purses

PAGE = 30
_OF_SHARED = [Act.Kind.HOLD, Act.Kind.CAPTURE, Act.Kind.RELEASE, Act.Kind.REDEEM, Act.Kind.RESTORE]
MOST_LOTS = 100
INSTANT = dt.timedelta(microseconds=1)
"""Before the first moment at which a lot cannot be spent lies its last one."""


@dataclass(slots=True)
class Entry:
    """One act as it touched somebody.

    `change` is of what they have in all (to spend, waiting, put aside, less what is owed), `after` what that came to,
    `moved` the amounts by where they came from and went to, `rows` whose lots they were, `shared` how much of it was
    of lots of others of a household.
    """

    id: uuid.UUID
    act: Act | None
    wallet: str
    moved: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    change: Decimal = ZERO
    after: Decimal = ZERO
    rows: set[uuid.UUID] = field(default_factory=set)
    shared: Decimal = ZERO

    @property
    def at(self) -> dt.datetime | None:
        """When it happened; None for one whose act is out of reach."""
        return self.act.at if self.act else None

    def into(self, *accounts: str) -> Decimal:
        """How much went into these accounts."""
        return sum((amount for (_, credit), amount in self.moved.items() if credit in accounts), ZERO)

    def out_of(self, *accounts: str) -> Decimal:
        """How much came out of these accounts."""
        return sum((amount for (debit, _), amount in self.moved.items() if debit in accounts), ZERO)

    @property
    def amount(self) -> Decimal:
        """How much it was about: the change, or what changed its place."""
        return (abs(self.change) or max(self.moved.values(), default=ZERO)) + self.shared


@dataclass(frozen=True, slots=True)
class Page:
    """A page of somebody's ledger, newest first."""

    entries: Sequence[Entry]
    has_newer: bool
    has_older: bool


def page(
    customer: uuid.UUID,
    *,
    wallet: str = "",
    older_than: uuid.UUID | None = None,
    newer_than: uuid.UUID | None = None,
    size: int = PAGE,
) -> Page:
    """The page after `older_than`, or the one before `newer_than`, or the first, of who stands for themselves."""
    rows = lineage.of(customer)
    found = _acts(rows, wallet, older_than=older_than, newer_than=newer_than, limit=size + 1)
    has_more = len(found) > size
    if newer_than:
        shown, has_newer, has_older = sorted(found[:size], reverse=True), has_more, True
    else:
        shown, has_newer, has_older = found[:size], older_than is not None, has_more
    return Page(_entries(rows, shown), has_newer, has_older)


def _acts(
    rows: Sequence[uuid.UUID],
    wallet: str,
    *,
    older_than: uuid.UUID | None,
    newer_than: uuid.UUID | None,
    limit: int,
) -> list[uuid.UUID]:
    """The acts that moved anything of these, in the order of the index of movements."""
    moved = Movement.objects.filter(customer_id__in=rows)
    if wallet:
        moved = moved.filter(wallet=wallet)
    if newer_than:
        moved = moved.filter(act_id__gt=newer_than).order_by("act_id")
    elif older_than:
        moved = moved.filter(act_id__lt=older_than).order_by("-act_id")
    else:
        moved = moved.order_by("-act_id")
    found = set(moved.values_list("act_id", flat=True).distinct()[:limit])
    if purses.others(rows):
        # What they did with lots of others alone.
        acts = Act.objects.filter(customer_id__in=rows, kind__in=_OF_SHARED)
        acts = acts.filter(wallet=wallet) if wallet else acts
        acts = acts.filter(id__gt=newer_than) if newer_than else acts
        acts = acts.filter(id__lt=older_than) if older_than and not newer_than else acts
        found |= set(acts.order_by("id" if newer_than else "-id").values_list("id", flat=True)[:limit])
    return sorted(found, reverse=not newer_than)[:limit]


def _entries(rows: Sequence[uuid.UUID], shown: Sequence[uuid.UUID]) -> list[Entry]:
    """These acts, newest first, with what there was after each. Four queries, and one per layer of merges."""
    if not shown:
        return []
    acts = {act.id: act for act in Act.objects.filter(customer_id__in=purses.hands(rows), id__in=list(shown))}
    found: dict[uuid.UUID, Entry] = {}
    moved = Movement.objects.filter(customer_id__in=rows, act_id__in=list(shown))
    columns = ("act_id", "wallet", "customer_id", "debit", "credit", "amount")
    for act, wallet, whose, debit, credit, amount in moved.values_list(*columns):
        entry = found.setdefault(act, Entry(act, acts.get(act), wallet))
        entry.moved[debit, credit] += amount
        entry.change += amount * ((credit in MEMBERS) - (debit in MEMBERS))
        entry.rows.add(whose)
    for act, wallet, amount in _of_others(rows, acts):
        found.setdefault(act, Entry(act, acts.get(act), wallet)).shared += amount
    whole = _changes(rows, up_to=shown[0])
    entries = [found[act] for act in shown if act in found]
    for entry in entries:
        entry.after = whole[entry.wallet]
        whole[entry.wallet] -= entry.change
    return entries


def _of_others(rows: Sequence[uuid.UUID], acts: Mapping[uuid.UUID, Act]) -> Iterable[tuple[uuid.UUID, str, Decimal]]:
    """What these did with lots of others of their household, act by act."""
    mine = [act.id for act in acts.values() if act.customer_id in set(rows) and act.kind in _OF_SHARED]
    others = purses.others(rows) - set(rows) if mine else set()
    if not others:
        return ()
    moved = Movement.objects.filter(customer_id__in=others, act_id__in=mine, lot_id__isnull=False)
    return moved.exclude(credit__in=[Account.DEBT, Account.PARTED]).values_list("act_id", "wallet", "amount")


def _changes(rows: Sequence[uuid.UUID], up_to: uuid.UUID) -> dict[str, Decimal]:
    """What all movements up to an act come to, by wallet: one pass over somebody's movements."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT wallet, sum(amount * ((credit = ANY(%(own)s))::int - (debit = ANY(%(own)s))::int))
            FROM loyalty_movement WHERE customer_id = ANY(%(rows)s::uuid[]) AND act_id <= %(up_to)s GROUP BY wallet
            """,
            {"own": sorted(MEMBERS), "rows": copying.array(list(rows)), "up_to": up_to},
        )
        return defaultdict(lambda: ZERO, cursor.fetchall())


# --- what there is now ---


@dataclass(frozen=True, slots=True)
class Coming:
    """So much at a moment: of what waits, when it can be spent; of what can be spent, when that ends."""

    at: dt.datetime
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Due:
    """What time has done and nobody has booked yet: the next run does."""

    wallet: str
    kind: str
    at: dt.datetime
    amount: Decimal


def ends(purse: Purse, at: dt.datetime) -> list[Coming]:
    """What can be spent now, by when it ends, soonest first; what never ends is left out."""
    return _by_moment((lot.ends, lot.active) for lot in purse.lots.values() if lot.ends and not lot.has_ended(at))


def waits(purse: Purse, at: dt.datetime) -> list[Coming]:
    """What waits, by when it can be spent."""
    return _by_moment((lot.active_from, lot.pending) for lot in purse.lots.values() if lot.active_from > at)


def _by_moment(pairs: Iterable[tuple[dt.datetime, Decimal]]) -> list[Coming]:
    found: dict[dt.datetime, Decimal] = defaultdict(lambda: ZERO)
    for moment, amount in pairs:
        found[moment] += amount
    return [Coming(moment, amount) for moment, amount in sorted(found.items()) if amount]


def due(customer: uuid.UUID, *, at: dt.datetime) -> list[Due]:
    """What time has done to the purses of who stands for themselves and nobody has booked yet, newest first."""
    found = []
    for (_, wallet), purse in purses.found([customer]).items():
        for lapse in purse.catch_up(at):
            amount = max((move.amount for move in lapse.moves), default=ZERO)
            found.append(Due(wallet, lapse.kind.value, lapse.moment, amount))
    return sorted(found, key=lambda one: one.at, reverse=True)


def lots(customer: uuid.UUID, wallet: str, *, at: dt.datetime) -> list[Lot]:
    """The lots of a wallet with something left, in the order in which they are spent; at most MOST_LOTS."""
    purse = accounts.opened(customer, at=at).get(wallet)
    open_ones = [lot for lot in purse.lots.values() if lot.pending or lot.active or lot.held] if purse else []
    return sorted(open_ones, key=lambda lot: lot.turn)[:MOST_LOTS]
