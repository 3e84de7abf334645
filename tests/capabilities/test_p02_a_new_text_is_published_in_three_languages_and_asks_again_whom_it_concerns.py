"""P2 and the disclosure of Q3: an officer writes, people read it in three languages, and who it concerns is asked again."""

import datetime as dt
import json
import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cdp.core import actors, jobs, outbox
from cdp.core.crypto import subjects
from cdp.core.models import Job, Notice
from cdp.core.outbox import composing, writing
from consent.models import ConsentRecord, ConsentState, PolicyVersion, Purpose, ServedNotice, TermsAcceptance
from consent.rules import ledger
from consent.selectors import asking, notices
from consent.services import gate, policies, reconsent
from customers.services import merging
from tests import factories, filling

pytestmark = pytest.mark.django_db
SAYS = {
    "en": "From now on we also write about our sister shop.",
    "th": "ต่อไปนี้เราจะเขียนถึงร้านในเครือด้วย",
    "ko": "앞으로 자매 매장 소식도 알려 드립니다.",
}
NEWS = {"en": "Our sister shop joins us.", "th": "ร้านในเครือร่วมกับเรา", "ko": "자매 매장이 함께합니다."}
WORDS = "/consent/documents/purpose.marketing/"


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def officer() -> Client:
    client = Client()
    client.force_login(factories.staff("privacy"))
    return client


def written(name: str, body: dict[str, str]) -> dict[str, str]:
    """What the editor sends: the words in force with another body in each language."""
    fields: dict[str, str] = {}
    for language, text in notices.texts_of(policies.begin(name=name, actor=actors.SYSTEM, at=timezone.now())).items():
        fields |= {f"title_{language}": text.title, f"body_{language}": body[language]}
        fields |= {f"{part}_{language}": words for part, words in text.parts.items()}
        fields |= {f"changed_{language}": NEWS[language]}
    return fields


def test_p02_a_policy_and_terms_are_read_by_everybody_in_their_language_with_every_earlier_version(
    officer: Client,
) -> None:
    for name in ("privacy", "terms"):
        body = written(name, {language: f"# {words}" for language, words in SAYS.items()})
        assert officer.post(f"/consent/documents/{name}/draft/", body).status_code == 302
        assert SAYS["en"] not in Client().get(f"/{name}/?lang=en").content.decode()  # a draft is nobody's business
        assert officer.post(f"/consent/documents/{name}/publish/", {}).status_code == 302
        for language, words in SAYS.items():
            page = Client().get(f"/{name}/?lang={language}")
            assert page.headers["Content-Language"] == language
            assert words in page.content.decode()
            assert NEWS[language] in page.content.decode()
            assert words not in Client().get(f"/{name}/?lang={language}&version=1.0").content.decode()
            assert "<ins>" in Client().get(f"/{name}/?lang={language}&against=1.0").content.decode()


