"""Answers through the one way in: kept step by step, once, in their own owner's rows, with what was refused beside."""

import dataclasses
import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone
from django.utils.translation import override

from cdp.core import actors
from cdp.core.crypto import subjects
from consent.models import ConsentRecord
from consent.selectors import ledger, purposes
from consent.services import grants
from customers.models import Customer, Status
from customers.selectors import profiles
from customers.services import buckets
from surveys.models import Answer, Quota, RefusedAnswer, Response, ResponseKey
from surveys.rules import sending
from surveys.rules.kinds import Why
from surveys.selectors import sealing
from surveys.selectors.questionnaires import Closed
from surveys.services import answering, publishing
from tests import factories
from tests.surveys import asking
from tests.surveys.rules.questionnaires import option, page, question, value

pytestmark = pytest.mark.django_db
VISIT = value(
    page("score", question("nps", "score", required=True), jumps=[{"to": "end", "when": "{score} = 10"}]),
    page(
        "more",
        question("text", "why"),
        question("single", "liked", options=[option("staff"), option("else", other=True)], shuffled=True),
    ),
)
CONTACT = value(
    page(
        "you",
        question("nps", "score", required=True),
        question("contact", "mail", field="email"),
        question("single", "work", options=[option("office"), option("field")], maps_to="occupation"),
        question("consent", "news", purpose="marketing", channel="email"),
    )
)


def now() -> dt.datetime:
    return timezone.now()


def take(run, values, *, is_end=True, keeps_valid=True, at=None, **rest):
    return answering.take(run, values, at=at or now(), is_end=is_end, keeps_valid=keeps_valid, **rest)


def said(response):
    survey = asking.Survey.objects.get(id=response.survey_id)
    opened = sealing.load(survey, {response.customer_id})
    return {
        (row.question, row.item): row.number
        if row.number is not None
        else opened.open(row.text, owner=row.customer_id, table="surveys_answer", column="text", row=row.id) or row.code
        for row in Answer.objects.filter(response_id=response.id)
    }


def test_what_is_answered_page_by_page_is_saved_at_each_step_and_counts_at_the_end():
    survey = asking.opened(VISIT)
    run = asking.run(survey)
    first = take(run, {"score": "7"}, is_end=False, page="score")
    assert (first.state, first.response.page) == (Response.State.PARTIAL, "score")
    assert first.response.customer_id in buckets.IDS
    assert not Answer.objects.filter(is_counted=True).exists()
    last = take(run, {"why": "Slow service", "liked": {"key": "else", "text": "the bread"}})
    assert last.state == Response.State.COMPLETE
    assert said(last.response) == {("score", ""): 7, ("why", ""): "Slow service", ("liked", "else"): "the bread"}
    assert set(Answer.objects.values_list("is_counted", flat=True)) == {True}
    assert sorted(last.response.drawn["liked"]) == ["else", "staff"]
    assert b"Slow" not in b"".join(bytes(row.text or b"") for row in Answer.objects.all())


def test_a_change_of_mind_takes_back_what_it_hides_and_is_nobodys_fault():
    survey = asking.opened(VISIT)
    run = asking.run(survey)
    take(run, {"score": 7}, is_end=False)
    take(run, {"why": "Slow"}, is_end=False)
    last = take(run, {"score": 10})
    assert (last.state, last.faults) == (Response.State.COMPLETE, ())
    assert said(last.response) == {("score", ""): 10}


def test_sent_in_twice_it_is_one_answer_and_nothing_changes():
    survey = asking.opened(VISIT)
    run = asking.run(survey)
    take(run, {"score": 3})
    again = take(run, {"score": 9})
    assert (again.is_repeated, again.state) == (True, Response.State.COMPLETE)
    assert list(Answer.objects.values_list("number", flat=True)) == [Decimal(3)]


def test_what_is_no_answer_is_refused_by_question_the_rest_is_kept_and_staff_see_it():
    survey = asking.opened(VISIT)
    run = asking.run(survey)
    taken = take(run, {"score": 11, "why": "<script>alert(1)</script>", "ghost": "x"}, is_end=False)
    assert {fault.question: fault.why for fault in taken.faults} == {"score": Why.RANGE, "ghost": Why.UNKNOWN}
    assert taken.state == Response.State.PARTIAL
    assert said(taken.response) == {("why", ""): "<script>alert(1)</script>"}
    kept = RefusedAnswer.objects.filter(response_id=taken.response.id)
    assert {row.question for row in kept} == {"score", "ghost"}


