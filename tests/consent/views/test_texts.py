"""The pages on which texts are written, compared and published, and the forms that show them."""

import csv
import datetime as dt
import io

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from cdp.core import actors
from cdp.core.models import AuditEntry, Webhook
from cdp.core.retention import Action, Term, Unit
from consent.models import (
    ConsentRecord,
    PolicyVersion,
    ProcessingActivity,
    Purpose,
    ServedCount,
    ServedNotice,
    TermsAcceptance,
)
from consent.selectors import notices, practice, served
from consent.services import disclosures, policies, register
from consent.services.retention import deciding
from customers.models import Customer
from tests import factories, filling

pytestmark = pytest.mark.django_db
WORDS = "/consent/documents/purpose.marketing/"
ANN = {"name": "Ann Smith", "email": "ann@example.com"}


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


@pytest.fixture
def officer(client: Client) -> Client:
    client.force_login(factories.staff("privacy"))
    return client


def written(name: str, **changes: str) -> dict[str, str]:
    """What the editor sends: the words in force with some changed."""
    body = {}
    for language, text in notices.texts_of(policies.begin(name=name, actor=actors.SYSTEM, at=timezone.now())).items():
        body |= {f"title_{language}": text.title, f"body_{language}": text.body}
        body |= {f"{part}_{language}": words for part, words in text.parts.items()}
    return body | changes


def test_an_officer_writes_compares_and_publishes_the_words_of_a_purpose(officer: Client) -> None:
    assert officer.post(f"{WORDS}begin/").url == f"{WORDS}draft/"
    answer = officer.post(f"{WORDS}draft/", written("purpose.marketing", title_en="Letters", publish="1"))
    assert answer.url == f"{WORDS}publish/"
    page = officer.get(f"{WORDS}publish/").content.decode()
    assert "<ins>" in page
    assert "added:" in page
    assert officer.post(f"{WORDS}publish/", {}).status_code == 422  # which of the two must be said
    assert officer.post(f"{WORDS}publish/", {"meaning": "wording"}).url == WORDS
    assert Purpose.objects.get(key="marketing").name["en"] == "Letters"
    assert "What changed from 1 to 2" in officer.get(WORDS).content.decode()


def test_a_published_version_is_refused_politely_and_the_attempt_is_kept(officer: Client) -> None:
    answer = officer.post("/consent/documents/privacy/draft/", {"version": "1.0", "title_en": "x", "body_en": "y"})
    assert answer.status_code == 409
    assert b"stays as it is" in answer.content
    assert AuditEntry.objects.filter(action="consent:policy:change_refused").count() == 1


def test_a_draft_that_lacks_words_says_so_and_is_not_published(officer: Client) -> None:
    officer.post(f"{WORDS}draft/", written("purpose.marketing", body_th="", refusal_en=""))
    answer = officer.post(f"{WORDS}publish/", {"meaning": "wording"})
    assert answer.status_code == 422
    assert b"English lacks: If you say no" in answer.content
    assert not PolicyVersion.objects.filter(policy="purpose.marketing", version="2").exclude(published_at=None).exists()


def test_the_public_reads_every_version_and_what_changed_between_them(officer: Client) -> None:
    officer.post(
        "/consent/documents/privacy/draft/",
        written("privacy", title_en="Our policy", changed_en="A new title.", changed_ko="제목이 바뀌었습니다."),
    )
    officer.post("/consent/documents/privacy/publish/", {})
    page = Client().get("/privacy/?lang=ko").content.decode()
    assert "제목이 바뀌었습니다." in page
    difference = Client().get("/privacy/?lang=en&against=1.0").content.decode()
    assert "<del>" in difference
    assert "removed:" in difference
    assert Client().get("/privacy/?against=9").status_code == 404


def test_the_policy_is_drafted_from_the_register_in_three_languages(officer: Client) -> None:
    officer.post("/consent/documents/privacy/begin/", {"register": "1"})
    draft = notices.texts_of(PolicyVersion.objects.get(policy="privacy", published_at=None))
    assert set(draft) == {"en", "th", "ko"}
    for language, text in draft.items():
        for activity in ProcessingActivity.objects.all():
            assert activity.texts[language]["name"] in text.body
            assert activity.texts[language]["retention"] in text.body
        assert "{contact_email}" in text.body
    assert "Your rights" in draft["en"].body
    assert "สิทธิของคุณ" in draft["th"].body


