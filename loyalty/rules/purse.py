"""What people who share a wallet have in it, as lots, and every move that can be made with it. Pure.

The accounts and the order in which lots are taken are those of ADR 31. Every method returns or records moves; amounts
are positive, in the wallet's unit. Times are aware. Who writes the moves down is `loyalty.services.book`.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)
ENDLESS = datetime.max.replace(tzinfo=UTC)


class Account(StrEnum):
    """Where an amount can lie."""

    # of the shop
    ISSUED = "issued"
    OPENING = "opening"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    ADJUSTED = "adjusted"
    FORGIVEN = "forgiven"
    DEDUCTED = "deducted"
    PARTED = "parted"
    # of a member
    PENDING = "pending"
    ACTIVE = "active"
    HELD = "held"
    DEBT = "debt"


_A = Account
MEMBERS = frozenset({_A.PENDING, _A.ACTIVE, _A.HELD, _A.DEBT})
"""What is a member's; the others are the shop's."""
PAIRS: frozenset[tuple[Account, Account]] = frozenset(
    {
        *((_A.ISSUED, to) for to in (_A.PENDING, _A.ACTIVE)),
        *((_A.OPENING, to) for to in (_A.PENDING, _A.ACTIVE)),
        (_A.PENDING, _A.ACTIVE),  # the wait is over
        (_A.ACTIVE, _A.DEBT),  # what was owed is paid
        (_A.ACTIVE, _A.HELD),
        (_A.HELD, _A.ACTIVE),
        (_A.HELD, _A.REDEEMED),
        (_A.ACTIVE, _A.REDEEMED),
        (_A.REDEEMED, _A.ACTIVE),  # what was paid with came back
        (_A.ACTIVE, _A.EXPIRED),
        (_A.EXPIRED, _A.ACTIVE),  # given back by grace
        *((of, _A.ISSUED) for of in (_A.PENDING, _A.ACTIVE, _A.EXPIRED, _A.DEBT, _A.DEDUCTED, _A.FORGIVEN)),
        (_A.ADJUSTED, _A.ACTIVE),
        (_A.ACTIVE, _A.ADJUSTED),
        # Between people who share a purse, or shared one until they were parted.
        *((of, _A.PARTED) for of in (_A.PENDING, _A.ACTIVE, _A.DEBT)),
        *((_A.PARTED, to) for to in (_A.PENDING, _A.ACTIVE, _A.DEBT)),
    }
)
"""From debit to credit: every movement there can be. The database holds the same list."""


class Shortfall(StrEnum):
    """What becomes of points that have to be taken back and are not there any more."""

    NEGATIVE = "negative"  # the next earning pays it, and the balance shows it until then
    DEBT = "debt"  # the same, and the balance shows zero until then: see `Refunds.shown`
    DEDUCT = "deduct"  # less money is given back, by whoever asks for the move
    FORGIVE = "forgive"


class ImpossibleMove(ValueError):
    """A mistake of ours: of nothing, or of more than there is."""


class TooLittle(Exception):
    """There is less than was asked for."""

    def __init__(self, available: Decimal) -> None:
        super().__init__(f"only {available} available")
        self.available = available


@dataclass(slots=True)
class Lot:
    """One earning and what is left of it. `ends` is None where it never expires."""

    id: uuid.UUID
    customer: uuid.UUID
    earned_at: datetime
    active_from: datetime
    ends: datetime | None
    amount: Decimal
    pending: Decimal = ZERO
    active: Decimal = ZERO
    held: Decimal = ZERO
    expired: Decimal = ZERO
    is_new: bool = False
    is_touched: bool = False
    version: uuid.UUID | None = None  # of the programme: its policy says when the lot ends
    graced: bool = False  # its end was put off for what came back after it: once, or it never came

    def has_ended(self, at: datetime) -> bool:
        """Whether nothing of it can be spent any more. The end itself is past."""
        return self.ends is not None and self.ends <= at

    @property
    def turn(self) -> tuple[datetime, datetime, uuid.UUID]:
        """What ends first is taken first, then what is older."""
        return (self.ends or ENDLESS, self.earned_at, self.id)


@dataclass(frozen=True, slots=True)
class Move:
    """An amount from one account to another; the lot's own account where one of them is a member's (not of debt)."""

    customer: uuid.UUID
    lot: uuid.UUID | None
    debit: Account
    credit: Account
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """How much of a lot a hold or a redemption took."""

    lot: uuid.UUID
    amount: Decimal


class Kind(StrEnum):
    """What only time did to a lot."""

    ACTIVATE = "activate"
    EXPIRE = "expire"
    SETTLE = "settle"  # what one owed is paid by what another had: they share a purse since


@dataclass(frozen=True, slots=True)
class Lapse:
    """A wait that is over or an end that has come, noticed by whoever wrote next; `moment` is when it was."""

    kind: Kind
    lot: uuid.UUID
    moment: datetime
    moves: tuple[Move, ...]


@dataclass(slots=True)
class Purse:
    """All lots and debts of people who share one wallet, as one of them sees it.

    `owner` is whoever that is: debts and new lots are theirs unless somebody else is named. `debts` is what each row
    owes, never negative. `persons` says who stands for each row of a household; empty, all rows are the owner's. People
    of a household spend of all lots, and that is all they share: debts and returns each pays of lots of their own.
    """

    owner: uuid.UUID
    lots: dict[uuid.UUID, Lot] = field(default_factory=dict)
    debts: dict[uuid.UUID, Decimal] = field(default_factory=dict)
    persons: Mapping[uuid.UUID, uuid.UUID] = field(default_factory=dict)

    def person(self, row: uuid.UUID) -> uuid.UUID:
        """Who stands for a row of this purse."""
        return self.persons.get(row, self.owner)

    def own(self) -> "Purse":
        """What of it is the owner's alone: the same lots and debts, so its moves are moves of this. For no new lots."""
        if not self.persons:
            return self
        lots = {key: lot for key, lot in self.lots.items() if self.person(lot.customer) == self.owner}
        return Purse(self.owner, lots, self.debts, self.persons)

    # --- reading ---

    def balance(self, at: datetime) -> Decimal:
        """What can be spent, less what the owner owes. Negative only by what is owed."""
        if any(self.debts.values()):
            # What paid a debt before it ended has not ended: only the order of things tells.
            later = self.copy()
            later.catch_up(at)
            return sum((_spendable(lot, at) for lot in later.lots.values()), ZERO) - later.owed
        return sum((_spendable(lot, at) for lot in self.lots.values()), ZERO)

    def available(self, at: datetime) -> Decimal:
        """What can be spent now: never below zero."""
        return max(self.balance(at), ZERO)

    def waiting(self, at: datetime) -> Decimal:
        """What was earned and may not be spent yet."""
        return sum((lot.pending for lot in self.lots.values() if lot.active_from > at), ZERO)

    @property
    def held(self) -> Decimal:
        """What is put aside for redemptions that are under way."""
        return sum((lot.held for lot in self.lots.values()), ZERO)

    @property
    def owed(self) -> Decimal:
        """What is to be paid by the owner's next earnings."""
        return sum((debt for row, debt in self.debts.items() if self.person(row) == self.owner), ZERO)

    def ending(self, until: datetime, at: datetime) -> list[Lot]:
        """What can be spent now and ends until then, first to end first."""
        found = (lot for lot in self.lots.values() if lot.ends and at < lot.ends <= until and _spendable(lot, at))
        return sorted(found, key=lambda lot: lot.turn)

    def copy(self) -> "Purse":
        """One to try something with."""
        return Purse(self.owner, {key: replace(lot) for key, lot in self.lots.items()}, dict(self.debts), self.persons)

    # --- time ---

    def catch_up(self, at: datetime) -> list[Lapse]:
        """Book what only time has done, in its order. Whoever books it, and however late, it comes to the same."""
        due = [(lot.active_from, 0, lot) for lot in self.lots.values() if lot.pending and lot.active_from <= at]
        due += [(lot.ends, 1, lot) for lot in self.lots.values() if lot.ends is not None and lot.ends <= at]
        found = []
        for moment, is_end, lot in sorted(due, key=lambda one: (*one[:2], one[2].id)):
            if not is_end:
                moves = [self._move(lot, _A.PENDING, _A.ACTIVE, lot.pending), *self._repay(lot)]
                found.append(Lapse(Kind.ACTIVATE, lot.id, moment, tuple(moves)))
            elif lot.active:
                moves = [self._move(lot, _A.ACTIVE, _A.EXPIRED, lot.active)]
                found.append(Lapse(Kind.EXPIRE, lot.id, moment, tuple(moves)))
        if any(self.debts.values()):
            found += [Lapse(Kind.SETTLE, lot, at, tuple(moves)) for lot, moves in self.settle().items()]
        return found

    # --- earning ---

    def put(
        self,
        lot: uuid.UUID,
        amount: Decimal,
        *,
        earned_at: datetime,
        active_from: datetime,
        ends: datetime | None,
        at: datetime,
        customer: uuid.UUID | None = None,
        out_of: Account = _A.ISSUED,
    ) -> list[Move]:
        """A new lot, waiting until `active_from`. What is owed is paid as soon as it is active."""
        made = self._new(Lot(lot, customer or self.owner, earned_at, active_from, ends, amount, is_new=True))
        to = _A.PENDING if active_from > at else _A.ACTIVE
        moves = [self._move(made, out_of, to, amount)]
        if to is _A.ACTIVE:
            moves += self._repay(made)
        return moves

    def add(self, lot: uuid.UUID, amount: Decimal, *, at: datetime) -> list[Move]:
        """More for an earning that is there already: an order that grew."""
        grown = self.lots[lot]
        grown.amount += amount
        to = _A.PENDING if grown.active_from > at else _A.ACTIVE
        moves = [self._move(grown, _A.ISSUED, to, amount)]
        if to is _A.ACTIVE:
            moves += self._repay(grown)
        return moves

    # --- spending ---

    def hold(self, amount: Decimal, *, at: datetime) -> list[Move]:
        """Put aside, first to end first. Raises TooLittle."""
        return self._take(amount, _A.HELD, at)

    def spend(self, amount: Decimal, *, at: datetime, into: Account = _A.REDEEMED) -> list[Move]:
        """Redeem (or adjust away) at once, first to end first. Raises TooLittle."""
        return self._take(amount, into, at)

    def capture(self, parts: Iterable[Part], amount: Decimal) -> list[Move]:
        """Redeem that much of what a hold put aside, first to end first. Raises TooLittle."""
        held = self._in_turn(parts)
        if amount > sum(part.amount for part in held):
            raise TooLittle(sum((part.amount for part in held), ZERO))
        return [self._move(self.lots[part.lot], _A.HELD, _A.REDEEMED, part.amount) for part in first(held, amount)]

    def release(self, parts: Iterable[Part], *, at: datetime, grace: timedelta) -> list[Move]:
        """Give what a hold put aside back to its lots; one that ended meanwhile can be spent for `grace`, once."""
        return [move for part in self._in_turn(parts) for move in self._give_back(part, _A.HELD, at, grace)]

    def lapse(self, parts: Iterable[Part], *, until: datetime, at: datetime, grace: timedelta) -> list[Move]:
        """Give back what a hold put aside whose time ran out at `until`, noticed now. Points that would have ended
        since then have ended: however late somebody looks, it comes to the same.
        """
        held = self._in_turn(parts)
        moves = self.release(held, at=until, grace=grace)
        for lot in (self.lots[part.lot] for part in held):
            if lot.active and lot.has_ended(at):
                moves.append(self._move(lot, _A.ACTIVE, _A.EXPIRED, lot.active))
        return moves

    def restore(
        self,
        parts: Iterable[Part],
        amount: Decimal,
        *,
        at: datetime,
        grace: timedelta,
        out_of: Account = _A.REDEEMED,
    ) -> list[Move]:
        """Give redeemed (or adjusted) points back to the lots they were of, last to end first: the best of them."""
        found = first(self._in_turn(parts)[::-1], amount)
        return [move for part in found for move in self._give_back(part, out_of, at, grace)]

    def withdraw(self, lot: uuid.UUID, amount: Decimal, *, at: datetime) -> list[Move]:
        """Adjust away what an adjustment gave: of its lot, then of others, first to end first. Raises TooLittle."""
        if amount > self.available(at):
            raise TooLittle(self.available(at))
        own = self.lots.get(lot)
        first = min(own.active, amount) if own and not own.has_ended(at) else ZERO
        moves = [self._move(own, _A.ACTIVE, _A.ADJUSTED, first)] if own and first else []
        return moves + (self.charge(amount - first, at=at, into=_A.ADJUSTED) if amount > first else [])

    def reinstate(self, lot: uuid.UUID, *, ends: datetime | None, at: datetime) -> list[Move]:
        """The lot ends then, and not when it did: what of it had expired can be spent again, if that is not past."""
        found = self.lots[lot]
        found.ends, found.is_touched = ends, True
        if not found.expired or found.has_ended(at):
            return []
        return [self._move(found, _A.EXPIRED, _A.ACTIVE, found.expired), *self._repay(found)]

    def forfeit(self, at: datetime) -> list[Move]:
        """Everything that can be spent or waits expires now: of somebody who leaves. What is put aside stays so."""
        moves = []
        for lot in sorted(self.lots.values(), key=lambda lot: lot.turn):
            if lot.pending:
                moves.append(self._move(lot, _A.PENDING, _A.ACTIVE, lot.pending))
            if lot.active:
                moves.append(self._move(lot, _A.ACTIVE, _A.EXPIRED, lot.active))
        return moves

    # --- being parted from others ---

    def regain(self, lot: uuid.UUID, amount: Decimal, *, at: datetime, out_of: Account = _A.PARTED) -> list[Move]:
        """What others took of a lot is in it again, as if they never had. What is owed is not paid yet: `settle`."""
        found = self.lots[lot]
        if out_of is _A.PARTED and found.active_from > at:
            return [self._move(found, out_of, _A.PENDING, amount)]
        moves = [self._move(found, out_of, _A.ACTIVE, amount)]
        if found.has_ended(at):
            moves.append(self._move(found, _A.ACTIVE, _A.EXPIRED, amount))
        return moves

    def acquit(self, who: uuid.UUID, amount: Decimal) -> list[Move]:
        """As much of what they owe is not theirs; less where they do not owe that much any more."""
        owed = min(self.debts.get(who, ZERO), amount)
        if owed <= 0:
            return []
        self.debts[who] -= owed
        return [Move(who, None, _A.PARTED, _A.DEBT, owed)]

    def lend(self, lot: uuid.UUID, amount: Decimal, *, at: datetime, customer: uuid.UUID) -> list[Move]:
        """A lot of what is missing to that customer, who owes it: for what of others was spent or is put aside."""
        made = self._new(Lot(lot, customer, at, at, None, amount, is_new=True))
        self.debts[customer] = self.debts.get(customer, ZERO) + amount
        return [Move(customer, None, _A.DEBT, _A.PARTED, amount), self._move(made, _A.PARTED, _A.ACTIVE, amount)]

    def charge(self, amount: Decimal, *, at: datetime, into: Account = _A.PARTED) -> list[Move]:
        """Take what there is, up to that much, first to end first, whatever is owed."""
        return [self._move(self.lots[part.lot], _A.ACTIVE, into, part.amount) for part in self._usable(at, amount)]

    def settle(self) -> dict[uuid.UUID, list[Move]]:
        """What is owed is paid by what there is, by lot."""
        paid = {lot.id: self._repay(lot) for lot in sorted(self.lots.values(), key=lambda lot: lot.turn)}
        return {lot: moves for lot, moves in paid.items() if moves}

    # --- taking back ---

    def take_back(
        self,
        lot: uuid.UUID | None,
        amount: Decimal,
        *,
        at: datetime,
        shortfall: Shortfall,
        limit: Decimal | None = None,
    ) -> list[Move]:
        """What an earning gave goes back to the shop: of the lot itself (waiting, active, expired), of the owner's
        others by their end, of those that wait, and then as `shortfall` says. Without a lot (a return of no known
        order) the newest go first. Nobody owes more than `limit`; the rest is forgiven.
        """
        moves: list[Move] = []
        own = self.lots.get(lot) if lot else None
        if own is not None:
            for account in (_A.PENDING, _A.ACTIVE, _A.EXPIRED):
                moves += self._draw(own, account, amount - _total(moves))
        others = sorted((other for other in self.own().lots.values() if other is not own), key=lambda other: other.turn)
        if lot is None:
            others.sort(key=lambda other: (other.earned_at, other.id), reverse=True)
        for account in (_A.ACTIVE, _A.PENDING):
            for other in others:
                if account is not _A.ACTIVE or not other.has_ended(at):
                    moves += self._draw(other, account, amount - _total(moves))
        rest = amount - _total(moves)
        if rest > 0:
            moves += self._short(rest, shortfall, limit)
        return moves

    def _draw(self, lot: Lot, account: Account, wanted: Decimal) -> list[Move]:
        taken = min(wanted, getattr(lot, account.value))
        return [self._move(lot, account, _A.ISSUED, taken)] if taken > 0 else []

    def _short(self, rest: Decimal, shortfall: Shortfall, limit: Decimal | None) -> list[Move]:
        if shortfall is Shortfall.DEDUCT:
            return [Move(self.owner, None, _A.DEDUCTED, _A.ISSUED, rest)]
        is_owed = shortfall in {Shortfall.NEGATIVE, Shortfall.DEBT}
        owed = (rest if limit is None else min(rest, max(limit - self.owed, ZERO))) if is_owed else ZERO
        moves = []
        if owed:
            self.debts[self.owner] = self.debts.get(self.owner, ZERO) + owed
            moves.append(Move(self.owner, None, _A.DEBT, _A.ISSUED, owed))
        if rest > owed:
            moves.append(Move(self.owner, None, _A.FORGIVEN, _A.ISSUED, rest - owed))
        return moves

    # --- the parts of moves ---

    def _take(self, amount: Decimal, into: Account, at: datetime) -> list[Move]:
        if amount > self.available(at):
            raise TooLittle(self.available(at))
        return self.charge(amount, at=at, into=into)

    def _usable(self, at: datetime, amount: Decimal) -> list[Part]:
        """As much of what can be spent, first to end first."""
        lots = sorted(self.lots.values(), key=lambda lot: lot.turn)
        return first([Part(lot.id, lot.active) for lot in lots if lot.active and not lot.has_ended(at)], amount)

    def _give_back(self, part: Part, out_of: Account, at: datetime, grace: timedelta) -> list[Move]:
        lot = self.lots[part.lot]
        moves = [self._move(lot, out_of, _A.ACTIVE, part.amount)]
        if lot.has_ended(at):
            if lot.graced or grace <= timedelta(0):
                return [*moves, self._move(lot, _A.ACTIVE, _A.EXPIRED, part.amount)]
            lot.ends, lot.graced, lot.is_touched = at + grace, True, True
        return [*moves, *self._repay(lot)]

    def _repay(self, lot: Lot) -> list[Move]:
        moves = []
        for who in sorted(self.debts):
            paid = min(self.debts[who], lot.active)
            if paid <= 0 or self.person(who) != self.person(lot.customer):
                continue
            self.debts[who] -= paid
            if who == lot.customer:
                moves.append(self._move(lot, _A.ACTIVE, _A.DEBT, paid))
            else:
                moves += [self._move(lot, _A.ACTIVE, _A.PARTED, paid), Move(who, None, _A.PARTED, _A.DEBT, paid)]
        return moves

    def _in_turn(self, parts: Iterable[Part]) -> list[Part]:
        return sorted((part for part in parts if part.amount > 0), key=lambda part: self.lots[part.lot].turn)

    def _new(self, lot: Lot) -> Lot:
        """A lot that is not there yet: another in its place would lose what that has."""
        if lot.id in self.lots:
            raise ImpossibleMove(lot.id)
        self.lots[lot.id] = lot
        return lot

    def _move(self, lot: Lot, debit: Account, credit: Account, amount: Decimal) -> Move:
        """Change the lot and say so. What is no account of a lot (the shop's, a debt) changes nothing in it."""
        if amount <= 0:
            raise ImpossibleMove(debit, credit, amount)
        for account, sign in ((debit, -1), (credit, 1)):
            if account in _OF_LOT:
                left = getattr(lot, account.value) + sign * amount
                if left < 0:
                    raise ImpossibleMove(debit, credit, amount)
                setattr(lot, account.value, left)
        lot.is_touched = True
        return Move(lot.customer, lot.id, debit, credit, amount)


def _spendable(lot: Lot, at: datetime) -> Decimal:
    if lot.has_ended(at):
        return ZERO
    return lot.active + (lot.pending if lot.active_from <= at else ZERO)


def _total(moves: Iterable[Move]) -> Decimal:
    return sum((move.amount for move in moves), ZERO)


def first(parts: Iterable[Part], amount: Decimal) -> list[Part]:
    """As much of these as makes up the amount, in their order."""
    taken = []
    for part in parts:
        if amount <= 0:
            break
        taken.append(Part(part.lot, min(part.amount, amount)))
        amount -= part.amount
    return taken


_OF_LOT = frozenset({_A.PENDING, _A.ACTIVE, _A.HELD, _A.EXPIRED})
"""What of a lot is kept beside it."""
