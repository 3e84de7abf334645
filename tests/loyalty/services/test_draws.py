"""A draw from its announcement to the last prize, on real facts."""

from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from cdp.core.actors import SYSTEM
from cdp.core.models import Notice
from customers.models import Customer, Status
from customers.services import erasing, merging
from loyalty.models import Act, Coupon, Draw, DrawPlace, DrawWin, Member, Offer
from loyalty.rules import draws as rules
from loyalty.selectors import draws as reading
from loyalty.services import draws, prizes
from surveys.models import Response
from surveys.rules import rewards
from surveys.selectors import offers
from surveys.services import answering
from tests import factories
from tests.loyalty import drawing
from tests.loyalty.drawing import DAY, NAMES, TEA
from tests.loyalty.programmes import BEGIN, publish
from tests.loyalty.shop import buy, has, member, refund
from tests.surveys import asking
from tests.surveys.rules.questionnaires import page, question, value

pytestmark = pytest.mark.django_db
POINTS = {"names": {"en": "500 points"}, "what": "points", "points": 500}


def weights(draw: Draw, *people: Customer) -> list[int]:
    """How many entries each has."""
    rows = dict(DrawPlace.objects.filter(draw_id=draw.id).values_list("customer_id", "entries"))
    return [rows.get(one.id, 0) for one in people]


def everybody(count: int) -> list[Customer]:
    return [factories.customer(email=f"p{n}@example.com") for n in range(count)]


def winners(draw: Draw, *states: str) -> list[DrawWin]:
    return [win for win in reading.wins(draw) if win.state in (states or reading.TOLD)]


def test_entries_are_the_facts_of_the_window_and_nobody_takes_part_who_may_not():
    publish()
    now = timezone.now()
    both = {"entries": [{"on": "orders", "each": "100"}, {"on": "visits"}, {"on": "members", "tiers": []}], "most": 5}
    draw = drawing.announced(now=now, **both)
    ada, ben, cid, dee, eve, gus = everybody(6)
    for days in (0, 0, 2):  # the last of them before it opened
        buy(ada, now - days * DAY, ("tea", 1, 120))
    refund(ben, now, ("tea", 1, 150), order=buy(ben, now, ("tea", 2, 250)))
    buy(cid, now, ("tea", 1, 5000))
    Member.objects.create(customer=dee, joined_at=now - 9 * DAY, how="staff")
    Member.objects.create(customer=eve, joined_at=now - 9 * DAY, how="staff", left_at=now - DAY)
    buy(eve, now, ("tea", 1, 500))
    factories.staff("clerk", email="p5@example.com")
    buy(gus, now, ("tea", 1, 500))
    draws.exclude(draw=draw.id, customer=cid.id, words="Won the last one twice", actor=SYSTEM, now=now)
    draws.count_open(now=now)
    draw.refresh_from_db()
    assert (draw.places, draw.entries) == (3, 6)
    draw = draws.close(draw=draw.id, now=draw.closes_at)
    assert weights(draw, ada, ben, cid, dee, eve, gus) == [3, 2, 0, 1, 0, 0]
    assert sorted(DrawPlace.objects.values_list("number", flat=True)) == [1, 2, 3]
    assert draw.list_digest == rules.digest(reading.places(draw))
    with pytest.raises(IntegrityError), transaction.atomic():
        DrawPlace.objects.filter(draw_id=draw.id).update(entries=9)
    buy(dee, now, ("tea", 1, 500))
    assert draws.close(draw=draw.id, now=draw.closes_at + DAY).list_digest == draw.list_digest


def test_answers_take_part_once_for_each_questionnaire_and_person_until_it_closes():
    now = timezone.now()
    draw = drawing.announced(now=now)
    (promised,) = offers.draws(now)
    survey = asking.opened(value(page("one", question("nps", "score"))), slug="asked")
    reward = rewards.written(
        rewards.Draw(prize=promised.prizes, draws_on="2026-12-31", draw="tea", names=NAMES, closes_at=draw.closes_at)
    )
    survey.reward, survey.is_once = reward, False
    survey.save()
    ada, ben = everybody(2)
    for who, at in ((ada, now), (ada, now), (None, now), (ben, draw.closes_at)):
        run = asking.run(survey, customer=who.id if who else None)
        answering.take(run, {"score": 9}, at=at, is_end=True, keeps_valid=True)
    assert Response.objects.filter(promised={}).count() == 1
    draws.close(draw=draw.id, now=draw.closes_at)
    assert weights(draw, ada, ben) == [1, 0]
    assert DrawPlace.objects.count() == 1


