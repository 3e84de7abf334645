"""A machine that plays the lives of three members through the doors that the product has: orders and what becomes of
them, answers, tills, staff, the jobs, joining and leaving, being one and two again, and clocks that are not right.

Whatever happens, the ledger proves itself, reading says what booking comes to, and doing everything again changes
nothing. Where the programme is plain (no caps, tiers or limits) what each has is reckoned beside it from the facts.
"""

import dataclasses
import uuid
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import hypothesis.strategies as st
import pytest
from django.db import connection, transaction
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cdp.core.actors import SYSTEM
from commerce.models import Order, Refund
from customers.models import Customer, Identifier, MergeLog
from customers.selectors import lineage
from customers.services import merging
from loyalty.models import Act, Balance, Hold, Lot, Member, Movement
from loyalty.rules import settling
from loyalty.rules.adjusting import Why
from loyalty.rules.purse import Account
from loyalty.rules.spending import Refusal, Refused
from loyalty.selectors import accounts, deeds, facts, purses, versions
from loyalty.services import accruing, actions, giving, holds, lapsing, members, proving
from loyalty.services.tills import Asked
from surveys.selectors import rewards
from tests import factories
from tests.loyalty import programmes, shop

START = programmes.BEGIN + timedelta(days=10)
POINTS = "points"
KEPT = ("pending", "active", "held", "debt", "expired")
"""What somebody has, and what of it expired: a return may take that as well."""
people = st.integers(0, 2)
amounts = st.integers(1, 60).map(Decimal)
lines = st.lists(
    st.tuples(st.sampled_from(["tea", "cup", "jar"]), st.integers(1, 3), st.integers(10, 900)),
    min_size=1,
    max_size=3,
    unique_by=lambda line: line[0],
)


