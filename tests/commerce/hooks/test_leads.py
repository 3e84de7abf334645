"""Leads of Facebook, LinkedIn and LINE through the door: signatures and trials, what is fetched, and what goes wrong."""

import datetime as dt
import hashlib
import hmac
import json

import pytest
from django.utils import timezone

from cdp.core import actors, source_secrets
from cdp.core.crypto import subjects
from cdp.core.models import SourceToken
from commerce.models import HookDelivery, HookTally
from commerce.selectors import hooks as reading
from commerce.services import connecting
from commerce.services.hooks import deliveries
from consent.models import ConsentRecord, ConsentState
from consent.selectors import policies
from customers.models import Customer, Lead
from customers.selectors import leads, profiles
from tests import factories
from tests.commerce.hooks.platforms import SECRET, TOKEN, Facebook, Line, LinkedIn

pytestmark = pytest.mark.django_db
PERSON = {"full_name": "Ada Somsri", "email": "ada@example.com", "phone_number": "+66812345678"}


def proof(record: ConsentRecord) -> dict:
    opened = subjects.load([record.customer_id]).open(
        record.evidence, table="consent_consentrecord", column="evidence", row=record.id
    )
    return json.loads(opened)


def only() -> Lead:
    return Lead.objects.get()


# --- Facebook ---------------------------------------------------------------------------------------------------


def test_facebook_is_answered_its_number_when_it_repeats_our_token(facebook):
    token = source_secrets.verify_token(facebook.source.key)
    asked = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1158201444"}
    response = facebook.client.get(facebook.address, asked)
    assert (response.status_code, response.content) == (200, b"1158201444")
    assert response["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    "changed", [{"hub.verify_token": "guess"}, {"hub.mode": "unsubscribe"}, {"hub.challenge": "<script>"}]
)
def test_facebook_is_not_agreed_with_otherwise(facebook, changed):
    token = source_secrets.verify_token(facebook.source.key)
    asked = {"hub.mode": "subscribe", "hub.verify_token": token, "hub.challenge": "1", **changed}
    assert facebook.client.get(facebook.address, asked).status_code == 403


def test_a_lead_is_fetched_and_belongs_to_somebody_new_with_its_source(facebook):
    facebook.has("1001", **PERSON, **{"what_is_your_skin_type?": "dry"})
    facebook.tell(facebook.notify("1001"))
    lead = only()
    assert (lead.platform, lead.source, lead.status) == ("instagram", "shop-facebook", "new")
    assert (lead.form, lead.campaign, lead.ad, lead.is_organic) == ("Skin test", "Autumn 2026", "Autumn serum", False)
    assert lead.arrived_at == dt.datetime(2026, 10, 3, 8, tzinfo=dt.UTC)
    person = profiles.one(lead.customer_id)
    assert (person.name, person.email, person.phone) == ("Ada Somsri", "ada@example.com", "+66812345678")
    assert person.customer.source == "shop-facebook"
    answers = leads.opened(lead).answers
    assert [(one.question, one.answer) for one in answers] == [("What is your skin type?", "dry")]
    assert facebook.states() == [("done", "")]


def test_the_access_token_travels_in_a_header_and_is_proven(facebook):
    facebook.has("1001", **PERSON)
    facebook.tell(facebook.notify("1001"))
    path, query, headers = facebook.api.asked[0]
    assert path == "/1001"
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert query["appsecret_proof"] == [hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()]
    assert "access_token" not in query


def test_each_lead_of_one_body_has_its_own_fate(facebook):
    facebook.has("1001", **PERSON)
    facebook.tell(facebook.notify("1001", "1002"))
    assert sorted(facebook.states()) == [("done", ""), ("failed", "lead_gone")]
    assert Lead.objects.count() == 1


def test_a_body_that_carries_the_answers_needs_no_fetching(facebook):
    told = facebook.notify("1003", field_data=[{"name": "email", "values": ["bo@example.com"]}])
    facebook.tell(told)
    assert (only().external_id, facebook.api.asked) == ("1003", [])


def test_the_same_lead_again_changes_nothing(facebook):
    facebook.has("1001", **PERSON)
    facebook.tell(facebook.notify("1001"))
    facebook.tell(facebook.notify("1001"))
    facebook.tell(facebook.notify("1001", created_time=1_790_000_001))
    assert Lead.objects.count() == Customer.objects.filter(status="known").count() == 1