def test_a_door_that_keeps_nothing_of_a_wrong_sending_writes_nothing():
    survey = asking.opened(VISIT)
    with pytest.raises(answering.Invalid) as invalid:
        take(asking.run(survey), {"score": 11, "why": "x"}, keeps_valid=False)
    assert [(fault.question, fault.why) for fault in invalid.value.faults] == [
        ("score", Why.RANGE),
        ("score", Why.MISSING),
    ]
    assert not Response.objects.exists()
    assert not ResponseKey.objects.exists()


def test_before_it_opens_after_it_closed_and_while_a_draft_nobody_answers():
    survey = asking.opened(VISIT)
    publishing.set_state(survey=survey.id, state=asking.Survey.State.CLOSED, actor=actors.SYSTEM, at=now())
    with pytest.raises(answering.NotOpen) as closed:
        take(asking.run(survey), {"score": 1})
    assert closed.value.why is Closed.OVER
    publishing.set_state(survey=survey.id, state=asking.Survey.State.OPEN, actor=actors.SYSTEM, at=now())
    asking.Survey.objects.update(opens_at=now() + dt.timedelta(hours=1))
    with pytest.raises(answering.NotOpen) as early:
        take(asking.run(survey), {"score": 1})
    assert early.value.why is Closed.EARLY
    with pytest.raises(answering.NotOpen):
        take(asking.run(asking.drafted(VISIT, slug="other")), {"score": 1})


def test_a_place_in_every_quota_or_in_none():
    survey = asking.opened(VISIT)
    publishing.set_quotas(
        survey=survey.id, quotas={"all": ("", 2), "low": ("{score} <= 6", 1)}, actor=actors.SYSTEM, at=now()
    )
    states = [take(asking.run(survey), {"score": score}).state for score in (1, 2, 9, 9)]
    assert states == [Response.State.COMPLETE, Response.State.FULL, Response.State.COMPLETE, Response.State.FULL]
    assert dict(Quota.objects.values_list("key", "taken")) == {"all": 2, "low": 1}
    assert Answer.objects.filter(is_counted=True).count() == 2


def test_an_address_makes_somebody_known_and_fields_and_permissions_follow():
    survey = asking.opened(CONTACT)
    run = asking.run(survey)
    take(run, {"score": 4, "mail": "new@example.com"}, is_end=False)
    taken = take(run, {"work": "office", "news": False})
    who = Customer.objects.get(id=taken.response.customer_id)
    assert who.status == Status.KNOWN
    profile = profiles.one(who.id, shown=False)
    assert (profile.email, who.occupation) == ("new@example.com", "office")
    assert Response.objects.count() == 1
    assert set(Answer.objects.values_list("customer_id", flat=True)) == {who.id}
    assert ResponseKey.objects.get().customer_id == who.id
    assert said(taken.response)["mail", ""] == "new@example.com"
    record = ConsentRecord.objects.get(customer_id=who.id)
    assert (record.purpose, record.channel, record.status, record.form) == (
        "marketing",
        "email",
        "denied",
        "survey.visit",
    )


def test_an_address_typed_by_anybody_changes_nothing_of_who_is_known():
    known = factories.customer(email="ada@example.com", name="Ada")
    grants.record(
        customer=known.id,
        purpose="marketing",
        channel="email",
        granted=True,
        at=now(),
        source="shop",
        method="form",
        actor=actors.CUSTOMER,
    )
    survey = asking.opened(CONTACT)
    taken = take(asking.run(survey), {"score": 4, "mail": "ada@example.com", "work": "office", "news": "no"})
    assert taken.response.customer_id == known.id
    known.refresh_from_db()
    assert known.occupation == ""
    assert ConsentRecord.objects.filter(customer_id=known.id).count() == 1