class Lives(RuleBasedStateMachine):
    """See the module. Subclasses say which programmes there are, and how people begin."""

    is_plain = True

    def programme(self, data):
        """Publish one."""
        return programmes.publish(
            wallets={
                POINTS: {
                    "pending_days": data.draw(st.sampled_from([0, 7]), label="wait"),
                    "expiry": data.draw(
                        st.sampled_from(
                            [
                                {"kind": "never"},
                                {"kind": "fixed", "days": 20, "until": "moment"},
                                {"kind": "idle", "days": 30},
                            ]
                        ),
                        label="expiry",
                    ),
                }
            },
            refunds={"shortfall": data.draw(st.sampled_from(["debt", "negative"])), "grace_days": 3},
        )

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.now = self.latest = START
        self.people = [factories.customer(now=START) for _ in range(3)]
        self.rows = [one.id for one in self.people]
        found = Identifier.objects.filter(customer_id__in=self.rows)
        self.digests = {row: bytes(digest) for row, digest in found.values_list("customer_id", "digest")}
        self.own = defaultdict(Decimal)  # what was given and taken by hand, by who stood for them then
        self.serial = 0
        self.merges = 0

    def teardown(self):
        try:
            self.everybody_is_themselves_again()
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    @initialize(data=st.data())
    def begin(self, data):
        self.programme(data)
        self.join()

    def join(self):
        for row in self.rows:
            members.enrol(customer=row, how=Member.How.API, actor=SYSTEM, now=START - timedelta(days=1))

    # --- what the rules need ---

    def top(self, person):
        return lineage.get(self.rows[person]).customer.id

    def tops(self):
        return sorted({self.top(person) for person in range(3)})

    def number(self):
        self.serial += 1
        return f"T-{self.serial}"

    def asked(self, person, **more):
        return Asked(self.rows[person], SYSTEM, self.now, "till", **more)

    def moment(self):
        """No two facts are of one moment."""
        self.now += timedelta(seconds=1)
        self.latest = max(self.now, self.latest)
        return self.now

    def settle(self):
        """The steps of the pipeline that write."""
        accruing.accrue(self.rows, self.now)
        actions.reward(self.rows, self.now)

    def written(self):
        """Everything that a door could have changed."""
        return (
            Act.objects.count(),
            Movement.objects.count(),
            list(
                Lot.objects.order_by("id").values_list("id", "ends", "amount", "pending", "active", "held", "expired")
            ),
            list(Balance.objects.order_by("id").values_list("customer_id", "wallet", "active", "held", "debt")),
            list(Hold.objects.order_by("id").values_list("id", "state", "captured", "restored")),
            list(Member.objects.order_by("customer_id").values_list("customer_id", "tier", "left_at")),
        )

    def once(self, work):
        """What a door does, done twice: the second time it says the same and writes nothing. None where refused."""
        reason = None
        try:
            first = work()
        except Refused as error:
            reason = error.reason
        before = self.written()
        if reason is not None:
            with pytest.raises(Refused) as again:
                work()
            assert again.value.reason == reason
            assert self.written() == before
            return None
        second = work()
        assert second.is_repeated
        assert second.points == first.points
        assert self.written() == before
        return first

    # --- purchases ---

    @rule(person=people, told=lines, is_seen=st.booleans())
    def buy(self, person, told, is_seen):
        buyer = Customer.objects.get(id=self.top(person))
        shop.buy(buyer, self.moment(), *told, resolved_by=self.digests[self.rows[person]])
        if is_seen:
            self.settle()

    def orders(self):
        return list(Order.objects.filter(customer_id__in=self.rows).order_by("placed_at"))

    @rule(data=st.data(), told=lines, how=st.sampled_from(["lines", "lines", "void", "paid", "refunded"]))
    def change(self, data, told, how):
        if not (found := self.orders()):
            return
        order = data.draw(st.sampled_from(found), label="order")
        if how == "lines":
            goods = sum(Decimal(line[2]) for line in told)
            shop.change(order, self.moment(), *told, amount=goods)
        else:
            status = {"void": "cancelled", "paid": "paid", "refunded": "refunded"}[how]
            shop.change(order, self.moment(), status=status, is_counted=how != "void")

    @rule(data=st.data(), share=st.sampled_from([1, 1, 3]), is_bare=st.booleans(), is_seen=st.booleans())
    def give_money_back(self, data, share, is_bare, is_seen):
        if not (found := self.orders()):
            return
        order = data.draw(st.sampled_from(found), label="order")
        line = data.draw(st.sampled_from(list(order.lines.order_by("id"))), label="line")
        quantity = max(line.quantity // share, Decimal(1))
        amount = (line.amount * quantity / line.quantity).quantize(Decimal(1))
        told = [] if is_bare else [(line.sku, quantity, amount)]
        back = shop.refund(order.customer, self.moment(), *told, order=order, amount=max(amount, Decimal(1)))
        Refund.objects.filter(customer_id=order.customer_id, id=back.id).update(resolved_by=order.resolved_by)
        if is_seen:
            self.settle()

    # --- answers ---

    @rule(person=people, points=st.integers(1, 50), is_seen=st.booleans())
    def answer(self, person, points, is_seen):
        owner = Customer.objects.get(id=self.top(person))
        shop.answer(owner, self.moment(), points=points, resolved_by=self.digests[self.rows[person]])
        if is_seen:
            self.settle()

    # --- tills ---

    @rule(person=people, amount=amounts, minutes=st.sampled_from([5, 60, 9000]))
    def put_aside(self, person, amount, minutes):
        asked, by = self.asked(person, reference=self.number()), self.digests[self.rows[person]]
        self.once(lambda: holds.hold(asked, amount, minutes=minutes, resolved_by=by))

    @rule(person=people, amount=amounts)
    def redeem(self, person, amount):
        asked, by = self.asked(person, reference=self.number()), self.digests[self.rows[person]]
        self.once(lambda: holds.redeem(asked, amount, resolved_by=by))

    def some_hold(self, data):
        found = list(Hold.objects.filter(customer_id__in=self.rows).order_by("id"))
        return data.draw(st.sampled_from(found), label="hold") if found else None

    @rule(data=st.data(), part=st.none() | amounts)
    def capture(self, data, part):
        if hold := self.some_hold(data):
            asked = Asked(hold.customer_id, SYSTEM, self.now, "till")
            self.once(lambda: holds.capture(asked, hold.id, part))

    @rule(data=st.data())
    def release(self, data):
        if hold := self.some_hold(data):
            asked = Asked(hold.customer_id, SYSTEM, self.now, "till")
            self.once(lambda: holds.release(asked, hold.id))

    @rule(data=st.data(), part=st.none() | amounts)
    def reverse(self, data, part):
        if hold := self.some_hold(data):
            asked = Asked(hold.customer_id, SYSTEM, self.now, "till", reference=self.number())
            self.once(lambda: holds.reverse(asked, hold.id, part))

    @rule(person=people, amount=amounts, is_earned=st.booleans(), is_taken=st.booleans())
    def give(self, person, amount, is_earned, is_taken):
        """By a store's own system, or by staff, who may take as well."""
        asked, top = self.asked(person, reference=self.number()), self.top(person)
        by = -amount if is_taken and not is_earned else amount
        if self.once(lambda: giving.give(asked, by) if is_earned else giving.adjust(asked, by, why=Why.MISTAKE)):
            self.own[top] += by

    @rule(person=people)
    def ask_nonsense(self, person):
        """Refused, and nothing is written; a clock that is wrong by more than minutes, too."""
        late = dataclasses.replace(self.asked(person), now=self.latest - timedelta(hours=2))
        for work in (
            lambda: holds.redeem(self.asked(person), Decimal(0)),
            lambda: holds.hold(self.asked(person), Decimal("1.5")),
            lambda: holds.capture(self.asked(person), uuid.uuid4()),
            lambda: giving.give(self.asked(person), Decimal(-1)),
        ):
            assert self.once(work) is None
        if Balance.objects.filter(customer_id__in=purses.persons([self.top(person)])[self.top(person)]).exists():
            moved = self.written()
            try:
                giving.give(late, Decimal(1))
            except Refused as error:
                assert error.reason is Refusal.CLOCK  # noqa: PT017  (the rest of the history goes on)
                assert self.written() == moved
            else:
                assert self.latest - late.now > timedelta(hours=1)
                self.own[self.top(person)] += 1

    # --- time ---

    @rule(hours=st.sampled_from([1, 24, 24 * 8, 24 * 25]))
    def time_passes(self, hours):
        self.now = max(self.now, self.latest) + timedelta(hours=hours)
        self.latest = self.now

    @rule(minutes=st.integers(1, 8))
    def the_clock_goes_back(self, minutes):
        self.now = max(self.now - timedelta(minutes=minutes), self.latest - timedelta(minutes=8))

    @rule()
    def the_pipeline_comes(self):
        self.settle()

    @rule(is_time_first=st.booleans())
    def the_jobs_come(self, is_time_first):
        self.jobs(self.now, is_time_first=is_time_first)

    def jobs(self, now, *, is_time_first):
        for job in sorted((lapsing.book_due, holds.lapse), key=lambda job: (job is holds.lapse) == is_time_first):
            job(now=now)
            assert not job(now=now)
        lapsing.settle_tiers(now=now)

    # --- who is who ---

    @rule(one=people, other=people)
    def turn_out_to_be_one(self, one, other):
        survivor, absorbed = self.top(one), self.top(other)
        if survivor != absorbed:
            merging.merge(survivor=survivor, absorbed=absorbed, reason="test", actor=SYSTEM, at=self.moment())
            self.merges += 1

    def logs(self):
        found = MergeLog.objects.filter(customer_id__in=self.rows, undone_at=None)
        return list(found.order_by("id"))

    @precondition(lambda self: self.merges)
    @rule(data=st.data())
    def turn_out_to_be_two(self, data):
        if found := self.logs():
            log = data.draw(st.sampled_from(found), label="merge")
            merging.unmerge(merge_log=log.id, actor=SYSTEM, at=self.moment())

    # --- what always holds ---

    @invariant()
    def the_ledger_proves_itself(self):
        found = [fault.row for told in proving.check(self.now, whole=True) for fault in told.faults]
        assert not found
        with connection.cursor() as cursor:
            cursor.execute("SELECT wallet, sum(amount) FROM loyalty_leg GROUP BY 1 HAVING sum(amount) <> 0")
            assert not cursor.fetchall()
            cursor.execute(
                "SELECT wallet, sum(amount) FROM loyalty_leg WHERE account = 'parted' GROUP BY 1 HAVING sum(amount) <> 0"
            )
            assert not cursor.fetchall()

    @rule(days=st.sampled_from([0, 1, 9, 60]), is_time_first=st.booleans())
    def reading_says_what_booking_comes_to(self, days, is_time_first):
        at = self.now + timedelta(days=days)
        with transaction.atomic():
            said = self.standings(at)
            self.jobs(at, is_time_first=is_time_first)
            assert self.standings(at) == said
            transaction.set_rollback(True)

    def standings(self, at):
        return {
            (top, one.wallet.key): (one.balance, one.pending, one.held, one.owed, one.ends_at, one.ending)
            for top in self.tops()
            for one in accounts.standings(top, at=at)
        }

    @rule()
    def everything_again_changes_nothing(self):
        with transaction.atomic():
            self.settle()
            self.jobs(self.now, is_time_first=True)
            self.settle()
            self.the_ledger_proves_itself()
            before = self.written()
            for _ in range(2):
                self.settle()
                self.jobs(self.now, is_time_first=False)
            assert self.written() == before
            self.each_has_what_their_doings_come_to()
            transaction.set_rollback(True)

    def everybody_is_themselves_again(self):
        """At the end of a history: as if there had been no merge."""
        while found := self.logs():
            merging.unmerge(merge_log=found[0].id, actor=SYSTEM, at=self.moment())
        self.settle()
        self.the_ledger_proves_itself()
        self.each_has_what_their_doings_come_to()

    def each_has_what_their_doings_come_to(self):
        self.each_fact_lies_with_one()
        if not self.is_plain:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT customer_id, sum(amount) FROM loyalty_leg WHERE account = ANY(%s) GROUP BY 1", [list(KEPT)]
            )
            has = dict(cursor.fetchall())
        for top, rows in purses.persons(self.tops()).items():
            bought = self.worth_of_orders(rows)
            answered = sum(one.promised["points"] for one in rewards.of(rows))
            spent = sum((row.captured - row.restored for row in Hold.objects.filter(customer_id__in=rows)), Decimal(0))
            by_hand = sum((self.own[row] for row in rows), Decimal(0))
            kept = sum((has.get(row, Decimal(0)) for row in rows), Decimal(0))
            assert kept == bought + answered + by_hand - spent, (top, kept, bought, answered, by_hand, spent)

    def each_fact_lies_with_one(self):
        """Where a fact has gone to somebody else, nothing of what it brought has stayed."""
        whose = {row: top for top, rows in purses.persons(self.tops()).items() for row in rows}
        orders = dict(Order.objects.filter(customer_id__in=self.rows).values_list("id", "customer_id"))
        acts = list(Act.objects.filter(kind__in=["earn", "refund"], customer_id__in=self.rows))
        answers = deeds.owners({act.cause for act in acts}, self.rows)
        moved = defaultdict(Decimal)
        for act, amount in Movement.objects.filter(debit=Account.ISSUED).values_list("act_id", "amount"):
            moved[act] += amount
        for act, amount in Movement.objects.filter(credit=Account.ISSUED).values_list("act_id", "amount"):
            moved[act] -= amount
        stray = defaultdict(Decimal)
        for act in acts:
            owner = answers.get(act.cause) or orders.get(act.fact_id)
            if owner and whose[owner] != whose[act.customer_id]:
                stray[act.fact_id or act.cause, act.wallet, whose[act.customer_id]] += moved[act.id]
        assert not {fact: amount for fact, amount in stray.items() if amount}

    def worth_of_orders(self, rows):
        """Each judged as if it were the first and only one."""
        programme, digits = versions.published().versions[0].programme, versions.digits()
        wanted = list(Order.objects.filter(customer_id__in=rows).values_list("id", flat=True))
        found = facts.orders(rows, wanted, START.tzinfo)
        worth = Decimal(0)
        for fact in found.values():
            judged = settling.assess(programme, fact.purchase, tier="", rate=Decimal(1), so_far={}, digits=digits)
            worth += settling.due(judged, fact.purchase, digits).points.get(POINTS, Decimal(0))
        return worth