def test_somebody_known_keeps_name_and_phone_and_the_lead_says_what_was_told(facebook):
    known = factories.customer(email="ada@example.com", name="Ada Jaidee", phone="+66899999999")
    facebook.has("1001", **PERSON)
    facebook.tell(facebook.notify("1001"))
    person = profiles.one(known.id)
    assert (person.name, person.phone) == ("Ada Jaidee", "+66899999999")
    assert "shop-facebook" in person.customer.sources
    told = leads.opened(only()).told
    assert (told["name"], told["phone"]) == ("Ada Somsri", "+66812345678")


def test_a_lead_that_names_nobody_is_kept_with_the_reason(facebook):
    facebook.has("1001", full_name="Ada Somsri")
    facebook.tell(facebook.notify("1001"))
    assert facebook.states() == [("failed", "nobody_named")]


def test_the_trial_lead_of_the_platform_is_nobody(facebook):
    facebook.has("1001", email="test@fb.com", full_name="<test lead: dummy data for full_name>")
    facebook.tell(facebook.notify("1001"))
    assert (Lead.objects.count(), facebook.states()) == (0, [("ignored", "")])


@pytest.mark.parametrize(
    ("status", "error", "reason"),
    [
        (400, {"code": 190}, "token_refused"),
        (403, {"code": 200}, "permission_missing"),
        (400, {"code": 100, "error_subcode": 33}, "lead_gone"),
        (400, {"code": 2500}, "platform_refused"),
        (401, {}, "token_refused"),
    ],
)
def test_what_will_not_get_better_is_told_to_staff_in_words(facebook, status, error, reason):
    facebook.api.answers["/1001"] = (status, {"error": error})
    facebook.tell(facebook.notify("1001"))
    assert facebook.states() == [("failed", reason)]
    assert str(reading.reason(reason)) != reason


def test_without_a_token_staff_are_told_and_a_token_brings_the_lead(client, api):
    facebook = Facebook(client, api, token="")
    facebook.has("1001", **PERSON)
    facebook.tell(facebook.notify("1001"))
    assert facebook.states() == [("failed", "token_missing")]
    connecting.connect(
        name="shop facebook",
        secret=SECRET,
        vendor="facebook",
        token=TOKEN,
        actor=actors.SYSTEM,
        now=timezone.now(),
        replaces=True,
    )
    deliveries.work_off(now=timezone.now())
    assert (facebook.states(), Lead.objects.count()) == ([("done", "")], 1)


def connected_again(vendor, **more):
    told = {"secret": SECRET, "vendor": vendor, "actor": actors.SYSTEM, "now": timezone.now(), "replaces": True}
    return connecting.connect(name="shop facebook", **told, **more)


def test_a_token_is_never_shown_to_another_platform(client, api):
    facebook = Facebook(client, api, box="newsletter")
    facebook.send(facebook.notify("1001"))
    source = connected_again("line")
    assert source_secrets.find_token(source, "access") == ""
    assert source_secrets.find_token(source, "consent box") == ""
    connected_again("line", token="a-token-of-line")
    deliveries.work_off(now=timezone.now())
    assert (facebook.states(), api.asked) == ([("failed", "token_missing")], [])


def test_connected_again_with_an_empty_box_no_box_is_consent_and_the_token_stays(client, api):
    source = Facebook(client, api, box="newsletter").source
    connected_again("facebook")
    assert source_secrets.find_token(source, "consent box") == ""
    assert source_secrets.find_token(source, "access") == TOKEN


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((500, b"<html>oops</html>"), "platform_down"),
        ((200, b"no json"), "not_json"),
        ((400, {"error": {"code": 4}}), "rate_limited"),
        ((429, {}, {"Retry-After": "120"}), "rate_limited"),
    ],
)
def test_what_may_get_better_is_tried_again_later(facebook, answer, reason):
    now = timezone.now()
    facebook.api.answers["/1001"] = answer
    facebook.tell(facebook.notify("1001"))
    kept = HookDelivery.objects.get()
    assert (kept.state, kept.reason) == ("waiting", reason)
    assert kept.next_at >= now + dt.timedelta(minutes=1)
    facebook.has("1001", **PERSON)
    deliveries.work_off(now=kept.next_at)
    assert (facebook.states(), Lead.objects.count()) == ([("done", "")], 1)


def test_a_platform_that_does_not_answer_holds_up_nobody_else(facebook, settings):
    settings.CDP_META_URL = "http://127.0.0.1:1"
    facebook.tell(facebook.notify("1001", "1002", "1003"))
    now = timezone.now()
    kept = HookDelivery.objects.order_by("id")
    assert [(one.state, one.attempts) for one in kept] == [("waiting", 1), ("waiting", 0), ("waiting", 0)]
    assert all(one.next_at > now for one in kept)


