"""The only writer of the ledger: purses behind their locks, acts and movements by COPY, what is left beside them.

with transaction.atomic():
    book = Book.open([customer], now=now, actor=actor)
    act = book.act(customer, "points", Act.Kind.REDEEM, cause="request:…")
    act.moves += book.purse(customer, "points").spend(Decimal(50), at=now)
    book.write()
"""

import functools
import json
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from cdp.core import copying, ids, pipeline
from cdp.core.actors import SYSTEM, Actor
from customers.selectors import lineage
from customers.services import standing
from loyalty.models import Act, Lot, Movement
from loyalty.rules import purse as rules
from loyalty.rules.purse import ZERO, Move, Part, Purse
from loyalty.selectors import purses

Where = tuple[uuid.UUID, str]
"""Who stands for a purse, and the wallet."""


@dataclass(slots=True)
class Draft:
    """An act that is about to be written; its `id` is that of the lot it makes, if it makes one."""

    customer: uuid.UUID
    wallet: str
    kind: Act.Kind
    cause: str
    at: datetime
    id: uuid.UUID = field(default_factory=ids.uuid7)
    fact: uuid.UUID | None = None
    moves: list[Move] = field(default_factory=list)
    version: uuid.UUID | None = None
    qualifying: Decimal | None = None
    details: dict[str, Any] | None = None
    reason: str = ""
    words: bytes | None = None
    source: str = ""  # where it happened, if not where the book was opened
    place: str = ""

    @property
    def counts(self) -> bool:
        """Whether it counts for tiers, by whatever they count."""
        return bool(self.qualifying or (self.details and self.details.get("counts")))

    @property
    def change(self) -> Decimal:
        """By how much it changes what the member has in all."""
        return sum(
            (move.amount * ((move.credit in rules.MEMBERS) - (move.debit in rules.MEMBERS)) for move in self.moves),
            ZERO,
        )


