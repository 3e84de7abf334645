"""The lives of `tests.loyalty.lives`, of people whose programme has limits and tiers and who stay whom they are.

What a purchase is worth hangs on what came before it there, so each is reckoned beside the product as it happens: what
limits had left and which tier held then, by what the other purchases still give and count, and never by what was booked.
"""

import copy
import dataclasses
from collections import defaultdict
from decimal import Decimal

import hypothesis.strategies as st
from django.db import connection
from django.utils import timezone
from hypothesis.stateful import rule

from commerce.models import Order, Refund
from loyalty.models import Hold, Member
from loyalty.rules import ranks, settling
from loyalty.rules.earning import Given
from loyalty.rules.ranks import Rank
from loyalty.selectors import facts, versions
from surveys.selectors import rewards
from tests.loyalty import programmes
from tests.loyalty.lives import KEPT, POINTS, START, Lives

STAMPS = "stamps"
CAPS = (
    {"per": "day", "points": "40"},
    {"per": "month", "points": "90"},
    {"per": "ever", "points": "150"},
    {"per": "day", "times": 1},
    {"per": "ever", "times": 2},
)


@dataclasses.dataclass
class Judged:
    """One purchase: when it was, how it was judged, and what is due of it now."""

    at: object
    frozen: settling.Frozen
    due: settling.Due

    def kept(self, rule, wallet):
        """What a rule still gives of it."""
        portion, left = self.frozen.portions.get(wallet), self.due.points.get(wallet, Decimal(0))
        if portion is None or rule not in portion.rules or left <= 0:
            return Decimal(0)
        return (portion.rules[rule] * left / portion.points).quantize(Decimal("0.0001"))


@dataclasses.dataclass
class Life:
    """One member, as reckoned: how their orders stood when they were looked at last, and what each was worth."""

    seen: dict = dataclasses.field(default_factory=dict)
    judged: dict = dataclasses.field(default_factory=dict)
    rank: Rank = dataclasses.field(default_factory=Rank)