def test_a_platform_that_is_out_of_order_is_asked_each_hour_for_six_days(facebook):
    facebook.api.answers["/1001"] = (503, {})
    facebook.send(facebook.notify("1001"))
    received = HookDelivery.objects.get().received_at
    for _ in range(2 * deliveries.MOST_ATTEMPTS):
        due = HookDelivery.objects.get().next_at
        deliveries.work_off(now=due, limit=1)
        kept = HookDelivery.objects.get()
        assert (kept.state, kept.next_at - due <= dt.timedelta(hours=1)) == ("waiting", True)
    deliveries.work_off(now=received + dt.timedelta(days=6, hours=1), limit=1)
    assert facebook.states() == [("failed", "platform_down")]


def test_a_ticked_box_that_staff_named_is_consent_with_its_proof(client, api):
    facebook = Facebook(client, api, box="newsletter")
    facebook.has("1001", boxes=("newsletter", "terms"), **PERSON)
    api.answers["/1001"][1]["created_time"] = timezone.now().isoformat()
    facebook.tell(facebook.notify("1001"))
    record = ConsentRecord.objects.get()
    assert (record.purpose, record.channel, record.status, record.source) == (
        "marketing",
        "email",
        "given",
        "shop-facebook",
    )
    assert record.policy_version == policies.current_version("privacy", at=record.at) != ""
    assert proof(record) == {
        "platform": "instagram",
        "lead": "1001",
        "form": "Skin test",
        "form_id": "77001",
        "box": "newsletter",
        "text": "Yes, send me news by e-mail.",
        "shown": ["News Once a month, and you can leave at any time.", "Yes, send me news by e-mail."],
    }


def test_a_ticked_box_of_linkedin_is_consent_with_its_words(client, api):
    linkedin = LinkedIn(client, api, box="7")
    linkedin.has("r-1", consents=("7",), email="bo@example.com")
    linkedin.tell(linkedin.notify("r-1"))
    told = proof(ConsentRecord.objects.get())
    assert (told["form_id"], told["box"], told["text"]) == ("3162", "7", "Yes, by e-mail.")
    assert told["shown"] == ["We write to you about hotels.", "Yes, by e-mail."]


@pytest.mark.parametrize("more", [{"country": "DE"}, {"date_of_birth": "2019-05-01"}])
def test_where_a_tick_is_not_enough_nothing_is_recorded(client, api, more):
    facebook = Facebook(client, api, box="newsletter")
    facebook.has("1001", boxes=("newsletter",), **PERSON, **more)
    facebook.tell(facebook.notify("1001"))
    assert (Lead.objects.count(), ConsentRecord.objects.count()) == (1, 0)


@pytest.mark.parametrize("box", ["wordless", "pushy", "unknown"])
def test_a_box_without_words_of_its_own_proves_nothing(client, api, box):
    facebook = Facebook(client, api, box=box)
    facebook.has("1001", boxes=(box,), **PERSON)
    facebook.tell(facebook.notify("1001"))
    assert (Lead.objects.count(), ConsentRecord.objects.count()) == (1, 0)


def test_a_lead_with_a_ticked_box_waits_for_the_words_beside_it(client, api):
    facebook = Facebook(client, api, box="newsletter")
    facebook.has("1001", boxes=("newsletter",), **PERSON)
    form, api.answers["/77001"] = api.answers["/77001"], (503, {})
    facebook.tell(facebook.notify("1001"))
    assert facebook.states() == [("waiting", "platform_down")]
    api.answers["/77001"] = form
    deliveries.work_off(now=HookDelivery.objects.get().next_at)
    assert (facebook.states(), ConsentRecord.objects.count()) == ([("done", "")], 1)


@pytest.mark.parametrize("boxes", [(), ("terms",)])
def test_any_other_box_is_no_consent(client, api, boxes):
    facebook = Facebook(client, api, box="newsletter")
    facebook.has("1001", boxes=boxes, **PERSON)
    facebook.tell(facebook.notify("1001"))
    assert Lead.objects.exists()
    assert not ConsentRecord.objects.exists()


def test_a_form_does_not_undo_what_somebody_refused(client, api):
    known = factories.customer(email="ada@example.com", name="Ada")
    factories.consent(known, granted=False)
    facebook = Facebook(client, api, box="newsletter")
    facebook.has("1001", boxes=("newsletter",), **PERSON)
    facebook.tell(facebook.notify("1001"))
    assert not ConsentState.objects.get(customer=known, purpose="marketing", channel="email").is_granted


