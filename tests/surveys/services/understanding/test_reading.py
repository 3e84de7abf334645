"""Texts are read once, in order with everything else, by one model, and leave nothing behind when they are gone."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from analytics.selectors import audiences
from cdp.core import actors, pipeline
from cdp.core.models import DataKey
from customers.models import Customer
from surveys.models import AnonymousAnswer, AnonymousReading, Brand, Mention, Reading, Review, Ticket
from surveys.rules.understanding import reader
from surveys.selectors.texts import readings
from surveys.services import anonymous, answering, removing, reviews
from surveys.services.interviews import guides, holding
from surveys.services.tickets import working
from surveys.services.understanding import reading
from tests import factories
from tests.surveys import asking, talking
from tests.surveys.rules.questionnaires import page, question, value

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
BAD, GOOD = "อาหารไม่อร่อยเลย บริการแย่มาก ไม่ไปอีกแล้ว", "배송도 빠르고 정말 최고예요 너무 좋아요"
DRAFT = value(page("one", question("text", "why"), question("contact", "mail", field="email")))


def write(who, number, body, *, title="", minutes=0):
    told = reviews.ReviewInput(
        external_id=number, sku="CUP", rating=None, at=NOW, told_at=NOW + dt.timedelta(minutes=minutes),
        customer=who.id, title=title, body=body,
    )  # fmt: skip
    reviews.write_many(reviews=[told], source="shop", now=NOW)
    pipeline.drain_all(now=timezone.now())


def test_a_review_and_the_ticket_it_opens_feel_as_its_stars_do():
    ada, words = factories.customer(email="ada@example.com"), "배송이 너무 늦고 색이 사진과 달라요"
    now = timezone.now()
    told = reviews.ReviewInput(
        external_id="r", sku="CUP", rating=Decimal(2), at=now, told_at=now, customer=ada.id, body=words
    )
    reviews.write_many(reviews=[told], source="shop", now=now)
    pipeline.drain_all(now=timezone.now())
    working.say(
        customer=ada.id,
        ticket=Ticket.objects.get().id,
        direction="in",
        words=GOOD,
        actor=actors.SYSTEM,
        at=timezone.now(),
    )
    pipeline.drain_all(now=timezone.now())
    felt = Reading.objects.order_by("kind", "at").values_list("kind", "sentiment")
    assert list(felt) == [("review", "negative"), ("ticket", "negative"), ("ticket", "positive")]


def answer(who, why):
    survey = asking.opened(DRAFT)
    run = asking.run(survey, invitation=asking.invited(survey, who.id)) if who else asking.run(survey)
    answering.take(run, {"why": why, "mail": "ada@example.com"}, at=timezone.now(), is_end=True, keeps_valid=True)
    pipeline.drain_all(now=timezone.now())
    return survey


def stored():
    return {row.text_id: (row.language, row.sentiment, row.read_at) for row in Reading.objects.all()}


def test_a_review_is_read_once_for_each_telling_and_version_and_nothing_of_it_in_clear():
    ada = factories.customer(email="ada@example.com")
    Brand.objects.create(name="Northwind", spellings=["นอร์ทวินด์"], created_at=NOW)
    write(ada, "r1", BAD + " นอร์ทวินด์ดีกว่า", title="เสียใจ")
    write(ada, "r2", "😀 10/10")
    first = stored()
    bad, faces = Review.objects.order_by("id").values_list("id", flat=True)
    assert (first[bad][:2], first[faces][:2]) == (("th", "negative"), ("", ""))
    row = Reading.objects.get(text_id=bad)
    assert row.negative + row.neutral + row.positive == 1000
    assert row.terms
    assert readings.of("review", [bad])[bad].share == round(row.negative / 10)
    assert Mention.objects.values_list("text_id", "about", "sentiment").get() == (bad, "brand", "positive")
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT string_agg(r::text, '') FROM surveys_reading r) LIKE %s", ["%อาหาร%"])
        assert cursor.fetchone() == (False,)

    reading.understand([ada.id], timezone.now())
    assert stored() == first  # a second run reads nothing
    felt = {"metric": "sentiment", "op": "=", "value": "Negative"}
    assert audiences.members({"all": [felt]}, now=timezone.now()) == [ada.id]

    write(ada, "r1", GOOD, minutes=5)
    assert stored()[bad][:2] == ("ko", "positive")
    assert not Mention.objects.exists()

    Reading.objects.update(model="old", sentiment="negative")
    assert readings.of("review", [bad]) == {}  # what another version said is not shown
    reading.look_around(timezone.now())
    pipeline.drain_all(now=timezone.now())
    assert stored()[bad][:2] == ("ko", "positive")
    assert set(Reading.objects.values_list("model", flat=True)) <= set(reader.versions())

    Review.objects.filter(id=bad).delete()
    reading.understand([ada.id], timezone.now())
    assert set(stored()) == {faces}


def test_answers_are_read_of_people_of_nobody_and_anonymous_ones_and_no_contact_is_a_text():
    ada = factories.customer(email="ada@example.com")
    survey = answer(ada, GOOD)
    assert [row[:2] for row in stored().values()] == [("ko", "positive")]
    run = asking.run(survey)
    answering.take(run, {"why": BAD}, at=timezone.now(), is_end=True, keeps_valid=True)
    reading.look_around(timezone.now())
    assert sorted(row[:2] for row in stored().values()) == [("ko", "positive"), ("th", "negative")]
    nobodys = Reading.objects.exclude(customer_id=ada.id).get()
    removing.remove(survey=survey, response=nobodys.parent_id, actor=actors.SYSTEM, at=timezone.now())
    assert Reading.objects.count() == 1

    quiet = asking.opened(value(page("one", question("text", "why"))), slug="quiet", is_anonymous=True)
    for _ in range(anonymous.BATCH):
        answering.take(asking.run(quiet), {"why": BAD}, at=NOW, is_end=True, keeps_valid=True)
    reading.look_around(timezone.now())
    rows = AnonymousReading.objects.values_list("id", "sentiment", "language", "model", "at")
    assert {row[0] for row in rows} == set(AnonymousAnswer.objects.values_list("id", flat=True))
    assert {row[1:] for row in rows} == {("negative", "", reader.version_of_any(), NOW.date())}


def test_nothing_is_read_of_who_refused_profiling_and_what_was_read_goes():
    ada = factories.customer(email="ada@example.com")
    write(ada, "r1", GOOD)
    assert stored()
    factories.consent(Customer.objects.get(id=ada.id), purpose="profiling", channel="any", granted=False)
    pipeline.mark([ada.id], cause="test")
    pipeline.drain_all(now=timezone.now())
    assert not stored()
    reading.look_around(timezone.now())
    assert pipeline.drain(now=timezone.now()) == 0  # nor does anybody go on asking


def test_a_text_whose_key_was_lost_keeps_no_other_from_being_read():
    ada, bob = factories.customer(email="ada@example.com"), factories.customer(email="bob@example.com")
    write(ada, "r1", GOOD)
    write(bob, "r2", BAD)
    Reading.objects.all().delete()
    DataKey.objects.filter(customer_id=ada.id).delete()  # as a restore without it would leave things
    reading.understand([ada.id, bob.id], timezone.now())
    assert {row[:2] for row in stored().values()} == {("", ""), ("th", "negative")}


def test_what_a_nameless_person_said_in_a_talk_is_read_by_nobody_and_stops_nothing():
    ada, guide = factories.customer(email="ada@example.com"), talking.guide()
    talk, key = talking.talk(guide, ada, None), guides.of_ready("product")["questions"][0]["key"]
    said = [holding.quote(interview=talk.id, question=key, seat=seat, words=GOOD, themes=[]) for seat in (1, 2)]
    reading.look_around(timezone.now())
    pipeline.drain_all(now=timezone.now())
    assert set(stored()) == {said[0].id}
