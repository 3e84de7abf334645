"""Histories of three people over the real database: whatever they do, and however often they turn out to be one and two
again, nothing is created or lost, and each has what their own doings come to.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import hypothesis.strategies as st
import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from cdp.core.actors import SYSTEM
from customers.models import Customer, Identifier, MergeLog
from customers.selectors import lineage
from customers.services import merging
from loyalty.models import Act, Balance, Hold, Lot, Movement
from loyalty.rules.purse import Account, Shortfall, TooLittle
from loyalty.selectors import purses, taken
from loyalty.services.book import Book
from tests import factories

pytestmark = pytest.mark.django_db
START = datetime(2026, 1, 1, tzinfo=UTC)
POINTS = "points"
amounts = st.integers(1, 200).map(Decimal)
people = st.integers(0, 2)
_LOTS = """
    SELECT lot, sum(pending), sum(active), sum(held), sum(expired) FROM (
        SELECT lot_id AS lot,
            CASE account WHEN 'pending' THEN amount ELSE 0 END AS pending,
            CASE account WHEN 'active' THEN amount ELSE 0 END AS active,
            CASE account WHEN 'held' THEN amount ELSE 0 END AS held,
            CASE account WHEN 'expired' THEN amount ELSE 0 END AS expired
        FROM loyalty_leg WHERE customer_id = ANY(%s) AND lot_id IS NOT NULL
    ) AS leg GROUP BY lot
