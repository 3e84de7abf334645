"""Answering without a script, as a browser does it: page by page, forwards and back, to every end."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cdp.core import actors
from consent.models import PrivacyAttempt, ServedCount
from surveys.models import AnonymousWaiting, Answer, Invitation, Quota, RefusedAnswer, Response, Survey
from surveys.rules import ready
from surveys.rules.definition import written
from surveys.selectors.results import reach
from surveys.services import publishing
from surveys.views import stepping
from tests import factories
from tests.surveys import asking
from tests.surveys.forms import Form, opened
from tests.surveys.rules.questionnaires import option, page, question, value

pytestmark = pytest.mark.django_db
VISIT = value(
    page(
        "one",
        question("nps", "score", required=True),
        question("text", "wrong", when="{score} <= 6"),
        jumps=[{"to": "screened", "when": "{score} = 0"}],
    ),
    page(
        "two",
        question("single", "liked", options=[option("tea"), option("other", other=True)], required=True),
        question("matrix", "rate", options=[option("bad"), option("good")], lines=[option("staff"), option("shop")]),
    ),
    page("three", question("ranking", "order", options=[option("a"), option("b")]), question("date", "day")),
)


def test_a_questionnaire_is_answered_page_by_page_forwards_and_back(client, django_capture_on_commit_callbacks):
    survey = asking.opened(VISIT)
    first = opened(client)
    assert "To do better" in first.text
    assert not Response.objects.exists()
    assert ServedCount.objects.get().shown == 1
    missing = first.send(client)
    assert missing.status_code == 422
    assert "Please answer this question." in missing.content.decode()
    assert '<ul class="ask-wrong"><li><a href="#q-' in missing.content.decode()
    more = Form(first.send(client, q__score="3"))  # the answer brings a question that was not there
    new = re.findall(r'<fieldset class="[^"]*is-new" tabindex="-1" autofocus id="([^"]*)"', more.text)
    assert new == ["q-wrong"], "the page stands at what is new"
    assert '<a href="#q-wrong">' in more.text
    assert "q.wrong" in more.fields
    second = Form(more.send(client, q__wrong="Cold <b>tea</b>"))
    assert second.fields["page"] == "two"
    back = Form(second.send(client, q__liked="other", q__liked__other__words="Rain", meanwhile="back"))
    assert (back.fields["q.score"], back.fields["q.wrong"]) == ("3", "Cold <b>tea</b>")
    again = Form(back.send(client))
    assert (again.fields["q.liked"], again.fields["q.liked.other.words"]) == ("other", "Rain")
    third = Form(again.send(client, q__rate__staff="good"))
    twice = third.send(client, q__order__1="b", q__order__2="b", q__day="yesterday")
    assert twice.status_code == 422
    assert twice.content.decode().count("field-errors") == 2
    with django_capture_on_commit_callbacks(execute=True):
        thanks = Form(twice).send(client, q__order__2="a", q__day="2026-11-20")
    assert "Thank you" in thanks.content.decode()
    assert "tea" not in thanks.content.decode()
    response = Response.objects.get()
    assert (response.state, response.mode, response.survey_id) == ("complete", "web", survey.id)
    assert Answer.objects.filter(question="order", code="b").get().number == 1
    assert sorted(Answer.objects.values_list("question", "item", "code")) == sorted(
        [
            *(("score", "", ""), ("wrong", "", ""), ("liked", "other", "other"), ("rate", "staff", "good")),
            *(("order", "a", "a"), ("order", "b", "b"), ("day", "", "2026-11-20")),
        ]
    )
    assert sum(row.answered for row in ServedCount.objects.all()) == 1
    # Sent again by a reload or a second press: the same thanks, nothing twice.
    assert "Thank you" in Form(twice).send(client, q__order__2="a").content.decode()
    assert Response.objects.count() == 1


def test_whoever_comes_back_goes_on_and_a_tablet_remembers_nobody(client):
    asking.opened(VISIT)
    opened(client).send(client, q__score="9")
    later = opened(client)
    assert (later.fields["page"], "Welcome back" in later.text) == ("two", True)
    assert opened(client, "/s/visit/?new=1").fields["page"] == "one"
    assert opened(Client()).fields["page"] == "one"
    tablet = opened(client, "/s/visit/?kiosk=th")
    assert tablet.fields["page"] == "one"
    assert 'data-idle="60"' in tablet.text
    other = Client()
    assert "cdp_survey" not in Form(other.get("/s/visit/?kiosk=1")).send(other, q__score="9").cookies
    assert set(Response.objects.values_list("mode", flat=True)) == {"web", "kiosk"}


def test_what_no_form_of_ours_sends_is_refused_for_itself_and_the_rest_is_kept(client):
    asking.opened(VISIT)
    first = opened(client)
    for shown in ("score wrong nothing", "score"):  # whatever the form says was to be seen
        first = opened(Client())
        hidden = first.send(client, q__score="9", q__wrong="x", shown=shown)
        assert Form(hidden).fields["page"] == "two"
    assert list(RefusedAnswer.objects.values_list("question", "why")) == [("wrong", "hidden")] * 2
    stale = first.send(client, slip="forged", q__score="8")
    assert (stale.status_code, Form(stale).fields["q.score"]) == (422, "8")
    assert Form(Form(stale).send(client)).fields["page"] == "two"
    nonsense = {"page": "\x00", "shown": "../", "carried": "[" * 9999, "slip": "a:b:c", "q.score": "a\x00"}
    assert client.post("/s/visit/", nonsense).status_code in {200, 422}
    jumped = first.send(client, page="three", shown="order day", q__day="2026-11-20")
    assert jumped.status_code == 422
    assert Form(jumped).fields["page"] == "two"  # what must be answered before is asked for


def test_who_it_is_not_meant_for_and_who_comes_too_late_hear_it_politely(client):
    survey = asking.opened(VISIT)
    assert "meant for others" in opened(client).send(client, q__score="0", shown="score wrong").content.decode()
    end = opened(client)
    Quota.objects.create(survey=survey, key="all", limit=0)
    for step in ({"q__score": "9"}, {"q__liked": "tea"}, {}):
        reply = end.send(client, **step)
        end = Form(reply)
    assert "Enough people have answered" in end.text
    now = timezone.now()
    Survey.objects.update(opens_at=now + dt.timedelta(days=2))
    assert client.get("/s/visit/").status_code == 200
    assert "not open yet" in client.get("/s/visit/").content.decode()
    Survey.objects.update(opens_at=None, closes_at=now)
    over = client.get("/s/visit/")
    assert (over.status_code, "over" in over.content.decode()) == (410, True)
    assert client.get("/s/nothing/").status_code == 404
    Survey.objects.update(version=0)
    assert client.get("/s/visit/").status_code == 404


def test_what_is_sent_after_the_end_stays_for_staff_and_nobody_begins_what_is_full(client):
    survey = asking.opened(VISIT)
    publishing.set_quotas(survey=survey.id, quotas={"all": ("", 1)}, actor=actors.SYSTEM, at=timezone.now())
    late = opened(client)
    Quota.objects.update(taken=1)
    assert "Enough people have answered" in opened(Client()).text
    publishing.set_state(survey=survey.id, state=Survey.State.CLOSED, actor=actors.SYSTEM, at=timezone.now())
    assert late.send(client, q__score="9").status_code == 410
    assert list(RefusedAnswer.objects.values_list("question", "why")) == [("score", "closed")]
    assert Client().post("/s/visit/", {"page": "one", "q.score": "9"}).status_code == 410
    assert Response.objects.count() == 1


def test_a_personal_link_goes_on_and_offers_no_new_beginning(client):
    ada = factories.customer(email="ada@example.com")
    path = f"/s/visit/{asking.invited(asking.opened(VISIT), ada.id)}"
    opened(client, path).send(client, q__score="9")
    later = opened(client, path)
    assert ("Welcome back" in later.text, "Begin anew" in later.text) == (True, False)


def test_links_that_lead_nowhere_are_told_and_counted(client):
    asking.opened(VISIT)
    forged = client.get("/s/visit/nobodys-token")
    assert (forged.status_code, forged["Referrer-Policy"]) == (404, "no-referrer")
    assert client.post("/s/visit/nobodys-token", {"page": "one"}).status_code == 404
    assert PrivacyAttempt.objects.get().times == 2


def test_an_answer_touched_in_a_mail_is_chosen_and_recorded_by_the_press_alone(client):
    asking.opened(VISIT)
    landed = opened(client, "/s/visit/?q=score&v=9")
    assert landed.fields["q.score"] == "9"
    assert "q.score" not in opened(Client(), "/s/visit/?q=score&v=99").fields
    assert not Response.objects.exists()
    landed.send(client)
    assert Response.objects.get().mode == "mail"


def test_an_anonymous_one_keeps_nothing_before_its_end_and_writes_no_line_in_the_log(client, caplog):
    two = value(page("one", question("nps", "score")), page("two", question("text", "why")))
    asking.opened(two, slug="quiet", is_anonymous=True)
    with caplog.at_level("INFO"):
        first = opened(client, "/s/quiet/")
        second = Form(first.send(client, q__score="4"))
        assert not AnonymousWaiting.objects.exists()
        back = Form(second.send(client, q__why="Because", meanwhile="back"))
        assert back.fields["q.score"] == "4"
        again = Form(back.send(client, q__score="5"))
        assert again.fields["q.why"] == "Because"
        done = again.send(client)
    assert "Thank you" in done.content.decode()
    assert "cdp_survey" not in client.cookies
    assert AnonymousWaiting.objects.count() == 1
    assert not Response.objects.exists()
    assert "/s/" not in caplog.text
    assert "ask:" not in caplog.text


def test_an_anonymous_form_says_when_it_cannot_carry_all_and_loses_nothing(client, monkeypatch):
    asking.opened(value(page("one", question("text", "why")), page("two", question("text", "more"))), is_anonymous=True)
    monkeypatch.setattr(stepping, "LONGEST_CARRIED", 100)
    first = opened(client)
    much = first.send(client, q__why="ช้า" * 50)
    assert (much.status_code, "texts shorter" in much.content.decode()) == (422, True)
    assert Form(much).fields["q.why"] == "ช้า" * 50
    last = Form(Form(much).send(client, q__why="ช้า"))
    monkeypatch.setattr(stepping, "LONGEST_CARRIED", 1)
    back = Form(last.send(client, q__more="x" * 60, meanwhile="back"))
    assert (back.fields["q.more"], back.fields["carried"]) == ("x" * 60, '{"why": "ช้า"}')
    assert "Thank you" in back.send(client).content.decode()
    assert AnonymousWaiting.objects.count() == 1


def test_nobody_is_asked_an_anonymous_one_during_a_call(client):
    asking.opened(VISIT, is_anonymous=True)
    client.force_login(factories.staff("clerk"))
    path = f"/surveys/visit/call/{factories.customer(email='ann@example.com').id}/"
    assert (client.get(path).status_code, client.post(path).status_code) == (404, 404)


def test_the_language_changes_in_the_middle_and_nothing_typed_is_lost(client):
    survey = publishing.create(
        slug="nps",
        name="NPS",
        draft=written(ready.one("nps")),
        is_anonymous=False,
        actor=actors.SYSTEM,
        at=timezone.now(),
    )
    asking.disclosed("nps")
    publishing.publish(survey=survey.id, actor=actors.SYSTEM, at=timezone.now())
    first = opened(client, "/s/nps/?lang=th")
    assert "แนะนำร้านเรา" in first.text
    sent = {**first.fields, "q.score": "10", "meanwhile": "language"}
    korean = Form(client.post("/s/nps/?lang=ko", sent))
    assert 'lang="ko"' in korean.text
    assert korean.fields["q.score"] == "10"
    assert not Response.objects.exists()
    why = Form(korean.send(client))
    assert "가장 좋으셨나요" in why.text  # promoters are asked what they like
    assert Response.objects.get().language == "ko"


def test_a_public_page_may_stand_in_a_frame_where_it_was_made_to_and_a_personal_one_never(client):
    asking.opened(VISIT)
    plain, framed, own = (client.get(at) for at in ("/s/visit/", "/s/visit/?embed=1", "/s/visit/token?embed=1"))
    assert "frame-ancestors 'none'" in plain["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in own["Content-Security-Policy"]
    assert "frame-ancestors *;" in framed["Content-Security-Policy"] + ";"
    assert "X-Frame-Options" not in framed
    assert (plain["X-Frame-Options"], own["X-Frame-Options"]) == ("DENY", "DENY")
    cross = Client(enforce_csrf_checks=True)
    Form(cross.get("/s/visit/?embed=1")).send(cross, q__score="9")
    assert Response.objects.get().mode == "embed"


def test_staff_ask_during_a_call_with_the_words_to_say(client):
    spoken = question("nps", "score", required=True, spoken={"en": "From nought to ten, please"})
    asking.opened(value(page("one", spoken), page("two", question("text", "why"))))
    who, staff = factories.customer(email="ann@example.com", name="Ann"), factories.staff("clerk")
    client.force_login(staff)
    assert f"/surveys/visit/call/{who.id}/" in client.get(f"/phone/{who.id}/").content.decode()
    first = opened(client, f"/surveys/visit/call/{who.id}/")
    assert "From nought to ten, please" in first.text
    assert "Ann" in first.text
    said = first.text.index("What is it used for?</h3><p>To do better"), first.text.index("May we begin?")
    assert said[0] < first.text.index("Who gets to see it?</h3><p>Our staff") < said[1]
    spoken_in_korean = client.get(f"/surveys/visit/call/{who.id}/?say=ko").content.decode()
    assert '<div class="said-aloud" lang="en">' in spoken_in_korean  # it asks in English alone
    second = Form(first.send(client, q__score="8"))
    assert "The answers are kept." in second.send(client, q__why="Nice").content.decode()
    response = Response.objects.get()
    assert (response.customer_id, response.mode, response.state) == (who.id, "call", "complete")
    assert response.staff == str(staff.id)
    assert (
        "each person answers once"
        in Form(client.get(f"/surveys/visit/call/{who.id}/"))
        .send(client, q__score="8", q__why="", shown="score")
        .content.decode()
    )


@pytest.mark.parametrize("is_anonymous", [False, True])
def test_a_program_that_sends_without_end_is_told_to_wait_and_its_address_stands_nowhere(
    client, monkeypatch, is_anonymous
):
    draft = value(page("one", question("nps", "score", required=True)))
    survey = asking.opened(draft, slug="bound", is_anonymous=is_anonymous)
    monkeypatch.setattr("surveys.views.asking.MOST_PAGES", 3)
    there = f"/s/{survey.slug}/"
    statuses = [client.post(there, {"slip": "x"}, REMOTE_ADDR="203.0.113.9").status_code for _n in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert client.post(there, {"slip": "x"}, REMOTE_ADDR="203.0.113.10").status_code == 200
    assert client.get(there, REMOTE_ADDR="203.0.113.9").status_code == 200
    assert not any(b"203.0" in key for key in cache._cache.get_client().scan_iter("*"))


def test_whatever_is_sent_is_refused_by_question_and_staff_see_it_without_it_running(client):
    """Wrong type, beyond the range, to a hidden question, scripts inside, a foreign link, after closing."""
    script = "<script>alert(1)</script>"
    survey = asking.opened(
        value(
            page(
                "one",
                question("nps", "score"),
                question("single", "liked", options=[option("tea"), option("cup")]),
                question("stars", "room"),
                question("date", "day"),
                question("text", "why"),
                question("text", "wrong", when="{score} <= 6"),
            ),
            page("two", question("yes_no", "first")),
        )
    )
    other = asking.opened(value(page("one", question("nps", "score"))), slug="other")
    first = opened(client)
    told = {
        "q.score": "eleven",
        "q.liked": script,
        "q.room": "6",
        "q.day": "2026-02-30",
        "q.why": script,
        "q.wrong": "x",
    }
    kept = first.send(
        client,
        **{name.replace(".", "__"): given for name, given in told.items()},
        shown="score liked room day why wrong",
    )
    assert kept.status_code == 422
    assert script not in kept.content.decode()
    why = dict(RefusedAnswer.objects.values_list("question", "why"))
    assert why == {
        "score": "type", "liked": "option", "room": "range", "day": "format", "wrong": "hidden",
    }  # fmt: skip
    assert Answer.objects.get().question == "why"
    staff = Client()
    staff.force_login(factories.staff("owner"))
    for address in ("refused/", "answers/?state=partial"):
        shown = staff.get(f"/surveys/{survey.slug}/{address}").content.decode()
        assert script not in shown
        assert "&lt;script&gt;" in shown
    ada = factories.customer(email="ada@example.com")
    foreign = asking.invited(other, ada.id)
    assert client.get(f"/s/{survey.slug}/{foreign}").status_code == 404
    assert client.post(f"/s/{survey.slug}/{foreign}", {"slip": first.fields["slip"], "page": "one"}).status_code == 404
    publishing.set_state(survey=survey.id, state=Survey.State.CLOSED, actor=actors.SYSTEM, at=timezone.now())
    assert first.send(client, q__score="9").status_code == 410
    assert Answer.objects.count() == 1


def test_a_link_counts_as_opened_by_the_first_press_and_not_by_a_look(client):
    survey = asking.opened(VISIT)
    secret = asking.invited(survey, factories.customer(email="ada@example.com").id)
    page = opened(client, f"/s/visit/{secret}")
    assert (reach.read(survey).opened, Invitation.objects.get().opened_at) == (0, None)
    page.send(client, q__score="9")
    first = Invitation.objects.get().opened_at
    assert (reach.read(survey).opened, reach.read(survey).answered, first is None) == (1, 0, False)
    opened(client, f"/s/visit/{secret}").send(client, q__liked="tea", meanwhile="back")
    assert Invitation.objects.get().opened_at == first
