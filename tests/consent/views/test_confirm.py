"""Double opt-in: a tick counts once whoever reads the address says so, once, in time."""

import datetime as dt
import re

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from cdp.core import actors, outbox
from cdp.core.models import Notice
from cdp.core.outbox import composing, writing
from consent.models import ConsentRecord, ConsentState, Pending, PrivacyAttempt, Purpose, ServedNotice
from consent.services import asked_links, confirming, gate, links, ticks
from customers.models import ContactPoint, Customer
from customers.services import merging
from tests import factories, filling

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
SHOWN = re.compile(r'name="shown" value="([^"]+)"')
LINK = re.compile(r"https?://[^/]+(/confirm/[^\s\"<]+)")
FORM = {"source": "signup", "method": "form", "actor": actors.CUSTOMER, "language": "en"}


@pytest.fixture(autouse=True)
def at_noon(settings, tmp_path):
    settings.CDP_VAR = tmp_path
    settings.EMAIL_URL = "file:"
    cache.clear()
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def tick(customer, *boxes, at=NOW, email="uwe@example.com", **told):
    factories.source("signup")
    form = ticks.Form(**FORM, at=at, evidence={"form": "signup", "ip": "203.0.113.0"}, email=email, **told)
    made = [ticks.Box(*(box or ("marketing", "email", "News by e-mail"))) for box in boxes or (None,)]
    return ticks.record(customer=customer.id, boxes=made, form=form, now=at)


@pytest.fixture
def uwe():
    return factories.customer(email="uwe@example.com", country="DE")


def link(folder):
    outbox.send_due(now=NOW)
    (path,) = (folder / "outbox").glob("*.eml")
    import email
    import email.policy

    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return LINK.search(message.get_body(("plain",)).get_content())[1]


def stranger():
    return Client(enforce_csrf_checks=True)


def test_a_tick_from_germany_is_no_grant_but_a_question(uwe, tmp_path):
    assert tick(uwe) == 0
    assert not ConsentRecord.objects.exists()
    assert Pending.objects.get().boxes == [["marketing", "email"]]
    address = link(tmp_path)
    page = stranger().get(address)
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert "News by e-mail" in page.content.decode()
    assert not ConsentRecord.objects.exists()  # looking confirms nothing


def test_the_press_grants_with_both_steps_in_the_proof(uwe, tmp_path, at_noon):
    from cdp.core.crypto import subjects
    from consent.selectors import ledger

    tick(uwe)
    address = link(tmp_path)
    at_noon.shift(HOUR)
    answer = stranger().post(address, headers={"User-Agent": "Mozilla/5.0 (phone)"}, REMOTE_ADDR="198.51.100.77")
    assert answer.status_code == 200
    assert "/preferences/" in answer.content.decode()
    record = ConsentRecord.objects.get()
    assert (record.status, record.at, record.method) == ("given", NOW + HOUR, "form")
    proof = ledger.evidence(record, subjects.load([uwe.id]))
    assert proof["text"] == "News by e-mail"
    assert (proof["ticked_at"], proof["ip"]) == (NOW.isoformat(), "203.0.113.0")
    assert proof["confirmed"]["at"] == (NOW + HOUR).isoformat()
    assert (proof["confirmed"]["ip"], proof["confirmed"]["user_agent"]) == ("198.51.100.0", "Mozilla/5.0 (phone)")
    assert ConsentState.objects.get().is_granted


def test_a_second_press_is_answered_politely_and_grants_nothing_back(uwe, tmp_path):
    tick(uwe)
    address = link(tmp_path)
    assert stranger().post(address).status_code == 200
    factories.consent(Customer.objects.get(id=uwe.id), granted=False, at=NOW + HOUR)
    for ask in (stranger().get, stranger().post):
        answer = ask(address)
        assert (answer.status_code, "confirmed already" in answer.content.decode()) == (200, True)
    assert not ConsentState.objects.get().is_granted


def test_two_presses_that_saw_the_same_page_grant_once(uwe, tmp_path, monkeypatch):
    tick(uwe)
    token = link(tmp_path).removeprefix("/confirm/")
    page = confirming.read(token, now=NOW)
    # The second has looked before the first wrote.
    monkeypatch.setattr(confirming, "read", lambda *_token, **_when: page)
    confirming.confirm(token, proof={}, at=NOW)
    with pytest.raises(confirming.Unconfirmable, match="used"):
        confirming.confirm(token, proof={}, at=NOW)
    assert ConsentRecord.objects.count() == 1


