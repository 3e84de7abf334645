"""The lives of `tests.loyalty.lives`, of people who share a household and share no more."""

from decimal import Decimal

import hypothesis.strategies as st
from django.db import connection
from hypothesis.stateful import invariant, rule

from cdp.core.actors import SYSTEM
from loyalty.models import Hold, Seat
from loyalty.rules.households import Refused as SharingRefused
from loyalty.selectors import accounts, purses
from loyalty.services import households
from surveys.selectors import rewards
from tests.loyalty import programmes
from tests.loyalty.lives import KEPT, POINTS, Lives, people


class SharingLives(Lives):
    """With a household that people join and leave: what each has nobody knows beforehand, what all have they do."""

    def programme(self, data):
        return programmes.publish(
            household=data.draw(st.sampled_from([2, 3]), label="household"),
            wallets={POINTS: {"expiry": data.draw(st.sampled_from([{"kind": "never"}, {"kind": "idle", "days": 30}]))}},
            refunds={"shortfall": data.draw(st.sampled_from(["debt", "negative"])), "grace_days": 3},
        )

    @rule(one=people, other=people)
    def share(self, one, other):
        before = Seat.objects.count()
        try:
            households.join(
                customer=self.rows[one],
                joins=self.rows[other],
                how=Seat.How.STAFF,
                agreed="",
                actor=SYSTEM,
                now=self.now,
            )
        except SharingRefused:
            assert Seat.objects.count() == before
        else:
            assert self.top(other) in purses.circle([self.top(one)])

    @rule(person=people)
    def share_no_more(self, person):
        households.leave(customer=self.rows[person], why=Seat.Why.LEFT, actor=SYSTEM, now=self.now)
        assert purses.circle([self.top(person)]) == {self.top(person)}

    @invariant()
    def each_can_spend_what_all_who_share_have_less_what_they_owe(self):
        for top in self.tops():
            mates = purses.circle([top])
            everybody = [found.get(POINTS) for found in (accounts.opened(mate, at=self.now) for mate in mates)]
            spendable = sum((purse.own().balance(self.now) + purse.owed for purse in everybody if purse), Decimal(0))
            purse = accounts.opened(top, at=self.now).get(POINTS)
            assert (purse.balance(self.now) if purse else 0) == spendable - (purse.owed if purse else 0)

    def each_has_what_their_doings_come_to(self):
        self.each_fact_lies_with_one()
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(amount) FROM loyalty_leg WHERE account = ANY(%s)", [list(KEPT)])
            kept = cursor.fetchone()[0] or Decimal(0)
        bought = self.worth_of_orders(self.rows)
        answered = sum(one.promised["points"] for one in rewards.of(self.rows))
        spent = sum((row.captured - row.restored for row in Hold.objects.all()), Decimal(0))
        assert kept == bought + answered + sum(self.own.values()) - spent
