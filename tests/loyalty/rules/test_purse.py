"""Thousands of histories of one purse: nothing is created or lost, and lots say what the movements say."""

import uuid
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from loyalty.rules import purse as rules
from loyalty.rules.purse import MEMBERS, PAIRS, Account, ImpossibleMove, Part, Purse, Shortfall, TooLittle

START = datetime(2026, 1, 1, tzinfo=UTC)
ANN, BEN = (uuid.UUID(int=n) for n in (1, 2))
amounts = st.integers(1, 200).map(Decimal)
days = st.integers(0, 40).map(lambda n: timedelta(days=n))


class Histories(RuleBasedStateMachine):
    """Two people who share a purse do whatever they can."""

    def __init__(self):
        super().__init__()
        self.now = START
        self.purse = Purse(ANN)
        self.moves = []
        self.holds = []
        self.redeemed = []
        self.serial = 100

    def note(self, moves):
        for move in moves:
            assert move.amount > 0
            assert (move.debit, move.credit) in PAIRS
        self.moves += moves

    def caught_up(self):
        for lapse in self.purse.catch_up(self.now):
            self.note(lapse.moves)

    @rule(
        amount=amounts,
        wait=days,
        life=st.none() | st.integers(1, 60).map(lambda n: timedelta(days=n)),
        who=st.sampled_from([ANN, BEN]),
    )
    def earn(self, amount, wait, life, who):
        self.caught_up()
        self.serial += 1
        active = self.now + wait
        ends = active + life if life else None
        self.note(
            self.purse.put(
                uuid.UUID(int=self.serial), amount, earned_at=self.now, active_from=active, ends=ends, at=self.now,
                customer=who,
            )
        )  # fmt: skip

    @rule(days=days)
    def time_passes(self, days):
        before = self.purse.balance(self.now + days), self.purse.waiting(self.now + days)
        self.now += days
        self.caught_up()
        assert (self.purse.balance(self.now), self.purse.waiting(self.now)) == before
        assert not self.purse.catch_up(self.now)

    @rule(amount=amounts)
    def hold(self, amount):
        self.caught_up()
        available = self.purse.available(self.now)
        if amount > available:
            with pytest.raises(TooLittle) as refused:
                self.purse.hold(amount, at=self.now)
            assert refused.value.available == available
            return
        moves = self.purse.hold(amount, at=self.now)
        assert sum(move.amount for move in moves) == amount
        self.note(moves)
        self.holds.append([Part(move.lot, move.amount) for move in moves])

    @precondition(lambda self: self.holds)
    @rule(data=st.data())
    def capture(self, data):
        self.caught_up()
        parts = self.holds.pop(data.draw(st.integers(0, len(self.holds) - 1)))
        whole = int(sum(part.amount for part in parts))
        wanted = Decimal(data.draw(st.integers(1, whole)))
        moves = self.purse.capture(parts, wanted)
        self.note(moves)
        taken = defaultdict(Decimal)
        for move in moves:
            taken[move.lot] += move.amount
        rest = [Part(part.lot, part.amount - taken[part.lot]) for part in parts]
        self.note(self.purse.release(rest, at=self.now, grace=timedelta(days=data.draw(st.integers(0, 9)))))
        self.redeemed.append([Part(lot, amount) for lot, amount in taken.items()])

    @precondition(lambda self: self.redeemed)
    @rule(data=st.data())
    def give_back_what_was_paid_with(self, data):
        self.caught_up()
        parts = self.redeemed.pop(data.draw(st.integers(0, len(self.redeemed) - 1)))
        wanted = Decimal(data.draw(st.integers(1, int(sum(part.amount for part in parts)))))
        before = self.purse.balance(self.now)
        over = {lot.id for lot in self.purse.lots.values() if lot.graced and lot.has_ended(self.now)}
        moves = self.purse.restore(parts, wanted, at=self.now, grace=timedelta(days=data.draw(st.integers(1, 9))))
        self.note(moves)
        gone = [move for move in moves if move.credit is Account.EXPIRED]
        assert {move.lot for move in gone} <= over, "a lot is put off once"
        assert self.purse.balance(self.now) == before + wanted - sum(move.amount for move in gone)

    @rule(
        amount=amounts,
        shortfall=st.sampled_from(Shortfall),
        limit=st.none() | st.integers(0, 100).map(Decimal),
        data=st.data(),
    )
    def take_back(self, amount, shortfall, limit, data):
        self.caught_up()
        lots = [None, *sorted(self.purse.lots)]
        lot = data.draw(st.sampled_from(lots))
        owed = self.purse.owed
        moves = self.purse.take_back(lot, amount, at=self.now, shortfall=shortfall, limit=limit)
        assert sum(move.amount for move in moves) == amount
        if limit is not None:
            assert self.purse.owed <= max(limit, owed)
        self.note(moves)

    @invariant()
    def lots_and_debts_are_what_the_movements_say(self):
        lots, people = defaultdict(Decimal), defaultdict(Decimal)
        for move in self.moves:
            for account, sign in ((move.debit, -1), (move.credit, 1)):
                lots[move.lot, account] += sign * move.amount
                people[move.customer, account] += sign * move.amount
        for lot in self.purse.lots.values():
            for account in (Account.PENDING, Account.ACTIVE, Account.HELD, Account.EXPIRED):
                left = getattr(lot, account.value)
                assert left == lots[lot.id, account] >= 0
            assert lot.pending + lot.active + lot.held + lot.expired <= lot.amount
        for who in (ANN, BEN):
            assert people[who, Account.DEBT] == -self.purse.debts.get(who, 0) <= 0
        assert sum(people[who, Account.PARTED] for who in (ANN, BEN)) == 0

    @invariant()
    def all_accounts_of_everybody_sum_to_zero(self):
        total = defaultdict(Decimal)
        for move in self.moves:
            total[move.debit] -= move.amount
            total[move.credit] += move.amount
        assert sum(total.values()) == 0
        theirs = sum(total[account] for account in MEMBERS)
        assert theirs == self.purse.balance(self.now) + self.purse.waiting(self.now) + self.purse.held

    @invariant()
    def who_owes_has_nothing_to_spend(self):
        if self.purse.owed:
            assert self.purse.available(self.now) == 0