def test_after_two_days_the_link_is_over_and_the_proof_gone(uwe, tmp_path, at_noon):
    tick(uwe)
    address = link(tmp_path)
    at_noon.shift(confirming.LASTS)
    assert stranger().post(address).status_code == 410
    assert confirming.sweep(now=NOW + confirming.LASTS) == 1
    assert (Pending.objects.get().state, Pending.objects.get().told) == ("expired", None)
    assert stranger().get(address).status_code == 410
    confirming.sweep(now=NOW + confirming.LASTS + dt.timedelta(days=8))
    assert not Pending.objects.exists()
    assert stranger().get(address).status_code == 410
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize("broken", ["/confirm/", "/confirm/x", "/confirm/" + "A" * 80, "/confirm/%F0%9F%8E%84"])
def test_a_forged_or_cut_link_says_so_and_nothing_else(uwe, broken):
    tick(uwe)
    for ask in (stranger().get, stranger().post):
        answer = ask(broken)
        assert answer.status_code == 404
        assert "no longer works" in answer.content.decode()
    assert set(PrivacyAttempt.objects.values_list("what", "why")) == {("confirm", "forged")}
    assert not ConsentRecord.objects.exists()


def test_the_same_form_again_writes_no_second_mail_and_an_address_is_left_in_peace(uwe):
    for minutes in (0, 1, 30, 60, 90, 120):
        tick(uwe, at=NOW + dt.timedelta(minutes=minutes))
    assert Notice.objects.count() == confirming.MOST
    tick(uwe, at=NOW + dt.timedelta(days=1, minutes=5))
    assert Notice.objects.count() == confirming.MOST + 1


def test_what_is_allowed_already_is_not_asked_for_again_and_what_was_refused_may_be(uwe):
    factories.consent(uwe, channel="sms", at=NOW - HOUR)
    factories.consent(uwe, granted=False, at=NOW - HOUR)
    tick(uwe, ("marketing", "sms", "By SMS"), ("marketing", "email", "By e-mail"))
    assert Pending.objects.get().boxes == [["marketing", "email"]]


def test_boxes_for_the_phone_are_confirmed_on_the_phone():
    uwe = factories.customer(email="uwe@example.com", phone="+4915112345678", country="DE")
    tick(uwe, ("marketing", "email", "By e-mail"), ("marketing", "sms", "By SMS"), phone="+4915112345678")
    assert set(Notice.objects.values_list("channel", flat=True)) == {"email", "sms"}


def test_words_that_mean_something_else_are_shown_again_and_the_second_press_counts(uwe, tmp_path, at_noon):
    tick(uwe)
    address = link(tmp_path)
    page = stranger().get(address).content.decode()
    Purpose.objects.filter(key="marketing").update(meaning_since=NOW + HOUR)
    at_noon.shift(2 * HOUR)
    answer = stranger().post(address, {"shown": SHOWN.search(page)[1]})
    assert (answer.status_code, "texts changed" in answer.content.decode()) == (422, True)
    assert not ConsentRecord.objects.exists()
    assert Pending.objects.get().state == "waiting"
    assert "News and offers · E-mail" in answer.content.decode()  # the words of today
    assert stranger().post(address, {"shown": SHOWN.search(answer.content.decode())[1]}).status_code == 200
    record = ConsentRecord.objects.get()
    row = ServedNotice.objects.get()
    assert (row.place, row.language, row.records, row.agreed) == ("confirm", "en", [record.id], 1)
    assert row.shown_at == NOW + 2 * HOUR
    assert gate.decide(customer=uwe.id, purpose="marketing", channel="email", at=NOW + 2 * HOUR).is_allowed


def test_a_purpose_that_was_given_up_meanwhile_is_granted_by_nobody(uwe, tmp_path):
    tick(uwe)
    address = link(tmp_path)
    Purpose.objects.filter(key="marketing").update(is_active=False)
    assert stranger().post(address).status_code == 410
    assert not ConsentRecord.objects.exists()


def test_a_new_link_goes_to_the_address_that_was_asked_and_nobody_learns_whether(uwe, tmp_path, at_noon):
    """Expired, confirmed, forged: one answer; a worker writes only where something still waits."""
    tick(uwe)
    old = link(tmp_path)
    at_noon.shift(confirming.LASTS + HOUR)
    confirming.sweep(now=NOW + confirming.LASTS + HOUR)
    assert 'value="again"' in stranger().get(old).content.decode()
    answers = {stranger().post(one, {"act": "again"}).content for one in (old, "/confirm/forged")}
    assert len(answers) == 1
    assert Notice.objects.count() == 1, "the door writes no mail"
    asked_links.send_waiting(now=timezone.now())
    new = Notice.objects.order_by("id").last()
    assert (Notice.objects.count(), new.address_digest) == (2, writing.digest("uwe@example.com", channel="email"))
    row = Pending.objects.get(state="waiting")
    assert stranger().get(old).status_code == 410
    assert stranger().post(confirming.url(row).removeprefix(settings.CDP_BASE_URL)).status_code == 200
    assert ConsentState.objects.get().is_granted
    # What was confirmed is not asked again.
    stranger().post(old, {"act": "again"})
    asked_links.send_waiting(now=timezone.now())
    assert Notice.objects.count() == 2


