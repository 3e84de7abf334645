"""Asking people: who is left out and why, once however often it is pressed, and never again too soon."""

import datetime as dt
import json
import uuid
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from cdp.core import actors, outbox
from cdp.core.crypto import subjects
from cdp.core.models import AuditEntry, Notice
from cdp.core.outbox import composing
from consent.services import grants
from customers.selectors import profiles
from surveys.models import Invitation, Response, Survey
from surveys.rules import definition, ready
from surveys.selectors import inviting as selecting
from surveys.selectors import letters
from surveys.services import answering, inviting, own_words, publishing
from tests import factories
from tests.surveys import asking

pytestmark = pytest.mark.django_db
NOW = timezone.now().replace(microsecond=0)


def nps(slug="nps", **changes):
    survey = asking.opened(definition.written(ready.one("nps")), slug=slug)
    Survey.objects.filter(id=survey.id).update(**changes)
    survey.refresh_from_db()
    return survey


def willing(name, **more):
    who = factories.customer(email=f"{name}@example.com", name=name.title(), **more)
    grants.record(
        customer=who.id,
        purpose="marketing",
        channel="email",
        granted=True,
        at=NOW - dt.timedelta(days=90),
        source="shop",
        method="form",
        actor=actors.CUSTOMER,
    )
    return who.id


def invite(survey, people, *, at=NOW, batch=None, **terms):
    return inviting.invite(
        survey=survey,
        customers=people,
        terms=inviting.Terms(**terms),
        batch=batch or uuid.uuid4(),
        actor=actors.SYSTEM,
        at=at,
    )


def told(notice):
    keyring = subjects.load({notice.customer_id})
    data = json.loads(keyring.open(notice.data, table="core_notice", column="data", row=notice.id))
    return data, composing.parts(
        composing.Outgoing(
            notice.id, notice.kind, notice.customer_id, notice.channel, "a@b.c", notice.language, data, NOW
        )
    )


def test_whom_the_gate_and_the_throttle_leave_out_is_counted_before_and_stays_out():
    survey, other = nps(), nps("other")
    ada, bo, cy, dee = (willing(name) for name in ("ada", "bo", "cy", "dee"))
    never = factories.customer(email="never@example.com").id
    unreached = factories.customer(external_id="7").id
    invite(other, [bo], at=NOW - dt.timedelta(days=3))
    run = asking.run(survey, customer=cy)
    answering.take(run, {"score": 9}, at=NOW, is_end=True, keeps_valid=True)
    everybody = [ada, bo, cy, dee, never, unreached]
    seen = selecting.preview(survey=survey, customers=everybody, channel="email", at=NOW)
    assert (seen.audience, seen.asked) == (6, 2)
    assert seen.left_out == {"never_asked": 2, "too_soon": 1, "answered": 1}
    assert not Invitation.objects.filter(survey_id=survey.id).exists()
    assert invite(survey, everybody) == seen
    assert set(Invitation.objects.filter(survey_id=survey.id).values_list("customer_id", flat=True)) == {ada, dee}
    again = invite(survey, everybody)
    assert (again.asked, again.left_out["asked"]) == (0, 2)
    assert Notice.objects.filter(kind="survey-invitation").count() == 3
    assert AuditEntry.objects.filter(action="surveys:survey:asked").count() == 3


def test_a_cap_in_a_window_and_a_wait_of_its_own(settings):
    settings.SURVEY_WAIT_DAYS, settings.SURVEY_MOST_IN_WINDOW, settings.SURVEY_WINDOW_DAYS = 10, 2, 100
    ada = willing("ada")
    assert invite(nps("a"), [ada], at=NOW - dt.timedelta(days=60)).asked == 1
    assert invite(nps("b"), [ada], at=NOW - dt.timedelta(days=55)).left_out == {"too_soon": 1}
    assert invite(nps("c", wait_days=2), [ada], at=NOW - dt.timedelta(days=55)).asked == 1
    assert invite(nps("d"), [ada]).left_out == {"too_often": 1}


def test_who_is_in_the_sample_stays_in_it_and_so_many_are():
    people = [willing(f"p{n}") for n in range(40)]
    survey, other = nps(sample=50), nps("other", sample=50, wait_days=0)
    judged = selecting.judged(survey=survey, customers=people, channel="email", at=NOW)
    assert judged == selecting.judged(survey=survey, customers=people, channel="email", at=NOW + dt.timedelta(days=9))
    chosen = {who for who, reason in judged.items() if not reason}
    assert set(judged.values()) == {"", "sample"}
    assert 5 <= len(chosen) <= 35
    elsewhere = selecting.judged(survey=other, customers=people, channel="email", at=NOW)
    assert chosen != {who for who, reason in elsewhere.items() if not reason}


