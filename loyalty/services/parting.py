"""Two who shared a purse are two again: what one did with what was the other's is set right (ADR 31).

No row moves. What belongs to whom, a redemption's own row says, which went where its identifier went; every other act
lies with whoever it was written for. What an order, an answer or joining brought is taken back where that is the
other's now, and the pipeline books it there. Where one
side's acts took from the other, the lots get it back, and who did is charged: out of what they have, and what is
missing is lent to them as a debt. Over `parted` both come to zero.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from cdp.core.lifecycle import Parted
from customers.selectors import lineage
from loyalty.models import Act, Hold, Movement, Settled
from loyalty.rules.programme import Refunds
from loyalty.rules.purse import MEMBERS, ZERO, Account
from loyalty.selectors import deeds, purses, versions
from loyalty.services.book import Book, Draft

_OF_REDEMPTIONS = {
    Act.Kind.HOLD,
    Act.Kind.CAPTURE,
    Act.Kind.RELEASE,
    Act.Kind.REDEEM,
    Act.Kind.RESTORE,
    Act.Kind.PARTED,
}
_KEPT = MEMBERS | {Account.EXPIRED}
"""What somebody has and what of it expired: a refund may take that as well."""
Share = tuple[uuid.UUID, uuid.UUID | None]
"""A customer's row and one of its lots, or its debt."""