class Book:
    """The purses of some people until the end of a transaction; nothing is written before `write`."""

    def __init__(
        self,
        members: Mapping[uuid.UUID, Sequence[uuid.UUID]],
        circles: Mapping[uuid.UUID, Sequence[uuid.UUID]],
        found: dict[Where, Purse],
        *,
        now: datetime,
        actor: Actor,
        source: str,
        place: str,
    ) -> None:
        """See `open`."""
        self.now, self.actor, self.source, self.place = now, actor, source, place
        self.members = members
        """Every row of each person: of those who were asked for, who share with them, and who ever did."""
        self.circles = circles
        self.tops = {row: top for top, rows in members.items() for row in rows}
        self.stands: Mapping[uuid.UUID, uuid.UUID] = {}
        """Who stands today for each id that was asked for."""
        self._purses = found
        self._wallets: dict[uuid.UUID, dict[str, Purse]] = defaultdict(dict)
        for (top, wallet), purse in found.items():
            self._wallets[top][wallet] = purse
        self._drafts: list[Draft] = []
        self.ended: set[uuid.UUID] = set()
        """Lots that expired by their end, and not by leaving: what is told late may put that end off."""

    @classmethod
    def open(
        cls,
        customers: Collection[uuid.UUID],
        *,
        now: datetime,
        actor: Actor = SYSTEM,
        source: str = "",
        place: str = "",
    ) -> "Book":
        """Lock these people and load what they have. Waits that are over and ends that have come are booked first.

        Who has no wallet any more (erased, nobody) is left out: see `tops`. A dozen statements for many people; call
        it inside a transaction.
        """
        wanted = set(customers)
        while True:
            try:
                # A savepoint gives locks back: who turns out to share is locked in the order of everybody's ids.
                with transaction.atomic():
                    return cls._held(customers, wanted, now=now, actor=actor, source=source, place=place)
            except _More as more:
                wanted |= more.people

    @classmethod
    def _held(
        cls, customers: Collection[uuid.UUID], wanted: Collection[uuid.UUID], *, now: datetime, **more: Any
    ) -> "Book":
        """The book, where these are all who share with the asked ones behind their locks. Raises _More."""
        # Every row of the purse, not only who stands for it: lots and acts of theirs name them, and PostgreSQL looks
        # for whom a row names when the transaction ends, which would wait for a merge that waits for us.
        stands = standing.hold(lineage.everybody(wanted))
        stand = set(stands.values())
        standing.queue(stand)
        asked = {stands[customer] for customer in customers if customer in stands}
        shared = purses.sharing(asked)
        if not shared.persons.keys() <= stand:
            raise _More(set(shared.persons))
        book = cls.of(shared.persons, shared.circles, now=now, **more)
        book.stands = stands
        return book

    @classmethod
    def of(
        cls,
        members: Mapping[uuid.UUID, Sequence[uuid.UUID]],
        circles: Mapping[uuid.UUID, Sequence[uuid.UUID]] | None = None,
        *,
        now: datetime,
        actor: Actor = SYSTEM,
        source: str = "",
        place: str = "",
    ) -> "Book":
        """The same for persons that are named: who stands for each, with every row whose lots are theirs, and who
        shares. The caller holds all of them.
        """
        circles = circles or {}
        book = cls(members, circles, purses.load(members, circles), now=now, actor=actor, source=source, place=place)
        for (_, wallet), purse in book._purses.items():
            book._lapse(purse, wallet)
        book._name_apart()
        return book

    def _lapse(self, purse: Purse, wallet: str) -> None:
        for lapse in purse.catch_up(self.now):
            moment = lapse.moment.isoformat()
            if lapse.kind is rules.Kind.EXPIRE:
                self.ended.add(lapse.lot)
            self._drafts.append(
                Draft(
                    purse.lots[lapse.lot].customer,
                    wallet,
                    Act.Kind(lapse.kind.value),
                    f"lot:{lapse.lot}" + ("" if lapse.kind is rules.Kind.ACTIVATE else f"@{moment}"),
                    lapse.moment,
                    moves=list(lapse.moves),
                )
            )

    def _name_apart(self) -> None:
        """Clocks lie minutes apart: what one let end came back by another, and ends once more. That is another act."""
        if not self._drafts:
            return
        causes = {draft.cause for draft in self._drafts}
        acts = Act.objects.filter(customer_id__in={draft.customer for draft in self._drafts}, cause__in=causes)
        known = set(acts.values_list("customer_id", "wallet", "kind", "cause"))
        for draft in self._drafts:
            if (draft.customer, draft.wallet, draft.kind.value, draft.cause) in known:
                draft.cause += f"#{draft.id}"

    def purse(self, customer: uuid.UUID, wallet: str) -> Purse:
        """What somebody shares in: any row of the purse may be named. Raises KeyError for who is not in this book."""
        where = (self.tops[customer], wallet)
        if where not in self._purses:
            for view in purses.views(where[0], self.members, {} if wallet in self._money else self.circles):
                self._purses[view.owner, wallet] = self._wallets[view.owner][wallet] = view
        return self._purses[where]

    @functools.cached_property
    def _money(self) -> set[str]:
        """Wallets that nobody shares."""
        return purses.money() if self.circles else set()

    def sharers(self, customer: uuid.UUID) -> list[uuid.UUID]:
        """Every row of who shares with somebody now, their own first."""
        return purses.Sharing(self.members, self.circles).rows(self.tops[customer])

    def purses(self) -> Mapping[Where, Purse]:
        """All of them."""
        return self._purses

    def apart(
        self, wallet: str, parts: Iterable[Part], most: Decimal | None = None, *, last_first: bool = False
    ) -> list[tuple[Purse, list[Part]]]:
        """Parts of lots, as many as make up `most`, first to end first (or last), by the purse that each is in: those
        who took them may share no more. What is in none of this book (its owner was erased) is left out.
        """
        lots = {
            key: lot for (_, which), one in self._purses.items() if which == wallet for key, lot in one.lots.items()
        }
        known = sorted((part for part in parts if part.lot in lots), key=lambda part: lots[part.lot].turn)
        known = known[::-1] if last_first else known
        found: dict[uuid.UUID, list[Part]] = defaultdict(list)
        for part in known if most is None else rules.first(known, most):
            found[self.tops[lots[part.lot].customer]].append(part)
        return [(self.purse(top, wallet), some) for top, some in sorted(found.items())]

    def wallets(self, customer: uuid.UUID) -> Mapping[str, Purse]:
        """What somebody shares in, by wallet."""
        return self._wallets.get(self.tops[customer], {})

    def bring(self, lots: Collection[uuid.UUID]) -> None:
        """Load lots of which nothing is left as well: a refund asks what of them has expired."""
        known = {lot for purse in self._purses.values() for lot in purse.lots}
        wanted = set(lots) - known
        if not wanted:
            return
        for row in Lot.objects.filter(customer_id__in=self.tops, id__in=wanted):
            self.purse(row.customer_id, row.wallet).lots[row.id] = purses.lot(row)

    def bring_ended(self, since: datetime) -> None:
        """Load lots that ended after that moment and expired: something of then may be told only now."""
        ended = Lot.objects.filter(customer_id__in=self.tops, expired__gt=0, ends__gt=since, ends__lte=self.now)
        found = set(ended.values_list("id", flat=True))
        if found:
            gone = Movement.objects.filter(customer_id__in=self.tops, lot_id__in=found, credit=rules.Account.EXPIRED)
            acts = set(gone.values_list("act_id", flat=True))
            # What somebody lost by leaving stays lost.
            left = Act.objects.filter(customer_id__in=purses.hands(self.tops), id__in=acts, reason="left")
            by_leaving = set(left.values_list("id", flat=True))
            found -= set(gone.filter(act_id__in=by_leaving).values_list("lot_id", flat=True)) if by_leaving else set()
        self.bring(found)
        self.ended |= found

    def act(
        self,
        customer: uuid.UUID,
        wallet: str,
        kind: Act.Kind,
        *,
        cause: str,
        at: datetime | None = None,
        **more: Any,
    ) -> Draft:
        """A new act of whoever stands for that customer; put its moves in. `more` are fields of Draft."""
        return self.note(Draft(self.tops[customer], wallet, kind, cause, at or self.now, **more))

    def note(self, draft: Draft) -> Draft:
        """Take an act in that lies with the row it names, whoever stands for that."""
        self._drafts.append(draft)
        return draft

    def write(self) -> Sequence[Draft]:
        """Write the acts that moved or qualified anything, with what is left of the lots. Returns them.

        An act that is there already (same customer, wallet, kind and cause) is an IntegrityError: look for it first,
        behind the lock that this book holds.
        """
        drafts = [draft for draft in self._drafts if draft.moves or draft.counts]
        self._drafts = []
        moved = {(move.customer, draft.wallet) for draft in drafts for move in draft.moves}
        # An end may be another one without any movement.
        moved |= {(lot.customer, wallet) for wallet, lot in self._touched()}
        if not drafts and not moved:
            return drafts
        copying.rows(Act, _ACT, (self._act_row(draft) for draft in drafts))
        copying.rows(
            Movement,
            _MOVEMENT,
            (
                (
                    ids.uuid7(),
                    move.customer,
                    draft.id,
                    move.lot,
                    draft.wallet,
                    move.debit.value,
                    move.credit.value,
                    move.amount,
                )
                for draft in drafts
                for move in draft.moves
            ),
        )
        self._write_lots({draft.id: draft.version for draft in drafts})
        self._write_balances(moved)
        # What one spends or earns another can spend no more, or can: whatever rests on balances looks again at all.
        mates = {mate for row, _ in moved for mate in self.circles.get(self.tops[row], ())}
        if mates:
            pipeline.mark(mates, cause="loyalty.household")
        return drafts

    def _act_row(self, draft: Draft) -> tuple[Any, ...]:
        return (
            draft.id,
            draft.customer,
            draft.wallet,
            draft.kind.value,
            draft.cause,
            draft.fact,
            draft.at,
            self.now,
            draft.version,
            draft.change,
            draft.qualifying,
            None if draft.details is None else json.dumps(draft.details, ensure_ascii=False, default=str),
            draft.reason,
            draft.words,
            draft.source or self.source,
            draft.place or self.place,
            self.actor.kind,
            self.actor.id,
        )

    def _write_lots(self, versions: Mapping[uuid.UUID, uuid.UUID | None]) -> None:
        touched = self._touched()
        copying.rows(
            Lot,
            _LOT,
            (
                (
                    *(lot.id, lot.customer, wallet, lot.earned_at, lot.active_from, lot.ends, versions.get(lot.id)),
                    *(lot.amount, lot.pending, lot.active, lot.held, lot.expired),
                )
                for wallet, lot in touched
                if lot.is_new
            ),
        )
        old = [lot for _, lot in touched if not lot.is_new]
        if old:
            _update(
                """
                UPDATE loyalty_lot r SET ends = w.ends, amount = w.amount, pending = w.pending, active = w.active,
                    held = w.held, expired = w.expired, graced = w.graced
                FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::numeric[], %s::numeric[], %s::numeric[],
                    %s::numeric[], %s::numeric[], %s::boolean[])
                    AS w (customer_id, id, ends, amount, pending, active, held, expired, graced)
                WHERE r.customer_id = w.customer_id AND r.id = w.id
                """,
                zip(
                    *(
                        (
                            *(lot.customer, lot.id, lot.ends, lot.amount),
                            *(lot.pending, lot.active, lot.held, lot.expired, lot.graced),
                        )
                        for lot in old
                    ),
                    strict=True,
                ),
            )
        for _, lot in touched:
            lot.is_new = lot.is_touched = False

    def _touched(self) -> list[tuple[str, rules.Lot]]:
        """Lots that are to be written, with their wallets; those that several see once."""
        lots = {
            lot.id: (wallet, lot)
            for (_, wallet), purse in self._purses.items()
            for lot in purse.lots.values()
            if lot.is_touched
        }
        return list(lots.values())

    def _write_balances(self, moved: Collection[Where]) -> None:
        found: dict[Where, _Sums] = defaultdict(_Sums)
        for top, wallet in sorted({(self.tops[row], wallet) for row, wallet in moved}):
            purse = self.purse(top, wallet).own()
            for row in self.members[top]:
                if row in purse.debts:
                    found[row, wallet].debt = purse.debts[row]
            for lot in purse.lots.values():
                found[lot.customer, wallet].add(lot)
        rows = [
            (ids.uuid7(), customer, wallet, sums.pending, sums.active, sums.held, sums.debt, sums.next_at, self.now)
            for (customer, wallet), sums in sorted(found.items())
        ]
        if not rows:
            return
        _update(
            """
            INSERT INTO loyalty_balance (id, customer_id, wallet, pending, active, held, debt, next_at, moved_at)
            SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::numeric[], %s::numeric[], %s::numeric[],
                %s::numeric[], %s::timestamptz[], %s::timestamptz[])
            ON CONFLICT (customer_id, wallet) DO UPDATE SET pending = EXCLUDED.pending, active = EXCLUDED.active,
                held = EXCLUDED.held, debt = EXCLUDED.debt, next_at = EXCLUDED.next_at,
                moved_at = GREATEST(loyalty_balance.moved_at, EXCLUDED.moved_at)
            """,
            zip(*rows, strict=True),
        )