TestHistories = Histories.TestCase
TestHistories.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


def lot(purse, amount, *, ends=None, wait=timedelta(0), earned=START, now=START):
    serial = uuid.UUID(int=1000 + len(purse.lots))
    purse.put(serial, Decimal(amount), earned_at=earned, active_from=earned + wait, ends=ends, at=now)
    return serial


def test_what_ends_first_is_spent_first_and_then_what_is_older():
    purse = Purse(ANN)
    endless = lot(purse, 10)
    late = lot(purse, 10, ends=START + timedelta(days=50))
    soon = lot(purse, 10, ends=START + timedelta(days=5))
    older = lot(purse, 10, ends=START + timedelta(days=5), earned=START - timedelta(days=1))
    moves = purse.spend(Decimal(32), at=START)
    assert [(move.lot, move.amount) for move in moves] == [(older, 10), (soon, 10), (late, 10), (endless, 2)]


def test_at_its_end_a_lot_can_be_spent_no_more():
    purse = Purse(ANN)
    end = START + timedelta(days=5)
    lot(purse, 10, ends=end)
    assert purse.available(end - timedelta(microseconds=1)) == 10
    assert purse.available(end) == 0
    with pytest.raises(TooLittle):
        purse.spend(Decimal(1), at=end)


def test_taking_back_goes_to_the_lot_itself_first_and_never_twice_to_what_expired():
    purse = Purse(ANN)
    own = lot(purse, 100, ends=START + timedelta(days=5))
    other = lot(purse, 100)
    purse.spend(Decimal(30), at=START)  # of the lot itself: it ends first
    later = START + timedelta(days=6)
    purse.catch_up(later)
    moves = purse.take_back(own, Decimal(100), at=later, shortfall=Shortfall.DEBT)
    assert [(move.lot, move.debit, move.amount) for move in moves] == [
        (own, Account.EXPIRED, 70),
        (other, Account.ACTIVE, 30),
    ]


@pytest.mark.parametrize(
    ("shortfall", "limit", "account", "balance"),
    [
        (Shortfall.NEGATIVE, None, [(Account.DEBT, 40)], -40),
        (Shortfall.DEBT, None, [(Account.DEBT, 40)], -40),
        (Shortfall.NEGATIVE, 15, [(Account.DEBT, 15), (Account.FORGIVEN, 25)], -15),
        (Shortfall.DEDUCT, None, [(Account.DEDUCTED, 40)], 0),
        (Shortfall.FORGIVE, None, [(Account.FORGIVEN, 40)], 0),
    ],
)
def test_what_is_not_there_any_more(shortfall, limit, account, balance):
    purse = Purse(ANN)
    own = lot(purse, 60)
    purse.spend(Decimal(40), at=START)
    moves = purse.take_back(
        own, Decimal(60), at=START, shortfall=shortfall, limit=None if limit is None else Decimal(limit)
    )
    assert [(move.debit, move.amount) for move in moves] == [(Account.ACTIVE, 20), *account]
    assert purse.balance(START) == balance
    lot(purse, 50)
    assert purse.balance(START) == balance + 50


def test_a_move_of_nothing_or_of_more_than_there_is_is_a_mistake_of_ours():
    purse = Purse(ANN)
    own = lot(purse, 5)
    with pytest.raises(ImpossibleMove):
        purse._move(purse.lots[own], Account.ACTIVE, Account.REDEEMED, Decimal(0))
    with pytest.raises(ImpossibleMove):
        purse._move(purse.lots[own], Account.ACTIVE, Account.REDEEMED, Decimal(6))


def test_what_one_of_two_owes_is_paid_by_what_the_other_earns():
    purse = Purse(ANN, debts={BEN: Decimal(20)})
    lot(purse, 50)
    assert purse.balance(START) == purse.available(START) == 30
    assert purse.owed == 0


def test_who_begins_to_share_a_purse_pays_what_the_other_owes():
    purse = Purse(ANN)
    own = lot(purse, 50)
    purse.debts[BEN] = Decimal(20)
    (lapse,) = purse.catch_up(START)
    assert (lapse.kind, lapse.lot) == (rules.Kind.SETTLE, own)
    assert [(move.customer, move.debit, move.credit) for move in lapse.moves] == [
        (ANN, Account.ACTIVE, Account.PARTED),
        (BEN, Account.PARTED, Account.DEBT),
    ]
    assert purse.balance(START) == 30