def test_the_register_and_the_page_of_retention_say_the_same_of_what_has_no_term(officer: Client) -> None:
    without = [one for one in practice.kept() if one[1] is None]
    assert without
    assert not any(is_waiting for _name, _term, is_waiting in without), "nothing there could be put in force"
    assert "With the customer" in officer.get("/consent/register/").content.decode()
    assert "With the customer" in officer.get("/consent/retention/").content.decode()


def test_the_register_is_kept_with_its_earlier_states_and_leaves_as_a_file(officer: Client) -> None:
    row = ProcessingActivity.objects.get(key="orders")
    texts = {language: dict(words) for language, words in row.texts.items()}
    texts["en"]["retention"] = "=Seven years"
    register.keep(key="orders", texts=texts, bases=row.bases, is_active=True, actor=actors.SYSTEM, at=timezone.now())
    row.refresh_from_db()
    assert row.history[0]["texts"]["en"]["retention"].startswith("As tax")
    assert AuditEntry.objects.get(action="consent:activity:changed").details["after"]["texts"] == texts
    lines = list(csv.reader(io.StringIO(officer.get("/consent/register/register.csv").content.decode("utf-8-sig"))))
    practice = 1 + ProcessingActivity.objects.count()
    assert lines[practice] == []
    told = {line[1]: line[2] for line in lines[practice + 2 :]}
    assert told["Staff by role"] == "Privacy officer: 1"
    assert "rules in force" in told["Retention"]
    assert told["Second step at log-in"].endswith("0 of 1 members of staff have one")
    assert int(told["Sealed"].split(" ")[0]) > 40, "counted, not written"
    assert "'=Seven years" in lines[3]
    assert officer.post("/consent/register/new/", {"name_ko": "이름만"}).status_code == 422
    assert officer.post("/consent/register/new/", {"name_en": "Parking"}).url == "/consent/register/parking/"


def test_the_register_stands_beside_what_this_installation_really_does(officer: Client) -> None:
    Webhook.objects.create(
        name="Our CRM", url="https://crm.example.com/in", events=["consent.changed"], ring_key="x", wrapped=b"x",
        created_at=timezone.now(),
    )  # fmt: skip
    deciding.decide(
        kind="customers.notes", term=Term(7, Unit.MONTHS), action=Action.DELETE, actor=actors.SYSTEM, at=timezone.now()
    )
    page = officer.get("/consent/register/").content.decode()
    assert "Our CRM (crm.example.com)" in page
    assert "7 months" in page
    assert "News and offers" in page.split('id="practice"')[1]


def test_a_new_purpose_is_asked_for_only_after_its_words_are_published(officer: Client) -> None:
    assert officer.post("/consent/purposes/", {"key": "events"}).url == "/consent/documents/purpose.events/draft/"
    ways = {"channels": ["email"], "is_active": "on"}
    assert officer.post("/consent/purposes/events/", ways).status_code == 422
    words = {"title_en": "Events", "body_en": "Invitations.", "refusal_en": "Nothing changes."}
    officer.post("/consent/documents/purpose.events/draft/", words)
    officer.post("/consent/documents/purpose.events/publish/", {"meaning": "wording"})
    assert officer.post("/consent/purposes/events/", ways).status_code == 302
    assert Purpose.objects.get(key="events").is_active


def test_the_night_is_asked_for_by_the_ways_that_are_chosen(officer: Client) -> None:
    officer.post("/consent/purposes/marketing/", {"channels": ["email", "sms"], "night": ["sms"], "is_active": "on"})
    assert Purpose.objects.get(key="marketing").channels == ["email", "sms"]
    assert Purpose.objects.get(key="marketing_night").channels == ["sms"]


@pytest.mark.parametrize("form", ["signup", "warranty", "preorder", "feedback"])
def test_a_form_says_what_becomes_of_the_answers_before_it_asks_and_is_closed_without(
    client: Client, form: str
) -> None:
    page = client.get(f"/{form}/?lang=en").content.decode()
    assert page.index("Who sees them") < page.index('name="name"')
    policies.withdraw(name=f"form.{form}", actor=actors.SYSTEM, at=timezone.now())
    with pytest.raises(disclosures.NotDisclosed):
        disclosures.require("form", form, language="en", at=timezone.now())
    closed = client.get(f"/{form}/?lang=en")
    assert closed.status_code == 404
    assert b"This form is not open" in closed.content
    assert b"For staff" not in closed.content
    assert filling.send(client, form, **ANN).status_code == 404
    assert not Customer.objects.filter(status="known").exists()
    client.force_login(factories.staff("privacy"))
    assert b"For staff" in client.get(f"/{form}/?lang=en").content