"""
_ACCOUNTS = "SELECT customer_id, account, sum(amount) FROM loyalty_leg WHERE customer_id = ANY(%s) GROUP BY 1, 2"


class Histories(RuleBasedStateMachine):
    """What can happen to three people. `own` is what the doings of each come to, expired points and all."""

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = START
        self.people = [factories.customer(now=START) for _ in range(3)]
        found = Identifier.objects.filter(customer_id__in=[one.id for one in self.people])
        self.digests = dict(found.values_list("customer_id", "digest"))
        self.own = defaultdict(Decimal)
        self.serial = 0

    def teardown(self):
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    def top(self, person):
        return lineage.get(self.people[person].id).customer.id

    def cause(self):
        self.serial += 1
        return f"test:{self.serial}"

    # --- what happens ---

    @rule(person=people, amount=amounts, wait=st.sampled_from([0, 0, 7]), life=st.none() | st.integers(1, 40))
    def earn(self, person, amount, wait, life):
        top, cause = self.top(person), self.cause()

        def book_it():
            with transaction.atomic():
                book = Book.open([top], now=self.now)
                act = book.act(top, POINTS, Act.Kind.EARN, cause=cause)
                active = self.now + timedelta(days=wait)
                ends = active + timedelta(days=life) if life else None
                act.moves += book.purse(top, POINTS).put(
                    act.id, amount, earned_at=self.now, active_from=active, ends=ends, at=self.now
                )
                book.write()

        book_it()
        self.own[top] += amount
        before = Movement.objects.count(), Act.objects.count()
        with pytest.raises(IntegrityError):
            book_it()
        assert (Movement.objects.count(), Act.objects.count()) == before

    @rule(person=people, amount=amounts, is_open=st.booleans())
    def pay(self, person, amount, is_open):
        top = self.top(person)
        try:
            with transaction.atomic():
                hold = Hold.objects.create(
                    customer_id=top,
                    wallet=POINTS,
                    amount=amount,
                    captured=0 if is_open else amount,
                    state="open" if is_open else "captured",
                    until=self.now,
                    source="till",
                    made_at=self.now,
                    resolved_by=self.digests[self.people[person].id],
                )
                book = Book.open([top], now=self.now)
                kind = Act.Kind.HOLD if is_open else Act.Kind.REDEEM
                act = book.act(top, POINTS, kind, cause=f"hold:{hold.id}", fact=hold.id)
                purse = book.purse(top, POINTS)
                act.moves += (purse.hold if is_open else purse.spend)(amount, at=self.now)
                book.write()
        except TooLittle:
            return
        if not is_open:
            self.own[self.people[person].id] -= amount

    def payer(self, hold):
        """Whose redemption it is, who stands for them."""
        for one in self.people:
            if bytes(self.digests[one.id]) == bytes(hold.resolved_by):
                return one.id
        raise AssertionError

    def holds(self, state):
        return Hold.objects.filter(customer_id__in=[one.id for one in self.people], state=state).order_by("id")

    @rule(data=st.data(), part=st.integers(0, 100))
    def finish(self, data, part):
        """A redemption under way is taken in whole or part, or given back."""
        if not (found := list(self.holds("open"))):
            return
        hold = data.draw(st.sampled_from(found), label="hold")
        wanted = (hold.amount * part / 100).quantize(Decimal(1))
        assert hold.customer_id == lineage.get(self.payer(hold)).customer.id
        with transaction.atomic():
            book = Book.open([hold.customer_id], now=self.now)
            purse = book.purse(hold.customer_id, POINTS)
            parts = taken.held(hold.id, book.members[hold.customer_id])
            assert sum(one.amount for one in parts) == hold.amount
            book.bring([one.lot for one in parts])
            if wanted:
                act = book.act(hold.customer_id, POINTS, Act.Kind.CAPTURE, cause=f"hold:{hold.id}", fact=hold.id)
                act.moves += purse.capture(parts, wanted)
            book.write()
            book = Book.open([hold.customer_id], now=self.now)
            rest = taken.held(hold.id, book.members[hold.customer_id])
            book.bring([one.lot for one in rest])
            act = book.act(hold.customer_id, POINTS, Act.Kind.RELEASE, cause=f"hold:{hold.id}", fact=hold.id)
            act.moves += book.purse(hold.customer_id, POINTS).release(rest, at=self.now, grace=timedelta(0))
            book.write()
            Hold.objects.filter(customer_id=hold.customer_id, id=hold.id).update(state="captured", captured=wanted)
        self.own[self.payer(hold)] -= wanted

    @rule(data=st.data(), part=st.integers(1, 100))
    def give_back(self, data, part):
        """What was paid with comes back, to the lots it was of."""
        if not (found := list(self.holds("captured"))):
            return
        hold = data.draw(st.sampled_from(found), label="hold")
        with transaction.atomic():
            book = Book.open([hold.customer_id], now=self.now)
            parts = taken.redeemed(hold.id, book.members[hold.customer_id])
            whole = sum((one.amount for one in parts), Decimal(0))
            amount = (whole * part / 100).quantize(Decimal(1))
            if not amount:
                return
            book.bring([one.lot for one in parts])
            act = book.act(hold.customer_id, POINTS, Act.Kind.RESTORE, cause=self.cause(), fact=hold.id)
            act.moves += book.purse(hold.customer_id, POINTS).restore(
                parts, amount, at=self.now, grace=timedelta(days=part % 3)
            )
            book.write()
        self.own[self.payer(hold)] += amount

    @rule(person=people, amount=amounts, data=st.data())
    def refund(self, person, amount, data):
        top = self.top(person)
        with transaction.atomic():
            book = Book.open([top], now=self.now)
            lots = list(
                Lot.objects.filter(customer_id__in=book.members[top]).order_by("id").values_list("id", flat=True)
            )
            lot = data.draw(st.sampled_from([None, *lots]), label="lot")
            book.bring([lot] if lot else [])
            act = book.act(top, POINTS, Act.Kind.REFUND, cause=self.cause())
            act.moves += book.purse(top, POINTS).take_back(lot, amount, at=self.now, shortfall=Shortfall.DEBT)
            book.write()
        self.own[top] -= amount

    @rule(person=people, amount=amounts)
    def adjust_away(self, person, amount):
        top = self.top(person)
        try:
            with transaction.atomic():
                book = Book.open([top], now=self.now)
                act = book.act(top, POINTS, Act.Kind.ADJUST, cause=self.cause())
                act.moves += book.purse(top, POINTS).spend(amount, at=self.now, into=Account.ADJUSTED)
                book.write()
        except TooLittle:
            return
        self.own[top] -= amount

    @rule(days=st.integers(1, 20))
    def time_passes(self, days):
        self.now += timedelta(days=days)

    @rule(one=people, other=people)
    def turn_out_to_be_one(self, one, other):
        survivor, absorbed = self.top(one), self.top(other)
        if survivor != absorbed:
            merging.merge(survivor=survivor, absorbed=absorbed, reason="test", actor=SYSTEM, at=self.now)

    @precondition(lambda self: Customer.objects.filter(merged_into__in=[one.id for one in self.people]).exists())
    @rule(data=st.data())
    def turn_out_to_be_two(self, data):
        logs = MergeLog.objects.filter(customer_id__in=[one.id for one in self.people], undone_at=None).order_by("id")
        log = data.draw(st.sampled_from(list(logs)), label="merge")
        merging.unmerge(merge_log=log.id, actor=SYSTEM, at=self.now)

    # --- what always holds ---

    @invariant()
    def each_has_what_their_doings_come_to_and_the_ledger_is_true(self):
        rows = [one.id for one in self.people]
        with connection.cursor() as cursor:
            cursor.execute(_LOTS, [rows])
            said = {lot: tuple(sums) for lot, *sums in cursor.fetchall()}
            cursor.execute(_ACCOUNTS, [rows])
            accounts = {(customer, account): amount for customer, account, amount in cursor.fetchall()}
        lots = list(Lot.objects.filter(customer_id__in=rows))
        assert {lot.id: (lot.pending, lot.active, lot.held, lot.expired) for lot in lots} == said
        kept = defaultdict(lambda: [Decimal(0)] * 3)
        for lot in lots:
            sums = kept[lot.customer_id]
            kept[lot.customer_id] = [sums[0] + lot.pending, sums[1] + lot.active, sums[2] + lot.held]
        for row in Balance.objects.filter(customer_id__in=rows):
            assert [row.pending, row.active, row.held] == kept[row.customer_id]
            assert row.debt == -accounts.get((row.customer_id, "debt"), 0)
        assert sum(accounts.values(), Decimal(0)) == 0
        assert sum((amount for (_, account), amount in accounts.items() if account == "parted"), Decimal(0)) == 0
        for top, members in purses.persons({self.top(person) for person in range(3)}).items():
            has = sum((accounts.get((row, account), Decimal(0)) for row in members for account in _KEPT), Decimal(0))
            assert has == sum((self.own[row] for row in members), Decimal(0)), top


_KEPT = ("pending", "active", "held", "debt", "expired")


def play(examples, steps):
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.long
def test_many_histories():
    play(60, 30)