class _More(Exception):
    """More people share than are locked: those as well."""

    def __init__(self, people: set[uuid.UUID]) -> None:
        super().__init__("somebody else shares")
        self.people = people


@dataclass(slots=True)
class _Sums:
    """What the lots of one customer's row come to."""

    pending: Decimal = ZERO
    active: Decimal = ZERO
    held: Decimal = ZERO
    debt: Decimal = ZERO
    next_at: datetime | None = None

    def add(self, lot: rules.Lot) -> None:
        """One more lot."""
        self.pending += lot.pending
        self.active += lot.active
        self.held += lot.held
        for moment in (lot.active_from if lot.pending else None, lot.ends if lot.pending or lot.active else None):
            if moment is not None and (self.next_at is None or moment < self.next_at):
                self.next_at = moment


def _update(statement: str, columns: Iterable[Sequence[Any]]) -> None:
    """Run a statement over columns of values, each one array."""
    with connection.cursor() as cursor:
        cursor.execute(statement, [copying.array(list(column)) for column in columns])


_ACT = (
    *("id", "customer_id", "wallet", "kind", "cause", "fact_id", "at", "written_at", "version", "change"),
    *("qualifying", "details", "reason", "words", "source", "place", "actor_kind", "actor_id"),
)
_MOVEMENT = ("id", "customer_id", "act_id", "lot_id", "wallet", "debit", "credit", "amount")
_LOT = (
    *("id", "customer_id", "wallet", "earned_at", "active_from", "ends", "version", "amount"),
    *("pending", "active", "held", "expired"),
)