@pytest.mark.parametrize("vendor", [Facebook, LinkedIn, Line])
def test_a_wrong_signature_is_refused(client, api, vendor):
    platform = vendor(client, api)
    assert platform.send({"entry": []}, secret="another").status_code == 401
    assert not HookDelivery.objects.exists()


@pytest.mark.parametrize("vendor", [Facebook, LinkedIn, Line])
@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b'{"entry": 1, "events": 1, "notifications": 1}'])
def test_nonsense_is_refused(client, api, vendor, body):
    platform = vendor(client, api)
    assert platform.send(body).status_code == 400
    assert not HookDelivery.objects.exists()


def test_a_secret_of_one_platform_does_not_open_the_door_of_another(facebook):
    other = Line.__new__(Line)
    other.client, other.api, other.source = facebook.client, facebook.api, facebook.source
    assert other.send({"events": []}).status_code == 401


def test_changes_of_another_field_are_counted_and_nothing_else(facebook):
    body = facebook.notify("1001")
    body["entry"][0]["changes"][0]["field"] = "feed"
    facebook.tell(body)
    assert not HookDelivery.objects.exists()
    assert HookTally.objects.get().outcome == "unknown"


# --- LinkedIn ---------------------------------------------------------------------------------------------------


def test_linkedin_gets_its_code_back_signed(linkedin):
    code = "890e4665-4dfe-4ab1-b689-ed553bceeed0"
    answer = linkedin.client.get(linkedin.address, {"challengeCode": code}).json()
    signed = hmac.new(SECRET.encode(), code.encode(), hashlib.sha256).hexdigest()
    assert answer == {"challengeCode": code, "challengeResponse": signed}


def test_a_lead_of_linkedin_is_fetched_with_its_form(linkedin):
    linkedin.has("r-1", email="bo@example.com", first_name="Bo", last_name="Kim", company="Seoul Hotels", rooms="120")
    linkedin.tell(linkedin.notify("r-1"))
    lead = only()
    assert (lead.platform, lead.form, lead.campaign, lead.ad_id) == (
        "linkedin",
        "Catalogue for hotels",
        "Hotels 2026",
        "4455",
    )
    person = profiles.one(lead.customer_id)
    assert (person.name, person.email, person.customer.company) == ("Bo Kim", "bo@example.com", "Seoul Hotels")
    assert [(one.question, one.answer) for one in leads.opened(lead).answers] == [("rooms", "120")]
    headers = linkedin.api.asked[0][2]
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["LinkedIn-Version"].isdigit()


def test_a_lead_that_linkedin_deleted_says_nothing_about_ours(linkedin):
    linkedin.tell(linkedin.notify("r-1", action="DELETED"))
    assert (linkedin.states(), linkedin.api.asked) == ([("ignored", "")], [])


@pytest.mark.parametrize(
    ("status", "reason"), [(401, "token_refused"), (403, "permission_missing"), (404, "lead_gone")]
)
def test_what_linkedin_refuses_is_told_in_words(linkedin, status, reason):
    linkedin.api.answers["/leadFormResponses/r-1"] = (status, {})
    linkedin.tell(linkedin.notify("r-1"))
    assert linkedin.states() == [("failed", reason)]


def test_a_token_that_was_refused_is_forgotten_with_a_new_one(facebook):
    facebook.api.answers["/1001"] = (401, {"error": {}})
    facebook.tell(facebook.notify("1001"))
    assert SourceToken.objects.get(name="access").refused_for == "token_refused"
    connected_again("facebook", token="EAAB-another-token")
    assert SourceToken.objects.get(name="access").refused_at is None


def test_what_does_not_fit_its_place_stays_whole_among_the_answers(facebook):
    campaign, letter = "Autumn " * 40, "word " * 1500
    facebook.has("1001", **{**PERSON, "phone_number": "12"}, your_wish=letter)
    status, lead = facebook.api.answers["/1001"]
    facebook.api.answers["/1001"] = (status, {**lead, "campaign_name": campaign})
    facebook.tell(facebook.notify("1001"))
    told = {one.question: one.answer for one in leads.opened(only()).answers}
    assert (told["campaign"], told["phone"], told["your wish"]) == (campaign.strip(), "12", letter.strip())
    assert (only().campaign, facebook.states()) == ("", [("done", "")])


def test_a_lead_with_more_than_can_be_kept_is_taken_without_it_and_staff_are_told(facebook):
    facebook.has("1001", **PERSON, your_wish="word " * 3000, colour="blue")
    facebook.tell(facebook.notify("1001"))
    assert [one.answer for one in leads.opened(only()).answers] == ["blue"]
    assert facebook.states() == [("failed", "too_long")]
    assert str(reading.reason("too_long")) != "too_long"