def test_p02_a_new_meaning_asks_again_exactly_those_it_concerns_and_a_new_yes_is_under_the_new_words(
    officer: Client,
) -> None:
    now = timezone.now()
    mali = factories.customer(email="mali@example.com", language="th", country="TH")
    refused = factories.customer(email="no@example.com", country="TH")
    far = factories.customer(country="TH")
    factories.consent(mali, at=now)
    factories.consent(far, at=now)
    factories.consent(mali, purpose="marketing_night", channel="email", at=now)
    factories.consent(refused, granted=False, at=now)
    officer.post(f"{WORDS}draft/", {**written("purpose.marketing", SAYS), "changed_ko": ""})
    seen = officer.get(f"{WORDS}publish/?count=1").context["figures"][0]["f"]
    assert (seen.permissions, seen.people, seen.reachable, seen.unreachable) == (2, 2, 1, 1)
    assert str(far.id) in officer.get(f"{WORDS}unreachable/").content.decode()
    officer.post(f"{WORDS}trial/", {"language": "th"})
    trial = Notice.objects.get()
    assert (trial.customer_id, trial.language) == (outbox.NOBODY, "th")
    trial.delete()
    silent = officer.post(f"{WORDS}publish/", {"meaning": "meaning"})
    assert silent.status_code == 422  # in Korean it does not say what changed
    assert gate.decide(customer=mali.id, purpose="marketing", channel="email", at=timezone.now()).is_allowed
    officer.post(f"{WORDS}draft/", written("purpose.marketing", SAYS))
    asked = officer.post(f"{WORDS}publish/", {"meaning": "meaning"})
    assert asked.status_code == 200, "what it ends is read first"
    assert "Publish and end 3 permissions" in asked.content.decode()
    sure = re.search(r'name="sure" value="([^"]+)"', asked.content.decode())[1]
    done = officer.post(f"{WORDS}publish/", {"meaning": "meaning", "sure": sure}, follow=True)
    assert "Permissions that ended: 3; people: 2, of whom 1 are asked again" in done.content.decode()
    assert not gate.decide(customer=mali.id, purpose="marketing", channel="email", at=timezone.now()).is_allowed
    # The hours were allowed for what it meant before: a permission for the night ends with it.
    assert (
        Purpose.objects.get(key="marketing_night").meaning_since == Purpose.objects.get(key="marketing").meaning_since
    )
    version = notices.newest("purpose.marketing")
    for press in ("pause", "resume"):
        officer.post(f"{WORDS}asking/", {"version": version.version, press: "1"})
        assert asking.progress(version).is_paused is (press == "pause")
    jobs.run(Job.objects.get(kind=reconsent.KIND).id)

    notice = Notice.objects.get()
    assert (notice.customer_id, notice.kind, notice.language) == (mali.id, reconsent.NOTICE, "th")
    assert ServedNotice.objects.get().versions == {"purpose.marketing": "2"}
    assert {state.customer_id: state.status for state in ConsentState.objects.all()} == {
        mali.id: "expired",
        far.id: "expired",
        refused.id: "denied",
    }

    told = json.loads(writing.opened(notice, "data", subjects.load([mali.id])))
    outgoing = composing.Outgoing(
        id=notice.id, kind=notice.kind, customer=mali.id, channel="email", address="mali@example.com",
        language="th", data=told, at=timezone.now(),
    )  # fmt: skip
    letter = composing.parts(outgoing).text
    assert NEWS["th"] in letter
    link = re.search(r"/review/\S+", letter)
    assert link is not None
    page = Client().get(link[0])
    assert "<ins>" in page.content.decode()
    assert SAYS["th"] in page.content.decode()
    assert not gate.decide(customer=mali.id, purpose="marketing", channel="email", at=timezone.now()).is_allowed
    answer = Client().post(link[0], {"purpose": "marketing", "answer": "yes", "shown": "2"})
    assert answer.status_code == 200
    again = ConsentRecord.objects.filter(customer=mali, channel="email").latest("at")
    assert (again.status in ledger.YES, again.purpose_version, again.language) == (True, "2", "th")
    assert gate.decide(customer=mali.id, purpose="marketing", channel="email", at=timezone.now()).is_allowed
    cache.clear()
    found = asking.progress(version)
    assert (found.asked, found.written_to, found.yes, found.unreachable) == (2, 1, 1, 1)
    # Whoever was merged since answered as who they are now.
    joined = factories.customer(email="mali2@example.com", country="TH")
    merging.merge(survivor=joined.id, absorbed=mali.id, reason="steward", actor=actors.SYSTEM, at=timezone.now())
    cache.clear()
    assert asking.progress(version) == found
    assert NEWS["ko"] in Client().get("/privacy/?lang=ko").content.decode()  # the public history tells it, too


def test_q03_a_form_says_what_answers_are_used_for_and_the_words_shown_stay_with_the_answer(officer: Client) -> None:
    name = "form.signup"
    parts = {"used_for": "For the draw.", "seen_by": "Two of us.", "kept_for": "A week."}
    officer.post(f"/consent/documents/{name}/begin/")
    fields = {f"{part}_{code}": f"{code}: {words}" for code in SAYS for part, words in parts.items()}
    fields |= {f"title_{code}": f"{code}: What becomes of it" for code in SAYS}
    officer.post(f"/consent/documents/{name}/draft/", fields)
    draft = PolicyVersion.objects.get(policy=name, published_at=None)
    policies.publish(version=draft, actor=actors.SYSTEM, at=timezone.now() - dt.timedelta(hours=1))
    for code in SAYS:
        page = Client().get(f"/signup/?lang={code}").content.decode()
        for words in parts.values():
            assert page.index(f"{code}: {words}") < page.index('name="name"')
    assert filling.send(Client(), "signup", "?lang=ko", name="Kim", email="kim@example.com").status_code == 302
    shown = ServedNotice.objects.get()
    assert (shown.place, shown.language, shown.versions[name]) == (name, "ko", "2")
    kept = notices.texts_of(PolicyVersion.objects.get(policy=name, version="2"))
    assert kept["ko"].parts == {part: f"ko: {words}" for part, words in parts.items()}
    assert TermsAcceptance.objects.get().version == "1.0"
