"""C6: each contact asks for the next most useful missing field; what is personal only later, in ranges, optional."""

import datetime as dt

import pytest
from django.utils import timezone

from cdp.core import actors
from cdp.core.models import AuditEntry
from customers.models import Asked, ContactPoint, Customer, ProfileQuestion
from customers.rules.profiling import ITEMS, Context, Reply, Why
from customers.rules.trust import Level
from customers.selectors import lineage, profiles, questions
from customers.services import merging, profiling
from tests import factories

NOW = dt.datetime(2026, 11, 22, 5, tzinfo=dt.UTC)
LONG_AGO = NOW - dt.timedelta(days=700)
SENSITIVE = {key for key, item in ITEMS.items() if item.is_sensitive}


@pytest.fixture
def clerk(db):
    return factories.staff("clerk")


def standing(customer, context=Context.COUNTER, now=NOW):
    profile = profiles.one(Customer.objects.get(id=customer.id))
    return questions.standing(profile, context=context, lineage=lineage.of(customer.id), now=now)


def keys(customer, **options):
    return [question.key for question in standing(customer, **options).questions]


def reply(customer, question, said, told=None, at=NOW, clerk=None):
    profiling.reply(
        customer=customer.id,
        question=question,
        said=said,
        told=told or {},
        context=Context.COUNTER,
        source=factories.source("counter"),
        actor=actors.staff(clerk) if clerk else actors.SYSTEM,
        at=at,
    )


def test_everything_is_learnt_one_answer_at_a_time_and_the_personal_last(clerk):
    ada = factories.customer(name="Ada Lovelace", phone="0812345678", now=LONG_AGO)
    assert standing(ada).trust.level is Level.ACQUAINTED
    assert not SENSITIVE & set(keys(ada))

    for number in range(3):
        factories.order(ada, external_id=f"A-{number}")
    factories.consent(ada)
    assert standing(ada).trust.level is Level.TRUSTED

    answers = {
        "email": {"email": "ada@example.com"},
        "language": {"language": "en"},
        "birth_date": {"birth_date": "10/12/1990"},
        "line_id": {"line_id": "ada.l"},
        "address": {"street": "12 Analytical Road", "city": "Bangkok", "postcode": "10110"},
        "gender": {"gender": "female"},
        "chose": {"chose": "quality"},
        "occupation": {"occupation": "self-employed"},
        "children": {"children": "2"},
        "education": {"education": "bachelor"},
        "income_band": {"income_band": "20000-49999"},
        "interests": {"interests": ["tea", "books"]},
    }
    asked, at = [], NOW
    while (question := standing(ada, now=at).next) is not None:
        if question.may_confirm:  # her number, told two years ago
            assert question.key == "phone"
            reply(ada, question.key, Reply.CONFIRMED, at=at)
            continue
        asked.append(question.key)
        reply(ada, question.key, Reply.TOLD, answers[question.key], at=at, clerk=clerk)
        at += dt.timedelta(days=31 if question.key in SENSITIVE else 1)
    assert set(asked) == set(answers)
    assert [key for key in asked if key in SENSITIVE] == ["occupation", "children", "education", "income_band"]
    assert asked[-4:] == ["occupation", "children", "education", "income_band"]

    row = Customer.objects.get(id=ada.id)
    assert (row.income_band, row.children, row.occupation) == ("20000-49999", "2", "self-employed")
    assert row.tags == ["chose:quality"]
    assert row.birth_date == dt.date(1990, 12, 10)
    entry = AuditEntry.objects.filter(customer_id=ada.id, action="customers:profile:asked").latest("at")
    assert (entry.details["question"], entry.details["source"], entry.actor_id) == ("income_band", "counter", clerk.id)


@pytest.mark.parametrize("told", ["37500", "a lot", "", "20000-49999; more"])
def test_an_exact_income_is_not_taken(clerk, told):
    ada = factories.customer(name="Ada", phone="0812345678")
    with pytest.raises(profiling.UnableToAnswer):
        reply(ada, "income_band", Reply.TOLD, {"income_band": told})
    assert Customer.objects.get(id=ada.id).income_band == ""
    assert not Asked.objects.exists()


def test_rather_not_say_is_remembered_for_a_year(clerk):
    ada = factories.customer(name="Ada", phone="0812345678")
    assert keys(ada, now=timezone.now())[0] == "email"
    at = timezone.now()
    reply(ada, "email", Reply.DECLINED, at=at)
    assert "email" not in keys(ada, now=at + dt.timedelta(days=364))
    assert "email" in keys(ada, now=at + dt.timedelta(days=366))
    assert Asked.objects.get().reply == "declined"


def test_what_was_told_long_ago_is_asked_about_without_telling_it(clerk):
    ada = factories.customer(name="Ada", phone="0812345678", email="ada@example.com", language="ko", now=LONG_AGO)
    stale = next(one for one in standing(ada).questions if one.key == "phone")
    assert (stale.why, stale.told_at) == (Why.STALE, LONG_AGO)
    assert stale.sentence("en") == "Which phone number is the best one to reach you on now?"
    assert stale.on_file.endswith("5678")
    assert not [word for word in ("en", "th", "ko") if "5678" in stale.sentence(word)]
    reply(ada, "phone", Reply.CONFIRMED)
    assert "phone" not in keys(ada)
    assert "phone" in keys(ada, now=NOW + dt.timedelta(days=366))


def test_each_detail_grows_old_by_itself(clerk):
    asked = {"company": "Tea House", "occupation": "student"}
    ada = factories.customer(name="Ada", phone="0812345678", now=LONG_AGO, company=asked["company"])
    for number in range(3):
        factories.order(ada, external_id=f"A-{number}")
    reply(ada, "occupation", Reply.TOLD, asked, at=NOW - dt.timedelta(days=40))
    later = NOW + dt.timedelta(days=60)  # two years after the company was told, a month after the work was
    found = {one.key: one for one in standing(ada, context=Context.PHONE, now=later).questions}
    assert (found["company"].why, found["company"].on_file) == (Why.STALE, "Tea House")
    assert "Tea House" not in found["company"].sentence("en")
    assert "occupation" not in found


def test_an_address_that_bounced_is_the_first_thing_to_ask(clerk):
    ada = factories.customer(name="Ada", email="ada@example.com")
    ContactPoint.objects.filter(customer=ada).update(bounced_at=NOW)
    found = standing(ada, now=timezone.now()).next
    assert (found.key, found.why) == ("email", Why.BROKEN)


def test_the_shop_sets_order_place_and_words(clerk):
    ProfileQuestion.objects.filter(key="birth_date").update(position=0, level=0, ask={"en": "Birthday?"})
    ProfileQuestion.objects.filter(key="email").update(contexts=["form"])
    ada = factories.customer(name="Ada", phone="0812345678")
    now = timezone.now()
    assert keys(ada, now=now)[0] == "birth_date"
    assert standing(ada, now=now).next.sentence("th") == "Birthday?"
    assert "email" not in keys(ada, now=now)
    assert "email" in keys(ada, now=now, context=Context.FORM)


def test_a_no_of_either_holds_when_two_become_one(clerk):
    ada, other = (
        factories.customer(name="Ada", phone="0812345678"),
        factories.customer(name="Ada", email="a@example.com"),
    )
    at = timezone.now()
    reply(other, "birth_date", Reply.DECLINED, at=at)
    merging.merge(survivor=ada.id, absorbed=other.id, reason="steward", actor=actors.staff(clerk), at=at)
    survivor = lineage.get(ada.id).customer
    assert "birth_date" not in keys(survivor, now=at)