class CappedLives(Lives):
    """With limits by day, month and for ever, a bonus that is given once, stamps, and a tier that multiplies."""

    def programme(self, data):
        self.lives = defaultdict(Life)
        self.zone = timezone.get_default_timezone()
        basis, least = data.draw(st.sampled_from([("spend", 1500), ("visits", 3)]), label="basis")
        return programmes.publish(
            programmes.spend(caps=[data.draw(st.sampled_from(CAPS), label="cap")]),
            {"on": "visit", "key": "visit", "names": programmes.NAMES, "wallet": STAMPS, "caps": [CAPS[3]]},
            bonuses=[
                {
                    "key": "first",
                    "names": programmes.NAMES,
                    "extra": "50",
                    "minimum": "100",
                    "caps": [{"per": "ever", "times": 1}],
                }
            ],
            wallets={
                POINTS: {"pending_days": data.draw(st.sampled_from([0, 7]), label="wait")},
                STAMPS: {"full": 10, "reward": "cup"},
            },
            tiering={
                "tiers": [programmes.tier("gold", least, factor="2")],
                "basis": basis,
                "months": 1,
                "downgrade": data.draw(st.sampled_from(["counter", "never"]), label="downgrade"),
            },
            refunds={"shortfall": data.draw(st.sampled_from(["debt", "negative"])), "grace_days": 3},
        )

    # Whose limits hold after two became one and two again is `RichLives`': nobody knows it beforehand.
    turn_out_to_be_one = turn_out_to_be_two = None

    # --- what is reckoned ---

    def settle(self):
        super().settle()
        for row in self.rows:
            self.reckon(row)
        self.each_has_what_their_doings_come_to()

    def reckon(self, row):
        """What changed since the last time, in the order of its times; then the tier that holds now."""
        life = self.lives[row]
        found = facts.orders([row], list(Order.objects.filter(customer_id=row).values_list("id", flat=True)), self.zone)
        changed = {one: seen for one, seen in self.as_they_stand(row).items() if life.seen.get(one) != seen}
        for fact in sorted((found[one] for one in changed), key=lambda fact: (fact.at, fact.id)):
            self.judge(life, fact)
        if changed:
            life.seen |= changed
            self.rank(life, self.now)

    def as_they_stand(self, row):
        back = defaultdict(set)
        for order, refund in Refund.objects.filter(customer_id=row).values_list("order_id", "id"):
            back[order].add(refund)
        fields = ("id", "updated_at", "is_counted", "status", "amount")
        return {one: (*rest, back[one]) for one, *rest in Order.objects.filter(customer_id=row).values_list(*fields)}

    def judge(self, life, fact):
        was, programme, digits = life.judged.get(fact.id), self.said(), versions.digits()
        if was is None and fact.purchase.is_void:
            return
        if was is None:
            self.rank(life, fact.at)
            tier, so_far = life.rank.tier, self.so_far(life, fact.at)
        else:
            tier, so_far = was.frozen.tier, was.frozen.so_far
        frozen = settling.assess(programme, fact.purchase, tier=tier, rate=Decimal(1), so_far=so_far, digits=digits)
        life.judged[fact.id] = Judged(fact.at, frozen, settling.due(frozen, fact.purchase, digits))

    def said(self):
        return versions.published().versions[0].programme

    def so_far(self, life, at):
        """What each limit has had of what still stands: a purchase that gives nothing any more uses up nothing."""
        found, on = {}, at.astimezone(self.zone)
        names = {"day": f"{on:%Y-%m-%d}", "month": f"{on:%Y-%m}", "ever": "ever"}
        programme = self.said()
        for giver in (*programme.rules, *programme.bonuses):
            (cap,) = giver.caps
            length = {"day": 10, "month": 7, "ever": 0}[cap.per]
            same = [
                kept
                for one in life.judged.values()
                if f"{one.at.astimezone(self.zone):%Y-%m-%d}"[:length] == f"{on:%Y-%m-%d}"[:length]
                and (kept := one.kept(giver.key, giver.wallet))
            ]
            if same:
                found[giver.key, names[cap.per]] = Given(sum(same), len(same))
        return found

    def rank(self, life, at):
        """Nothing that is older than the last rise changes it."""
        tiering, moment = self.said().tiering, max(at, life.rank.since or at)
        since = ranks.window(tiering, joined_at=START, now=moment, zone=self.zone)
        counts = [one.due.counts[tiering.basis] for one in life.judged.values() if since <= one.at <= moment]
        life.rank = ranks.settle(tiering, life.rank, sum(counts, Decimal(0)), now=moment)

    def jobs(self, now, *, is_time_first):
        super().jobs(now, is_time_first=is_time_first)
        for life in self.lives.values():
            if life.rank.tier:
                tiering = self.said().tiering
                since = ranks.window(tiering, joined_at=START, now=now, zone=self.zone)
                counts = [one.due.counts[tiering.basis] for one in life.judged.values() if since <= one.at <= now]
                life.rank = ranks.settle(tiering, life.rank, sum(counts, Decimal(0)), now=now)

    # --- what is done for a look, and undone ---

    @rule(days=st.sampled_from([0, 1, 9, 60]), is_time_first=st.booleans())
    def reading_says_what_booking_comes_to(self, days, is_time_first):
        self.undone(lambda: Lives.reading_says_what_booking_comes_to(self, days=days, is_time_first=is_time_first))

    @rule()
    def everything_again_changes_nothing(self):
        self.undone(lambda: Lives.everything_again_changes_nothing(self))

    def undone(self, look):
        before = copy.deepcopy(self.lives)
        look()
        self.lives = before

    def each_has_what_their_doings_come_to(self):
        """Each wallet of each, and the tier of each."""
        self.each_fact_lies_with_one()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT customer_id, wallet, sum(amount) FROM loyalty_leg WHERE account = ANY(%s) GROUP BY 1, 2",
                [list(KEPT)],
            )
            has = {(row, wallet): amount for row, wallet, amount in cursor.fetchall()}
        tiers = dict(Member.objects.values_list("customer_id", "tier"))
        for row in self.rows:
            life = self.lives[row]
            due = {
                wallet: sum((one.due.points.get(wallet, Decimal(0)) for one in life.judged.values()), Decimal(0))
                for wallet in (POINTS, STAMPS)
            }
            answered = sum(one.promised["points"] for one in rewards.of([row]))
            spent = sum((one.captured - one.restored for one in Hold.objects.filter(customer_id=row)), Decimal(0))
            due[POINTS] += answered + self.own[row] - spent
            assert {wallet: has.get((row, wallet), Decimal(0)) for wallet in due} == due, (row, life)
            assert tiers[row] == life.rank.tier, (row, life)