def test_the_letter_has_the_first_question_whose_links_open_a_page_and_the_label_of_the_law():
    survey = nps()
    invite(survey, [willing("ada", country="TH", language="th"), willing("kim", country="KR", language="ko")])
    for notice in Notice.objects.filter(kind="survey-invitation"):
        data, parts = told(notice)
        row = Invitation.objects.get(customer_id=notice.customer_id)
        link = inviting.link_of(survey, row.id)
        assert [choice["url"] for choice in data["choices"]][7] == f"{link}?q=score&v=7"
        assert data["choices"][7]["url"] in parts.text
        assert parts.subject.startswith("(광고)") == (notice.language == "ko")
        assert parts.short.endswith(link)
        assert len(link.rsplit("/", 1)[1]) == 20
        taken = answering.take(
            asking.run(survey, invitation=link.rsplit("/", 1)[1]), {"score": 7}, at=NOW, is_end=True, keeps_valid=True
        )
        assert taken.response.customer_id == notice.customer_id
    assert set(Invitation.objects.values_list("state", flat=True)) == {Invitation.State.ANSWERED}


def test_reminders_go_to_those_whose_letter_went_and_who_have_not_answered_and_then_it_ends():
    survey = nps()
    ada, bo, cy = willing("ada"), willing("bo"), willing("cy")
    invite(survey, [ada, bo, cy], reminders=1, remind_days=7)
    Notice.objects.filter(customer_id__in=[ada, bo]).update(state=Notice.State.SENT, sent_at=NOW)
    link = inviting.link_of(survey, Invitation.objects.get(customer_id=bo).id)
    inviting.look_after(at=NOW + dt.timedelta(hours=1))
    assert Invitation.objects.filter(state=Invitation.State.SENT).count() == 2
    secret = link.rsplit("/", 1)[1]
    answering.take(asking.run(survey, invitation=secret), {"score": 7}, at=NOW, is_end=True, keeps_valid=True)
    later = NOW + dt.timedelta(days=8)
    inviting.look_after(at=later)
    inviting.look_after(at=later)
    assert list(Notice.objects.filter(kind="survey-reminder").values_list("customer_id", flat=True)) == [ada]
    inviting.look_after(at=NOW + dt.timedelta(days=31))
    states = dict(Invitation.objects.values_list("customer_id", "state"))
    assert states == {ada: "ended", bo: "answered", cy: "ended"}
    secret = inviting.secret_of(Invitation.objects.get(customer_id=cy).id)
    with pytest.raises(answering.Ended):
        answering.take(asking.run(survey, invitation=secret), {"score": 1}, at=later, is_end=True, keeps_valid=True)


