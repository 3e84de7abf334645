"""The page on which somebody who is asked again reads what changed, and says yes or no."""

import datetime as dt
import re
import uuid

import pytest
from django.test import Client
from django.utils import timezone

from cdp.core import actors, jobs
from cdp.core.crypto import subjects
from cdp.core.models import Job, Notice
from cdp.core.outbox import writing
from consent.models import ConsentRecord, ConsentState, PolicyVersion, ServedNotice
from consent.rules import notices as rules
from consent.selectors import notices
from consent.services import gate, links, policies, reconsent
from customers.models import Customer
from tests import factories

pytestmark = pytest.mark.django_db
NAME = rules.of_purpose("marketing")
NEW = {
    "en": ("Letters from us and our sister shop.", "Our sister shop writes as well."),
    "th": ("จดหมายจากเราและร้านในเครือ", "ร้านในเครือจะส่งข่าวด้วย"),
    "ko": ("저희와 자매 매장의 소식입니다.", "자매 매장도 소식을 보냅니다."),
}


def turned(name: str = NAME, **choices: object) -> PolicyVersion:
    """A version with another meaning, in force."""
    now = timezone.now()
    draft = policies.begin(name=name, actor=actors.SYSTEM, at=now)
    texts = {
        code: rules.Text(text.title, NEW[code][0], {**text.parts, rules.CHANGED: NEW[code][1]})
        for code, text in notices.texts_of(draft).items()
    }
    policies.save(version=draft, texts=texts, actor=actors.SYSTEM, at=now)
    return policies.publish(version=draft, actor=actors.SYSTEM, at=now, **(choices or {"turns_meaning": True}))


def asked(**fields: str) -> tuple[Customer, str]:
    """Somebody who allowed it by two ways under the old words, and is asked again; with the path of their link."""
    now = timezone.now()
    person = factories.customer(email="mali@example.com", phone="+66812345678", country="TH", **fields)
    for channel in ("email", "sms"):
        factories.consent(person, channel=channel, at=now - dt.timedelta(days=1))
    version = turned()
    jobs.run(Job.objects.get(kind=reconsent.KIND).id)
    return person, f"/review/{links.review_token(customer=person.id, version=version.id, at=timezone.now())}"


def may(person: Customer, channel: str = "email") -> bool:
    return gate.decide(customer=person.id, purpose="marketing", channel=channel, at=timezone.now()).is_allowed


@pytest.mark.parametrize("language", ["en", "th", "ko"])
def test_the_page_shows_old_and_new_words_with_the_difference_in_the_readers_language(language: str) -> None:
    old = notices.texts_of(notices.newest(NAME))[language]
    _person, link = asked(language=language)
    page = Client().get(link)
    words = page.content.decode()
    assert (page.headers["Content-Language"], page.headers["Referrer-Policy"]) == (language, "no-referrer")
    for said in (*NEW[language], old.body, "<ins>", "<del>"):
        assert said in words
    assert words.count('class="btn" type="submit" name="answer"') == 2  # yes and no weigh the same
    assert "mali@example.com" not in words
    assert not ConsentRecord.objects.filter(method="preferences").exists()  # looking says nothing


def test_a_yes_restores_the_ways_once_allowed_under_the_new_words_and_can_be_taken_back() -> None:
    person, link = asked()
    page = Client().get(f"{link}?lang=th")
    shown = page.context["review"].questions[0].shown
    answer = Client().post(f"{link}?lang=th", {"purpose": "marketing", "answer": "yes", "shown": shown})
    assert answer.status_code == 200
    assert may(person)
    assert may(person, "sms")
    again = ConsentRecord.objects.filter(customer=person, method="preferences")
    assert {(one.channel, one.purpose_version, one.language) for one in again} == {
        ("email", shown, "th"),
        ("sms", shown, "th"),
    }
    kept = ServedNotice.objects.get(place="review")
    assert (kept.customer_id, kept.versions, kept.agreed) == (person.id, {NAME: shown}, 2)
    Client().post(f"{link}?lang=th", {"purpose": "marketing", "answer": "yes", "shown": shown})
    assert again.count() == 2  # two presses are one
    words = answer.content.decode()
    undo = re.search(r'name="undo" value="([^"]+)"', words)
    settings = re.search(r'action="(/preferences/[^"]+)"', words)
    assert undo
    assert settings
    Client().post(settings[1], {"act": "undo", "undo": undo[1]})
    assert not may(person)