def test_who_was_merged_meanwhile_confirms_for_the_one_they_are_now(uwe, tmp_path):
    tick(uwe)
    address = link(tmp_path)
    other = factories.customer(email="uwe.b@example.com")
    merging.merge(survivor=other.id, absorbed=uwe.id, reason="steward", actor=actors.SYSTEM, at=NOW)
    assert stranger().post(address).status_code == 200
    assert ConsentState.objects.get().customer_id == other.id


def test_a_stranger_with_somebodys_phone_and_name_confirms_for_the_own_address_only(client, settings, tmp_path):
    settings.CDP_DOUBLE_OPT_IN = "always"
    victim = factories.customer(name="Ann Plant", phone="0812345678", now=NOW - HOUR)
    filling.send(
        client,
        "signup",
        name="Ann Plant",
        phone="0812345678",
        email="mallory@example.com",
        consent_marketing_email="on",
    )
    page = stranger().post(link(tmp_path)).content.decode()
    assert not ConsentRecord.objects.filter(customer_id=victim.id).exists()
    assert not Pending.objects.filter(customer_id=victim.id).exists()
    token = re.search(r"/preferences/([^?\"]+)", page)[1]
    owner = links.read_preferences(token, now=NOW)
    assert owner != victim.id
    assert ConsentState.objects.get().customer_id == owner
    assert list(ContactPoint.objects.filter(customer_id=owner).values_list("kind", "verified_at")) == [("email", NOW)]


def test_an_address_that_was_taken_from_the_profile_meanwhile_confirms_nothing(uwe, tmp_path):
    tick(uwe)
    address = link(tmp_path)
    ContactPoint.objects.filter(customer_id=uwe.id, kind="email").delete()
    for ask in (stranger().get, stranger().post):
        answer = ask(address)
        assert (answer.status_code, "/preferences/A" in answer.content.decode()) == (410, False)
    assert not ConsentRecord.objects.exists()


def test_who_mistyped_the_address_and_corrects_it_at_once_is_asked_there_too(uwe):
    tick(uwe, email="uwe@exmaple.com")
    tick(uwe, at=NOW + dt.timedelta(minutes=2))
    assert set(Notice.objects.values_list("address_digest", flat=True)) == {
        writing.digest(one, channel="email") for one in ("uwe@exmaple.com", "uwe@example.com")
    }


def test_a_shop_can_ask_everybody_twice(settings):
    mali = factories.customer(email="mali@example.com", country="TH")
    assert tick(mali) == 1
    ConsentRecord.objects.all()
    settings.CDP_DOUBLE_OPT_IN = "always"
    assert tick(mali, ("marketing", "sms", "By SMS")) == 0
    assert Pending.objects.count() == 1


@pytest.mark.parametrize("language", ["en", "th", "ko"])
def test_the_mail_advertises_nothing_and_names_sender_and_policy(uwe, language):
    tick(uwe)
    row = Notice.objects.get()
    told = composing.Outgoing(
        id=row.id,
        kind=row.kind,
        customer=row.customer_id,
        channel="email",
        address="uwe@example.com",
        language=language,
        data={"url": "https://crm.example.com/confirm/x", "words": ["<b>x</b>"], "hours": 48},
        at=NOW,
    )
    seen = composing.parts(told)
    assert "48" in seen.text
    assert "/privacy/" in seen.text
    assert "Sukhumvit" in seen.html
    assert "<b>x</b>" not in seen.html
    assert "/preferences/" not in seen.text  # nobody knows yet who reads it
    assert "https://crm.example.com/confirm/x" in seen.short


@pytest.mark.parametrize("known", [True, False])
def test_the_sign_up_answers_the_same_and_asks_whoever_reads_the_address(client, settings, known):
    settings.CDP_DOUBLE_OPT_IN = "always"
    if known:
        factories.consent(factories.customer(email="ann@example.com"), granted=False, at=NOW - HOUR)
    with time_machine.travel(NOW + HOUR, tick=False):
        answer = filling.send(client, "signup", name="Ann", email="ann@example.com", consent_marketing_email="on")
        assert (answer.status_code, answer["Location"]) == (302, "/signup/done/")
        assert "We sent you an e-mail. Press the button in it" in client.get("/signup/done/").content.decode()
    assert Notice.objects.get().address_digest == writing.digest("ann@example.com", channel="email")
    assert not ConsentRecord.objects.filter(status="given").exists()