def test_a_permission_is_proved_in_the_words_and_the_language_it_was_asked_in_even_of_who_is_screened():
    both = {"en": "May we write?", "th": "ส่งข่าวได้ไหม"}
    news = question("consent", "news", purpose="marketing", channel="email", help={"en": "h", "th": "ไม่บ่อย"})
    pages = (
        page("one", {**news, "text": both}, jumps=[]),
        page("two", {**question("nps", "score"), "text": both}, jumps=[{"to": "screened", "when": "{score} = 0"}]),
        page("three", {**question("text", "why"), "text": both}),
    )
    survey = asking.opened(value(*pages, title=both, languages=["en", "th"]))
    for mode, method in ((Response.Mode.WEB, "form"), (Response.Mode.CALL, "phone")):
        known = factories.customer(email=f"{mode}@example.com", name="Ada")
        run = asking.run(survey, customer=known.id, mode=mode, language="th")
        take(run, {"news": "yes"}, is_end=False)
        taken = take(dataclasses.replace(run, language="en"), {"score": 0})
        assert taken.state == Response.State.SCREENED
        record = ConsentRecord.objects.get(customer_id=known.id)
        told = ledger.evidence(record, subjects.load([known.id]))
        assert (record.language, record.method, record.status, told["version"]) == ("th", method, "given", 1)
        asked, seldom, box, *meaning = told["text"].split("\n")
        with override("th"):
            one = next(one for one in purposes.offered("th", with_refusals=True) if one.key == "marketing")
            assert [box, *meaning] == [*purposes.box_words(one, "email").split("\n"), one.refusal]
        assert (asked, seldom) == ("ส่งข่าวได้ไหม", "ไม่บ่อย")


def test_what_comes_after_the_end_is_refused_and_kept_for_staff_once():
    survey, ada = asking.opened(VISIT), factories.customer(email="ada@example.com")
    run = asking.run(survey, customer=ada.id)
    for _press in range(2):
        answering.refuse_late(run, {"score": "9", "why": ""}, at=now())
    kept = RefusedAnswer.objects.get()
    assert (kept.customer_id, kept.question, kept.why) == (ada.id, "score", "closed")
    assert (Response.objects.get().state, Answer.objects.count()) == (Response.State.STARTED, 0)


def test_whom_the_door_is_sure_of_tells_of_themselves_and_answers_once():
    known = factories.customer(email="ada@example.com", name="Ada")
    survey = asking.opened(CONTACT)
    run = asking.run(survey, customer=known.id, mode=Response.Mode.CALL, staff="staff:1")
    taken = take(run, {"score": 4, "work": "office", "mail": "ada.new@example.com", "news": "yes"})
    known.refresh_from_db()
    assert (taken.response.customer_id, known.occupation) == (known.id, "office")
    assert "survey:visit:1" in known.origins["occupation"]
    with pytest.raises(answering.Ended):
        take(asking.run(survey, customer=known.id), {"score": 9})


def test_an_address_of_somebody_else_is_left_out_and_the_answer_kept():
    factories.customer(email="ada@example.com", name="Ada")
    known = factories.customer(phone="+66812345678", name="Bo")
    survey = asking.opened(CONTACT)
    taken = take(asking.run(survey, customer=known.id), {"score": 4, "work": "field", "mail": "ada@example.com"})
    known.refresh_from_db()
    assert (taken.state, known.occupation) == (Response.State.COMPLETE, "field")
    assert profiles.one(known.id, shown=False).email in ("", None)


def test_staff_trying_it_out_leave_nothing_behind_but_a_test():
    survey = asking.opened(CONTACT)
    publishing.set_quotas(survey=survey.id, quotas={"all": ("", 1)}, actor=actors.SYSTEM, at=now())
    before = Customer.objects.count()
    taken = take(asking.run(survey, is_test=True), {"score": 4, "mail": "new@example.com", "news": "yes"})
    assert taken.state == Response.State.COMPLETE
    assert not Answer.objects.filter(is_counted=True).exists()
    assert (Customer.objects.count(), Quota.objects.get().taken) == (before, 0)


def test_somebody_quicker_than_reading_is_marked():
    survey = asking.opened(VISIT)
    at = now()
    run = asking.run(survey, started_at=at - dt.timedelta(seconds=2))
    assert take(run, {"score": 1, "why": "a", "liked": "staff"}, at=at).response.flags == [sending.TOO_QUICK]