def test_an_invitation_is_stopped_by_one_press_and_opens_in_the_language_it_was_written_in(client):
    survey = nps()
    ada = willing("ada", language="ko", country="KR")
    assert invite(survey, [ada]).asked == 1
    notice = Notice.objects.get()
    data, parts = told(notice)
    outgoing = composing.Outgoing(notice.id, notice.kind, ada, "email", "ada@example.com", "ko", data, NOW)
    composed = composing.message(outgoing)
    assert composed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stop = str(composed["List-Unsubscribe"]).strip("<>")
    assert "수신거부" in parts.html.replace(" ", "")
    assert "/unsubscribe/" in parts.text
    page = client.get(urlsplit(data["url"]).path, headers={"Accept-Language": "th"})
    assert page.headers["Content-Language"] == "ko"
    page = client.get(urlsplit(data["url"]).path, {"lang": "en"})
    assert page.headers["Content-Language"] == "en"
    assert client.post(urlsplit(stop).path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert inviting_reason(nps("again", wait_days=0), ada) == "withdrawn"


def inviting_reason(survey, who):
    return next(iter(selecting.preview(survey=survey, customers=[who], channel="email", at=timezone.now()).left_out))


def test_a_link_of_their_own_by_hand_is_one_and_taken_back_it_leads_nowhere():
    survey, ada = nps(), factories.customer(external_id="7").id
    row = inviting.personal(survey=survey, customer=ada, actor=actors.SYSTEM, at=NOW)
    assert inviting.personal(survey=survey, customer=ada, actor=actors.SYSTEM, at=NOW).id == row.id
    assert not Notice.objects.exists()
    assert inviting.revoke(survey=survey, invitations=[row.id], actor=actors.SYSTEM, at=NOW) == 1
    run = asking.run(survey, invitation=inviting.secret_of(row.id))
    with pytest.raises(answering.Ended):
        answering.take(run, {"score": 1}, at=NOW, is_end=True, keeps_valid=True)
    invite(survey, [bo := willing("bo")])
    inviting.revoke(
        survey=survey, invitations=Invitation.objects.values_list("id", flat=True), actor=actors.SYSTEM, at=NOW
    )
    assert Notice.objects.get(customer_id=bo).state == Notice.State.DROPPED
    assert not Response.objects.exists()


def test_an_anonymous_one_asks_by_the_link_that_everybody_has_and_reminds_nobody():
    survey = asking.opened(definition.written(ready.one("about_you")), slug="quiet", is_anonymous=True)
    people = [willing(name) for name in ("ada", "bo", "cy", "di", "ed")]
    with pytest.raises(inviting.TooFewToInvite):  # whoever answered would be known
        invite(survey, people[:4])
    assert not Invitation.objects.exists()
    invite(survey, people, reminders=2)
    row = Invitation.objects.first()
    assert set(Invitation.objects.values_list("key_digest", "remind_at")) == {(None, None)}
    data, parts = told(Notice.objects.get(customer_id=row.customer_id))
    assert data["url"].endswith("/s/quiet/")
    assert inviting.secret_of(row.id) not in parts.text
    with pytest.raises(inviting.UnableToInvite):
        inviting.personal(survey=survey, customer=row.customer_id, actor=actors.SYSTEM, at=NOW)


def test_what_cannot_be_is_said_before_anybody_is_asked():
    survey = nps()
    for wrong in ({"channel": "post"}, {"days": 0}, {"reminders": 9}, {"remind_days": 0}):
        with pytest.raises(inviting.UnableToInvite):
            invite(survey, [willing(f"w{len(wrong)}{next(iter(wrong))}")], **wrong)
    with pytest.raises(inviting.UnableToInvite):
        invite(asking.drafted(definition.written(ready.one("nps")), slug="draft"), [])
    assert outbox.titles()["survey-invitation"]
    assert not Invitation.objects.exists()


OWN = {
    "en": {
        "subject": "{first_name}, a word about {survey}?",
        "text": "Hello {first_name},\nthank you for being with {shop}.\n\nOne question <3",
        "short": "{first_name}, {shop} would like your word:",
    },
    "th": {"text": "สวัสดี"},
}


def said_to(who, kind="survey-invitation"):
    return told(Notice.objects.get(customer_id=who, kind=kind))


def test_an_invitation_in_own_words_names_people_falls_back_and_its_reminder_says_the_same():
    survey = nps()
    own_words.save(survey=survey.id, words=OWN, actor=actors.SYSTEM, at=NOW)
    survey.refresh_from_db()
    ada, kim = willing("ada", language="en"), willing("kim", language="ko")
    odd_name = factories.customer(email="o@example.com", name="Win at evil.example").id
    batch = uuid.uuid4()
    assert invite(survey, [ada, kim], batch=batch, reminders=1, words=survey.letter).asked == 2
    _data, parts = said_to(ada)
    assert parts.subject == "Ada, a word about Would you recommend us??"
    assert "Hello Ada,\nthank you for being with" in parts.text
    assert "One question &lt;3" in parts.html
    assert "asks for your view" not in parts.text
    _data, korean = said_to(kim)
    assert "Ada" not in korean.text
    assert korean.subject == f"(광고) {told_ready(survey, 'ko')}"
    assert letters.names_of(profiles.opened([odd_name])[odd_name])["name"] == ""
    # Written anew meanwhile: the reminder of what was sent says what was sent.
    own_words.save(survey=survey.id, words={"en": {"text": "Something else"}}, actor=actors.SYSTEM, at=NOW)
    Notice.objects.filter(customer_id=ada).update(state=Notice.State.SENT, sent_at=NOW)
    inviting.look_after(at=NOW + dt.timedelta(hours=1))
    inviting.look_after(at=NOW + dt.timedelta(days=8))
    _data, reminder = said_to(ada, "survey-reminder")
    assert reminder.subject == parts.subject
    assert "Hello Ada,\nthank you" in reminder.text
    assert "Something else" not in reminder.text


def told_ready(survey, language):
    return letters.ready_words(survey)[language]["subject"]


def test_a_line_with_a_name_nobody_knows_is_left_out_and_what_cannot_be_sent_is_refused():
    survey = nps()
    own_words.save(survey=survey.id, words=OWN, actor=actors.SYSTEM, at=NOW)
    survey.refresh_from_db()
    texts = letters.texts(survey, "https://x.example/s/nps/", language="en")
    assert texts.subject.endswith("Would you recommend us?")
    assert "Hello" not in texts.mail
    assert "thank you for being with" in texts.mail
    named = letters.texts(survey, "https://x.example/s/nps/", language="en", names={"first_name": "Ada", "name": ""})
    assert named.sms.startswith("Ada, ")
    for part, text in {
        "subject": "{nickname}",
        "text": "{first_name",
        "short": "Come!",
    }.items():
        with pytest.raises(publishing.UnableToChange):
            own_words.save(survey=survey.id, words={"en": {part: text}}, actor=actors.SYSTEM, at=NOW)
    with pytest.raises(publishing.UnableToChange):
        own_words.save(survey=survey.id, words={"en": {"text": "<b>x</b>"}}, actor=actors.SYSTEM, at=NOW)
    with pytest.raises(publishing.UnableToChange):
        own_words.save(survey=survey.id, words={"en": {"subject": "x" * 121}}, actor=actors.SYSTEM, at=NOW)
