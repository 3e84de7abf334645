"""P2 and the disclosure of Q3: an officer writes, people read it in three languages, and who it concerns is asked again."""

import datetime as dt
import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cdp.core import actors, jobs
from cdp.core.models import Job, Notice
from cdp.core.outbox import composing
from consent.models import ConsentRecord, ConsentState, PolicyVersion, ServedNotice, TermsAcceptance
from consent.rules import ledger
from consent.selectors import notices
from consent.services import gate, policies, reconsent
from tests import factories, filling

pytestmark = pytest.mark.django_db
SAYS = {
    "en": "From now on we also write about our sister shop.",
    "th": "ต่อไปนี้เราจะเขียนถึงร้านในเครือด้วย",
    "ko": "앞으로 자매 매장 소식도 알려 드립니다.",
}
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
            assert words not in Client().get(f"/{name}/?lang={language}&version=1.0").content.decode()
            assert "<ins>" in Client().get(f"/{name}/?lang={language}&against=1.0").content.decode()


def test_p02_a_new_meaning_asks_again_exactly_those_it_concerns_and_a_new_yes_is_under_the_new_words(
    officer: Client,
) -> None:
    now = timezone.now()
    mali = factories.customer(email="mali@example.com", language="th", country="TH")
    refused = factories.customer(email="no@example.com", country="TH")
    factories.consent(mali, at=now)
    factories.consent(refused, granted=False, at=now)
    officer.post(f"{WORDS}draft/", written("purpose.marketing", SAYS))
    assert officer.post(f"{WORDS}publish/", {"meaning": "meaning"}).status_code == 302
    assert not gate.decide(customer=mali.id, purpose="marketing", channel="email", at=timezone.now()).is_allowed
    jobs.run(Job.objects.get(kind=reconsent.KIND).id)

    notice = Notice.objects.get()
    assert (notice.customer_id, notice.kind, notice.language) == (mali.id, reconsent.NOTICE, "th")
    assert ServedNotice.objects.get().versions == {"purpose.marketing": "2"}
    assert {state.customer_id: state.status for state in ConsentState.objects.all()} == {
        mali.id: "expired",
        refused.id: "denied",
    }

    sent = composing.parts(
        composing.Outgoing(
            id=notice.id,
            kind=notice.kind,
            customer=mali.id,
            channel="email",
            address="mali@example.com",
            language="th",
            data={"policy": "purpose.marketing", "purposes": ["x"], "document_url": "https://shop.example/privacy/"},
            at=timezone.now(),
        )
    )
    link = re.search(r"/preferences/[^?\s]+", sent.text)
    assert link is not None
    centre = Client().get(f"{link[0]}?lang=th")
    assert SAYS["th"] in centre.content.decode()
    assert 'name="was:marketing:email" value="0"' in centre.content.decode()  # off again until they say so
    answer = Client().post(f"{link[0]}?lang=th", {"act": "save", "was:marketing:email": "0", "on": ["marketing:email"]})
    assert answer.status_code == 200
    again = ConsentRecord.objects.filter(customer=mali, channel="email").latest("at")
    assert (again.status in ledger.YES, again.purpose_version) == (True, "2")
    assert gate.decide(customer=mali.id, purpose="marketing", channel="email", at=timezone.now()).is_allowed


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