def test_what_was_shown_is_kept_with_the_answer_and_counted(client: Client) -> None:
    client.get("/signup/?lang=ko")
    client.get("/signup/?lang=ko", headers={"Sec-Purpose": "prefetch"})
    client.head("/signup/?lang=ko")
    filling.send(client, "signup", "?lang=ko", **ANN, consent_marketing_email="on")
    shown = ServedNotice.objects.get()
    record = ConsentRecord.objects.get(status="given")
    assert (shown.customer_id, shown.language, shown.agreed) == (record.customer_id, "ko", 1)
    assert shown.records == [record.id]
    assert shown.versions == {
        "form.signup": "1",
        "privacy": "1.0",
        "terms": "1.0",
        "purpose.marketing": record.purpose_version,
        "purpose.profiling": "1",
    }
    (counted,) = ServedCount.objects.values("shown").filter(shown__gt=0)
    assert counted == {"shown": 1}


def test_answers_are_counted_by_form_and_set_of_texts(client: Client, django_capture_on_commit_callbacks) -> None:
    client.get("/signup/?lang=en")
    with django_capture_on_commit_callbacks(execute=True):
        filling.send(client, "signup", **ANN, consent_marketing_email="on")
    (found,) = served.conversions(since=timezone.now().date())
    assert (found.place, found.shown, found.answered, found.agreed) == ("form.signup", 1, 1, 1)
    client.force_login(factories.staff("privacy"))
    assert b"100.0%" in client.get("/consent/purposes/").content


def test_terms_are_accepted_by_a_box_of_their_own(client: Client) -> None:
    refused = filling.send(client, "signup", **ANN, accept_terms="", consent_marketing_email="on")
    assert refused.status_code == 422
    assert "accept_terms" in refused.context["form"].errors
    assert filling.send(client, "signup", "?lang=th", **ANN).status_code == 302
    accepted = TermsAcceptance.objects.get()
    assert (accepted.version, accepted.language, accepted.place) == ("1.0", "th", "form.signup")
    assert not ConsentRecord.objects.exists()


def test_who_answers_words_that_changed_meanwhile_is_shown_the_new_ones_first(client: Client) -> None:
    token = filling.token("signup")
    version = policies.begin(name="purpose.marketing", actor=actors.SYSTEM, at=timezone.now())
    policies.publish(version=version, actor=actors.SYSTEM, at=timezone.now())
    asked = filling.send(client, "signup", form_token=token, **ANN, consent_marketing_email="on")
    assert asked.status_code == 422
    assert b"Our texts changed" in asked.content
    assert not ConsentRecord.objects.exists()


def test_old_counts_go_with_the_nightly_purge(client: Client) -> None:
    client.get("/signup/")
    client.get("/warranty/")
    ServedCount.objects.filter(place="form.signup").update(day=timezone.now().date() - dt.timedelta(days=3 * 366))
    call_command("purge_expired")
    assert list(ServedCount.objects.values_list("place", flat=True)) == ["form.warranty"]


def test_an_officer_says_after_how_many_months_a_yes_lapses_and_reads_what_that_stops(officer: Client) -> None:
    ways = {"channels": ["email"], "night": ["email"], "is_active": "on"}
    factories.consent(factories.customer(), at=timezone.now() - dt.timedelta(days=100))
    for wrong in ("0", "121", "-3", "1e2", "two"):
        answer = officer.post("/consent/purposes/marketing/", {**ways, "lapses_after": wrong})
        assert (answer.status_code, Purpose.objects.get(key="marketing").lapses_after) == (422, None)
    answer = officer.post("/consent/purposes/marketing/", {**ways, "lapses_after": "3"}, follow=True)
    assert b'name="lapses_after"' in answer.content
    assert "1 permission is older than that" in answer.content.decode()
    assert set(Purpose.objects.filter(lapses_after=3).values_list("key", flat=True)) == {"marketing", "marketing_night"}
    officer.post("/consent/purposes/marketing/", ways)
    assert not Purpose.objects.filter(lapses_after__isnull=False).exists()