@dataclass(slots=True)
class _Deed:
    """What one fact did to the wallets of both since they were one."""

    name: uuid.UUID
    fact: uuid.UUID | None
    row: uuid.UUID
    """Whose it is: where that row is parted from others later, what is settled for it goes along."""
    owner: uuid.UUID
    wallet: str
    changes: dict[Share, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    held: dict[Share, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    paid: dict[Share, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    """What lots gave for debts of others."""


def settle(parted: Parted) -> None:
    """Set right what both did since they were one. Call it in the transaction that parts them, after their rows went to
    whom they belong; the caller holds both.
    """
    theirs = lineage.of(parted.goes)
    ours = [row for row in lineage.of(parted.stays) if row not in theirs]
    sides = {row: side for side, rows in ((parted.goes, theirs), (parted.stays, ours)) for row in rows}
    _look_again(sides)
    done = _deeds(parted, sides)
    if done:
        _Settling(parted, sides, done).run()


def _look_again(sides: Mapping[uuid.UUID, uuid.UUID]) -> None:
    """Purchases that both know as settled stand otherwise for either: what was booked for both lies with one of them,
    in this merge or in one before it.
    """
    whose: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for row, fact in Settled.objects.filter(customer_id__in=sides).values_list("customer_id", "fact_id"):
        whose[fact].add(sides[row])
    both = [fact for fact, known in whose.items() if len(known) > 1]
    Settled.objects.filter(customer_id__in=sides, fact_id__in=both).update(seen="parted")


def _deeds(parted: Parted, sides: Mapping[uuid.UUID, uuid.UUID]) -> list[_Deed]:
    """Everything that was done since, by the fact it was for; what belongs to neither was settled when it left."""
    moved = list(Movement.objects.filter(customer_id__in=sides, id__gt=parted.since).order_by("id"))
    acts = Act.objects.filter(customer_id__in=purses.writers(sides), id__in={move.act_id for move in moved})
    known = {act.id: act for act in acts.only("id", "customer_id", "wallet", "kind", "fact_id")}
    facts = {act.fact_id for act in known.values() if act.fact_id and act.kind in _OF_REDEMPTIONS}
    # Also of who left before: what those put aside and gave back is one deed, and none of ours.
    holds = dict(Hold.objects.filter(id__in=facts).values_list("id", "customer_id"))
    found: dict[uuid.UUID, _Deed] = {}
    for move in moved:
        act = known.get(move.act_id)
        if act is None:  # of somebody with whom either shared a household: what they spent is spent
            continue
        fact = act.fact_id if act.kind in _OF_REDEMPTIONS and act.fact_id in holds else None
        row = holds[fact] if fact else act.customer_id
        if row not in sides:
            continue
        name = fact or act.id
        deed = found.setdefault(name, _Deed(name, fact, row, sides[row], act.wallet))
        share = (move.customer_id, move.lot_id)
        for account, by in ((move.credit, move.amount), (move.debit, -move.amount)):
            if account in _KEPT:
                # A debt is a row's own, whatever lot pays it.
                deed.changes[(move.customer_id, None) if account == Account.DEBT else share] += by
            if account == Account.HELD:
                deed.held[share] += by
        if move.credit == Account.PARTED and move.lot_id:
            deed.paid[share] += move.amount
    return list(found.values())


class _Settling:
    """The book of both sides until it is written."""

    def __init__(self, parted: Parted, sides: Mapping[uuid.UUID, uuid.UUID], done: Iterable[_Deed]) -> None:
        self.parted, self.sides, self.deeds = parted, sides, list(done)
        pools = {side: [row for row, of in sides.items() if of == side] for side in (parted.goes, parted.stays)}
        self.book = Book.of(pools, now=parted.at, actor=parted.actor)
        self.book.bring({lot for deed in self.deeds for _row, lot in {*deed.changes, *deed.held} if lot})
        self._acts: dict[tuple[uuid.UUID, uuid.UUID, str], Draft] = {}

    def run(self) -> None:
        """First everybody has again what is theirs, then it is paid for what they did."""
        charges: list[tuple[_Deed, uuid.UUID, Decimal, Account]] = []
        for deed in self.deeds:
            other = self.parted.goes if deed.owner == self.parted.stays else self.parted.stays
            aside = ZERO  # in one: what is missing of it is lent once, as one lot
            for (row, lot), amount in deed.held.items():
                if lot and amount > 0 and self.sides[row] == other:
                    self._give(deed, row, lot, amount, Account.HELD)
                    aside += amount
            if aside:
                charges.append((deed, deed.row, aside, Account.HELD))
            took = -sum((by for (row, _), by in deed.changes.items() if self.sides[row] == other), ZERO)
            if took > 0:
                self._give_back(deed, other, took)
                charges.append((deed, deed.row, took, Account.PARTED))
            elif took < 0:
                # What the owner had paid what the other owed.
                self._give_back(deed, deed.owner, -took)
                charges += [(deed, row, part, Account.PARTED) for row, part in self._gained(deed, other, -took)]
        self._pay_debts()
        for deed, row, amount, into in charges:
            self._charge(deed, row, amount, into)
        self._hand_over()
        self.book.write()

    def _gained(self, deed: _Deed, side: uuid.UUID, amount: Decimal) -> Iterator[tuple[uuid.UUID, Decimal]]:
        """Which rows of that side the deed brought so much."""
        for row in sorted(row for row, of in self.sides.items() if of == side):
            part = min(amount, sum((by for (one, _), by in deed.changes.items() if one == row), ZERO))
            if part > 0:
                amount -= part
                yield row, part

    def _give_back(self, deed: _Deed, side: uuid.UUID, amount: Decimal) -> None:
        """To the lots of that side, and to who was made to owe, as much as the deed cost them."""
        purse = self.book.purse(side, deed.wallet)
        lost = [
            (share, max(-by, deed.paid.get(share, ZERO)))
            for share, by in deed.changes.items()
            if self.sides[share[0]] == side and (by < 0 or share in deed.paid)
        ]
        # Lots before debts; of the lots, the oldest first.
        for (row, lot), most in sorted(lost, key=lambda one: (one[0][1] is None, one[0][1] or one[0][0])):
            part = min(most, amount)
            if part <= 0:
                break
            amount -= part
            if lot:
                self._give(deed, row, lot, part, Account.PARTED)
                continue
            moves = purse.acquit(row, part)
            self._act(deed, row).moves += moves
            rest = part - sum((move.amount for move in moves), ZERO)
            if rest > 0:  # they paid that debt meanwhile
                act, at = self._act(deed, row, "/given"), self.parted.at
                act.moves += purse.put(
                    act.id,
                    rest,
                    earned_at=at,
                    active_from=at,
                    ends=None,
                    at=at,
                    customer=row,
                    out_of=Account.PARTED,
                )

    def _give(self, deed: _Deed, row: uuid.UUID, lot: uuid.UUID, amount: Decimal, out_of: Account) -> None:
        purse = self.book.purse(row, deed.wallet)
        self._act(deed, row).moves += purse.regain(lot, amount, at=self.parted.at, out_of=out_of)

    def _pay_debts(self) -> None:
        for (_, wallet), purse in self.book.purses().items():
            for lot, moves in purse.settle().items():
                cause = f"parted:{self.parted.since}/lot:{lot}"
                self.book.note(
                    Draft(purse.lots[lot].customer, wallet, Act.Kind.SETTLE, cause, self.parted.at, moves=moves)
                )

    def _charge(self, deed: _Deed, row: uuid.UUID, amount: Decimal, into: Account) -> None:
        purse = self.book.purse(row, deed.wallet)
        act = self._act(deed, row)
        moves = purse.charge(amount, at=self.parted.at, into=into)
        missing = amount - sum((move.amount for move in moves), ZERO)
        if missing > 0:
            loan = self._act(deed, row, "/lent" if into is Account.PARTED else "/lent-held")
            loan.moves += purse.lend(loan.id, missing, at=self.parted.at, customer=row)
            moves += purse.charge(missing, at=self.parted.at, into=into)
        act.moves += moves

    def _hand_over(self) -> None:
        """Take back what was no purchase and is the other's now (orders are settled by what they were settled as). What
        nobody would book there again is given to whose it is.
        """
        acts = Act.objects.filter(customer_id__in=self.sides, id__gt=self.parted.since)
        given = acts.filter(kind__in=[Act.Kind.EARN, Act.Kind.OPENING]).order_by("id")
        about = {act.id: told for act in given if (told := deeds.fact(act.cause))}
        earned = [act for act in given if act.id in about]
        owners = deeds.owners({act.cause for act in earned}, list(self.sides))
        wrong = [
            act
            for act in earned
            if act.cause in owners and self.sides[owners[act.cause]] != self.sides[act.customer_id]
        ]
        refunds = acts.filter(kind=Act.Kind.REFUND)
        before = set(
            refunds.filter(cause__in={act.cause for act in wrong}).values_list("customer_id", "wallet", "cause")
        )
        undone = set(refunds.filter(fact_id__in=[act.id for act in wrong]).values_list("fact_id", flat=True))
        wrong = [
            act for act in wrong if act.id not in undone and (act.customer_id, act.wallet, act.cause) not in before
        ]
        if not wrong:
            return
        self.book.bring([act.id for act in wrong])
        timeline = versions.published()
        for act in wrong:
            version = timeline.by_id(act.version)
            how = version.programme.refunds if version else Refunds()
            counts = {basis: -Decimal(value) for basis, value in (act.details or {}).get("counts", {}).items()}
            fact = act.id if act.kind == Act.Kind.OPENING else act.fact_id
            draft = Draft(act.customer_id, act.wallet, Act.Kind.REFUND, act.cause, self.parted.at, fact=fact)
            draft.version, draft.reason, draft.details = act.version, "parted", {"counts": counts}
            draft.qualifying = -act.qualifying if act.qualifying else None
            purse = self.book.purse(act.customer_id, act.wallet)
            lot = purse.lots[act.id]
            draft.moves += purse.take_back(
                act.id, lot.amount, at=self.parted.at, shortfall=how.without_money, limit=how.limit
            )
            self.book.note(draft)
        self._give_over([act for act in wrong if about[act.id][0] in deeds.HANDED], owners)

    def _give_over(self, wrong: Iterable[Act], owners: Mapping[str, uuid.UUID]) -> None:
        """To whose it is, as it was given: since when, until when, and counting for what it counted."""
        wanted = {act.cause for act in wrong}
        there = Act.objects.filter(customer_id__in=set(owners.values()), cause__in=wanted)
        known = set(there.values_list("customer_id", "wallet", "kind", "cause"))
        for act in wrong:
            row, lot = owners[act.cause], self.book.purse(act.customer_id, act.wallet).lots[act.id]
            kind = Act.Kind(act.kind)
            # It was theirs before and went away: a second act, which tells the same fact.
            again = f"#{self.parted.since}" if (row, act.wallet, act.kind, act.cause) in known else ""
            draft = Draft(row, act.wallet, kind, f"{act.cause}{again}", act.at, fact=act.fact_id)
            draft.version, draft.reason, draft.details = act.version, act.reason, act.details
            draft.qualifying, draft.source, draft.place = act.qualifying, act.source, act.place
            draft.moves += self.book.purse(row, act.wallet).put(
                draft.id,
                lot.amount,
                earned_at=lot.earned_at,
                active_from=lot.active_from,
                ends=lot.ends,
                at=self.parted.at,
                customer=row,
                out_of=Account.OPENING if kind is Act.Kind.OPENING else Account.ISSUED,
            )
            self.book.note(draft)

    def _act(self, deed: _Deed, row: uuid.UUID, more: str = "") -> Draft:
        """The act that lies with that row and says of that deed that they share no more. What is lent or given for it
        is an act of its own: it makes a lot, and is no part of the redemption.
        """
        key = (deed.name, row, more)
        if key not in self._acts:
            cause = f"parted:{self.parted.since}/{deed.name}{more}"
            fact = None if more else deed.fact
            draft = Draft(row, deed.wallet, Act.Kind.PARTED, cause, self.parted.at, fact=fact)
            self._acts[key] = self.book.note(draft)
        return self._acts[key]