class RichLives(Lives):
    """With everything a programme can say, and people who join and leave. Nobody knows beforehand what they have."""

    is_plain = False

    def programme(self, data):
        refunds = {
            "shortfall": data.draw(st.sampled_from(["debt", "negative", "deduct", "forgive"]), label="shortfall"),
            "limit": data.draw(st.sampled_from(["0", "20", "500"]), label="limit"),
            "grace_days": data.draw(st.sampled_from([0, 5]), label="grace"),
        }
        gold = programmes.tier("gold", 600, factor="2", expiry={"kind": "fixed", "months": 3, "until": "moment"})
        return programmes.publish(
            programmes.spend(caps=[{"per": "day", "points": "40"}]),
            {"on": "visit", "key": "visit", "names": programmes.NAMES, "wallet": "stamps"},
            {"on": "action", "key": "welcome", "names": programmes.NAMES, "what": "join", "points": "10"},
            bonuses=[{"key": "tea", "names": programmes.NAMES, "factor": "3", "of": {"skus": ["tea"]}}],
            wallets={
                POINTS: {"pending_days": 3, "worth": "1", "expiry": {"kind": "idle", "days": 30}},
                "stamps": {"full": 10, "reward": "cup", "expiry": {"kind": "fixed", "days": 60, "until": "day"}},
            },
            tiering={
                "tiers": [gold],
                "basis": data.draw(st.sampled_from(["spend", "points", "visits"]), label="basis"),
                "months": 1,
                "downgrade": data.draw(st.sampled_from(["one", "counter", "never"]), label="downgrade"),
            },
            refunds=refunds,
            joining={"how": data.draw(st.sampled_from(["asked", "first_order"]), label="joining")},
        )

    def join(self):
        members.enrol(customer=self.rows[0], how=Member.How.API, actor=SYSTEM, now=self.now)

    @rule(person=people)
    def enrol(self, person):
        members.enrol(customer=self.rows[person], how=Member.How.STAFF, actor=SYSTEM, now=self.moment())
        before = self.written()
        members.enrol(customer=self.rows[person], how=Member.How.STAFF, actor=SYSTEM, now=self.now)
        assert self.written() == before

    @rule(person=people)
    def leave(self, person):
        shown, at = {}, self.moment()
        for _ in range(2):
            try:
                members.leave(customer=self.rows[person], shown=shown, actor=SYSTEM, now=at)
            except members.UnableToLeave as error:
                if error.held:
                    return
                shown = error.balance
        before = self.written()
        members.leave(customer=self.rows[person], shown={}, actor=SYSTEM, now=at)
        assert self.written() == before

    @rule(person=people, amount=st.integers(10, 2000))
    def bring_back_something(self, person, amount):
        """Nobody knows of which order."""
        buyer = Customer.objects.get(id=self.top(person))
        back = shop.refund(buyer, self.moment(), amount=amount)
        Refund.objects.filter(customer_id=buyer.id, id=back.id).update(resolved_by=self.digests[self.rows[person]])

    @invariant()
    def nobody_owes_more_than_the_limit(self):
        if self.merges or not versions.published():
            return  # who is parted may owe what they spent of the other's
        limit = versions.published().versions[0].programme.refunds.limit
        assert not Balance.objects.filter(debt__gt=limit).exists()
        owed = Movement.objects.filter(debit=Account.DEBT).exists()
        assert not owed or limit