def test_a_no_is_a_refusal_of_each_way_and_anything_else_is_asked_for_politely() -> None:
    person, link = asked()
    shown = notices.newest(NAME).version
    assert Client().post(link, {"purpose": "marketing"}).status_code == 422
    assert Client().post(link, {"purpose": "profiling", "answer": "yes", "shown": shown}).status_code == 422
    assert Client().post(link, {"purpose": "marketing", "answer": "no", "shown": shown}).status_code == 200
    assert set(ConsentState.objects.filter(customer=person).values_list("channel", "status")) == {
        ("email", "denied"),
        ("sms", "denied"),
    }
    assert b"You do not allow this." in Client().get(f"{link}?lang=en").content


def test_who_answers_words_that_changed_meanwhile_reads_the_new_ones_first() -> None:
    person, link = asked()
    shown = notices.newest(NAME).version
    draft = policies.begin(name=NAME, actor=actors.SYSTEM, at=timezone.now())
    policies.publish(version=draft, actor=actors.SYSTEM, at=timezone.now())
    answer = Client().post(f"{link}?lang=en", {"purpose": "marketing", "answer": "yes", "shown": shown})
    assert answer.status_code == 409
    assert b"Our texts changed" in answer.content
    assert not may(person)


def test_a_policy_that_concerns_purposes_asks_about_each_of_them() -> None:
    now = timezone.now()
    person = factories.customer(email="mali@example.com", country="TH")
    factories.consent(person, at=now - dt.timedelta(days=1))
    factories.consent(person, purpose="profiling", channel="any", at=now - dt.timedelta(days=1))
    version = turned("privacy", concerns=["marketing", "profiling"])
    link = f"/review/{links.review_token(customer=person.id, version=version.id, at=now)}?lang=en"
    page = Client().get(link)
    assert NEW["en"][1] in page.content.decode()
    assert {one.key for one in page.context["review"].questions if one.options} == {"marketing", "profiling"}
    jobs.run(Job.objects.get(kind=reconsent.KIND).id)  # the job comes by while somebody reads
    Client().post(link, {"purpose": "marketing", "answer": "yes", "shown": notices.newest(NAME).version})
    assert may(person)
    (left,) = [one for one in Client().get(link).context["review"].questions if one.options]
    assert left.key == "profiling"


def test_a_broken_an_old_and_a_strangers_link_say_nothing_of_anybody() -> None:
    person, link = asked()
    version = notices.newest(NAME).id
    old = links.review_token(customer=person.id, version=version, at=timezone.now() - dt.timedelta(days=181))
    nobody = links.review_token(customer=uuid.uuid4(), version=version, at=timezone.now())
    assert [Client().get(f"/review/{token}").status_code for token in ("", "x", link[8:-4], old, nobody)] == [
        *(404, 404, 404),
        *(410, 410),
    ]
    assert Client().post(f"/review/{old}", {"purpose": "marketing", "answer": "yes", "shown": "2"}).status_code == 410
    assert not may(person)


def test_the_message_says_what_changed_and_leads_to_the_page() -> None:
    person, _link = asked(language="ko")
    notice = Notice.objects.get()
    told = writing.opened(notice, "data", subjects.load([person.id]))
    assert NEW["ko"][1] in told
    assert "/review/" in told
    assert "/privacy/purposes/marketing/" in told
