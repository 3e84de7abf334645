"""Q3: a form, survey or interview guide is open only with its disclosure in each language, which stays with the answer."""

import datetime as dt

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cdp.core import actors
from cdp.web.forms import public
from cdp.web.views import feedback, preorder, signup, warranty  # noqa: F401  (their forms are subclasses)
from consent.models import PolicyVersion, ServedNotice
from consent.rules import notices as rules
from consent.services import disclosures, policies
from tests import factories, filling

pytestmark = pytest.mark.django_db
FORMS = {form.key: form for form in public.PublicForm.__subclasses__()}
FIELDS = {
    "signup": {},
    "warranty": {"product": "Kettle", "bought_on": (timezone.localdate() - dt.timedelta(days=9)).isoformat()},
    "preorder": {"product": "Kettle", "quantity": "1", "way": "pickup"},
    "feedback": {"stars": "4"},
}
SAID = {
    rules.USED_FOR: {"en": "For a draw.", "th": "เพื่อการจับรางวัล", "ko": "경품 추첨에 씁니다."},
    rules.SEEN_BY: {"en": "Two of us.", "th": "พนักงานสองคน", "ko": "직원 두 명이 봅니다."},
    rules.KEPT_FOR: {"en": "A week.", "th": "หนึ่งสัปดาห์", "ko": "일주일 동안 보관합니다."},
}


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def texts() -> dict[str, rules.Text]:
    return {
        code: rules.Text(f"{code} title", "", {part: words[code] for part, words in SAID.items()})
        for code in ("en", "th", "ko")
    }


def publish(name: str, said: dict[str, rules.Text], *, is_anonymous: bool = False) -> PolicyVersion:
    """Put the words in force as of an hour ago: a form that was open longer shows them first."""
    now = timezone.now() - dt.timedelta(hours=1)
    draft = policies.begin(name=name, actor=actors.SYSTEM, at=now)
    policies.save(version=draft, texts=said, is_anonymous=is_anonymous, actor=actors.SYSTEM, at=now)
    return policies.publish(version=draft, actor=actors.SYSTEM, at=now)


def test_q03_every_public_form_of_ours_is_one_that_asks_and_no_other() -> None:
    declared = {asking.key for asking in disclosures.declared().values() if asking.kind == "form"}
    assert declared == FORMS.keys() == FIELDS.keys()


@pytest.mark.parametrize("key", sorted(FIELDS))
def test_q03_a_public_form_is_closed_without_and_says_it_first_and_keeps_it(client: Client, key: str) -> None:
    policies.withdraw(name=f"form.{key}", actor=actors.SYSTEM, at=timezone.now())
    assert client.get(f"/{key}/").status_code == 404
    assert filling.send(client, key, name="Ann", email="ann@example.com", **FIELDS[key]).status_code == 404
    version = publish(f"form.{key}", texts())
    for code in ("en", "th", "ko"):
        page = client.get(f"/{key}/?lang={code}").content.decode()
        for words in SAID.values():
            assert page.index(words[code]) < page.index('name="name"')
    answer = filling.send(client, key, "?lang=th", name="Ann", email="ann@example.com", **FIELDS[key])
    assert answer.status_code == 302, answer.context["form"].errors
    kept = ServedNotice.objects.get()
    assert (kept.place, kept.language, kept.versions[f"form.{key}"]) == (f"form.{key}", "th", version.version)


@pytest.mark.parametrize("kind", ["survey", "interview"])
def test_q03_surveys_and_interviews_find_the_same_rule(kind: str) -> None:
    name, now = f"{kind}.visit", timezone.now
    with pytest.raises(disclosures.NotDisclosed):
        disclosures.require(kind, "visit", language="th", at=now())
    for part in SAID:  # each of what is owed, in each language
        lacking = texts()
        lacking["ko"] = rules.Text("ko", "", {key: words for key, words in lacking["ko"].parts.items() if key != part})
        with pytest.raises(policies.UnableToPublish):
            publish(name, lacking)
    with pytest.raises(policies.UnableToPublish):
        publish(name, {code: text for code, text in texts().items() if code != "ko"})
    version = publish(name, texts(), is_anonymous=True)
    for code in ("en", "th", "ko"):
        said = disclosures.require(kind, "visit", language=code, at=now())
        assert (said.used_for, said.seen_by, said.kept_for) == tuple(words[code] for words in SAID.values())
        assert (said.language, said.version, said.is_anonymous) == (code, version.version, True)
    policies.withdraw(name=name, actor=actors.SYSTEM, at=now())
    with pytest.raises(disclosures.NotDisclosed):
        disclosures.require(kind, "visit", language="en", at=now())


def test_q03_an_officer_sees_which_form_says_nothing() -> None:
    policies.withdraw(name="form.signup", actor=actors.SYSTEM, at=timezone.now())
    officer = Client()
    officer.force_login(factories.staff("privacy"))
    assert "Closed" in officer.get("/consent/documents/").content.decode()