def test_prizes_come_once_are_told_and_who_does_not_answer_makes_room():
    publish()
    now = timezone.now()
    Offer.objects.update_or_create(key="ten", defaults={"benefit": {"gives": "percent", "percent": "10"}})
    cup = {"names": {"en": "A coupon"}, "what": "coupon", "offer": "ten"}
    given = {"entries": [{"on": "members"}], "prizes": [TEA, POINTS, cup], "answer_days": 3}
    draw = drawing.announced(now=now, **given)
    people = everybody(8)
    Member.objects.bulk_create(Member(customer=one, joined_at=BEGIN, how="staff") for one in people)
    with pytest.raises(draws.UnableToDraw):
        draws.draw(draw=draw.id, actor=SYSTEM, now=now)
    draw = drawing.drawn(draw)
    assert rules.commitment(draw.seed) == draw.commitment
    assert [win.number for win in reading.wins(draw)] == rules.order(draw.seed, reading.places(draw), 8)
    at = draw.closes_at + DAY
    for _ in range(2):
        prizes.give_due(now=at)
    tea, later, points, cup_won = winners(draw)
    assert [tea.state, later.state, points.state, cup_won.state] == ["waiting", "waiting", "done", "done"]
    assert has(Customer.objects.get(id=points.customer_id), at) == 500
    assert (Act.objects.get().reason, Act.objects.get().qualifying) == ("draw", None)
    assert Coupon.objects.get().customer_id == cup_won.customer_id
    assert Notice.objects.filter(kind="draw-won").count() == 4
    # One says yes, nothing is heard of the other: the first reserve has it, is told, and says no.
    assert prizes.of_token(prizes.link(tea).split("/")[-2]) == tea
    draws.answer(draw=draw.id, win=tea.id, wants=True, actor=SYSTEM, now=at)
    late = at + timedelta(days=5)
    assert draws.pass_late(now=late) == 1
    *_four, next_one = winners(draw)
    assert (next_one.rank, next_one.prize, next_one.state) == (5, 0, "waiting")
    draws.answer(draw=draw.id, win=next_one.id, wants=False, actor=SYSTEM, now=late)
    assert prizes.of_token(prizes.link(later).split("/")[-2]) is None
    whys = {win.rank: win.why for win in winners(draw, "passed")}
    assert whys == {2: "late", 5: "declined"}
    draws.hand_over(draw=draw.id, win=tea.id, actor=SYSTEM, now=late)
    with pytest.raises(draws.UnableToDraw):
        draws.pass_over(draw=draw.id, win=tea.id, why="declined", actor=SYSTEM, now=late)


def test_merged_and_erased_people_keep_the_proof_and_win_once_or_not_at_all():
    publish()
    now = timezone.now()
    draw = drawing.announced(now=now, entries=[{"on": "members"}], prizes=[POINTS])
    people = [member(BEGIN) for _ in range(3)]
    draws.close(draw=draw.id, now=draw.closes_at)
    at = draw.closes_at + DAY
    erasing.erase(customer=people[0].id, actor=SYSTEM, at=at)
    merging.merge(survivor=people[1].id, absorbed=people[2].id, reason="test", actor=SYSTEM, at=at)
    Draw.objects.filter(id=draw.id).update(terms=draw.terms | {"prizes": [{**POINTS, "count": 3}]})
    draw = draws.draw(draw=draw.id, actor=SYSTEM, now=at)
    assert rules.digest(reading.places(draw)) == draw.list_digest
    found = {win.customer_id: (win.state, win.why) for win in reading.wins(draw)}
    first, second = sorted(people[1:], key=lambda one: [win.customer_id for win in reading.wins(draw)].index(one.id))
    assert found == {people[0].id: ("passed", "gone"), first.id: ("won", ""), second.id: ("passed", "same")}
    prizes.give_due(now=at)
    assert has(people[1], at) == 500


def test_of_a_thousand_answers_the_winners_repeat_from_the_seed_and_the_list():
    now = timezone.now()
    draw = drawing.announced(now=now, prizes=[{**TEA, "count": 10}])
    people = Customer.objects.bulk_create(
        Customer(status=Status.KNOWN, created_at=now, updated_at=now) for _ in range(1000)
    )
    _answered([one.id for one in people], draw)
    draw = drawing.drawn(draw)
    assert (draw.places, draw.entries) == (1000, 1000)
    list_of_all = list(reading.places(draw))
    numbers = [win.number for win in winners(draw)]
    assert numbers == rules.order(draw.seed, list_of_all, 10)
    assert set(numbers) != set(rules.order("another", list_of_all, 10))
    assert len(winners(draw, "reserve")) == 20


def _answered(people: Iterable[object], draw: Draw) -> None:
    Response.objects.bulk_create(
        Response(
            customer_id=who,
            survey_id=draw.id,
            version=1,
            state="complete",
            mode="web",
            language="en",
            started_at=draw.opens_at,
            saved_at=draw.opens_at,
            ended_at=draw.opens_at + timedelta(hours=1),
            promised={"kind": "draw", "draw": draw.key},
        )
        for who in people
    )
