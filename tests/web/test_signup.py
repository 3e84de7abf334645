"""The public sign-up form: exactly what was ticked is recorded, nobody is renamed, nobody learns who is known."""

import json
import re
from urllib.parse import urlsplit

import pytest
from django.core.cache import cache
from django.utils import timezone

from cdp.core import bounding
from cdp.core.crypto import subjects
from consent.models import ConsentRecord, ConsentState, Pending
from consent.selectors import ledger, policies, purposes
from consent.services import confirming, gate
from customers.models import ContactPoint, Customer
from customers.selectors import profiles, sharing
from customers.services.identity import resolving
from tests import factories, filling


@pytest.fixture(autouse=True)
def empty_cache():
    cache.clear()


def fill(client, **fields):
    return filling.send(client, "signup", **{"name": "Ann Smith", "email": "ann@example.com", **fields})


def only() -> Customer:
    return Customer.objects.get(status="known")


def name_of(customer: Customer) -> str:
    return subjects.load([customer.id]).open(customer.name, table="customers_customer", column="name", row=customer.id)


def test_a_title_is_no_given_name(db, client):
    fill(client, name="ด.ญ. จันทร์จิรา")
    found = profiles.one(only())
    assert (found.name, found.given_name, found.family_name) == ("ด.ญ. จันทร์จิรา", "จันทร์จิรา", "")


def test_no_box_is_ticked_beforehand(db, client):
    page = client.get("/signup/").content.decode()
    assert page.count('type="checkbox"') >= 4
    assert (page.count("You can stop them at any time"), page.count('aria-describedby="about-marketing"')) == (1, 3)
    assert "checked" not in page


def test_unticked_boxes_leave_no_record(db, client):
    assert fill(client).status_code == 302
    assert only().source == "signup"
    assert not ConsentRecord.objects.exists()


def test_a_ticked_box_is_recorded_with_what_was_shown_and_which_policy_held(db, client):
    fill(client, consent_marketing_email="on")
    record = ConsentRecord.objects.get()
    assert (record.purpose, record.channel, record.status, record.method) == ("marketing", "email", "given", "form")
    assert record.policy_version == policies.current_version("privacy", at=timezone.now())
    evidence = json.loads(
        subjects.load([record.customer_id]).open(
            record.evidence, table="consent_consentrecord", column="evidence", row=record.id
        )
    )
    assert evidence["form"] == "signup"
    assert evidence["text"] in evidence["shown"]
    assert len(evidence["shown"]) >= 2
    wording = next(one for one in purposes.offered("en") if one.key == "marketing")
    assert wording.description
    assert wording.description in evidence["text"]
    assert any("line" in told.casefold() and wording.description in told for told in evidence["shown"])
    assert list(ConsentState.objects.values_list("purpose", "channel", "is_granted")) == [("marketing", "email", True)]


@pytest.mark.parametrize(
    ("phone", "query", "is_asked", "status"),
    [
        ("0812345678", "?lang=th", False, None),  # asked for nothing, so it may rest on our interest
        ("+4915123456789", "?lang=en", False, None),
        ("+821012345678", "?lang=ko", True, None),  # a "yes" is needed: silence is none
        ("0812345678", "?lang=ko", True, "denied"),
        ("+4915123456789", "?lang=ko", True, "denied"),
    ],
)
def test_who_is_asked_for_a_yes_and_leaves_the_box_alone_is_not_profiled_by_our_interest(
    db, client, phone, query, is_asked, status
):
    assert ('name="consent_profiling_any"' in client.get(f"/signup/{query}").content.decode()) is is_asked
    told = {"name": "Ann Smith", "phone": phone}
    assert filling.send(client, "signup", query, **told).status_code == 302
    found = ConsentRecord.objects.filter(purpose="profiling").first()
    assert (found.status if found else None) == status
    if found:
        assert ledger.evidence(found, subjects.load([found.customer_id]))["how"] == "left unticked"
    decision = gate.decide(customer=only().id, purpose="profiling", channel="any", at=timezone.now())
    assert decision.is_allowed is not is_asked
    filling.send(client, "signup", query, **told)
    assert ConsentRecord.objects.count() == bool(found), "what was said stands"


def test_a_box_that_a_stranger_leaves_alone_stops_nothing_of_who_was_known(db, client):
    known = factories.customer(email="ann@example.com", name="Ann Smith", country="TH")
    filling.send(client, "signup", "?lang=ko", name="Ann Smith", email="ann@example.com")
    assert not ConsentRecord.objects.exists()
    assert gate.decide(customer=known.id, purpose="profiling", channel="any", at=timezone.now()).is_allowed


def test_a_tick_after_a_no_counts_once_whoever_reads_the_address_confirms_it(db, client):
    """A stranger who types the address undoes nothing, and the thanks say the same of everybody."""
    known = factories.customer(email="ann@example.com", name="Ann Smith", country="TH")
    factories.consent(known, granted=False)
    answers = []
    for address in ("ann@example.com", "new@example.com"):
        fill(client, email=address, consent_marketing_email="on")
        answers.append(client.get("/signup/done/").content.decode())
    assert all("confirm by it that you want it again" in page for page in answers)
    (pending,) = Pending.objects.all()
    assert (pending.customer_id, pending.boxes) == (known.id, [["marketing", "email"]])
    assert not ConsentState.objects.get(customer=known).is_granted
    path = urlsplit(confirming.url(pending)).path
    shown = re.search(r'name="shown" value="([^"]+)"', client.get(path).content.decode())
    assert shown
    client.post(path, {"act": "yes", "shown": shown[1]})
    assert gate.decide(customer=known.id, purpose="marketing", channel="email", at=timezone.now()).is_allowed


def test_the_words_are_those_of_the_readers_language(db, client):
    told = {"name": "김민수", "email": "k@example.com", "consent_marketing_email": "on"}
    filling.send(client, "signup", "?lang=ko", **told)
    assert ConsentRecord.objects.get().language == "ko"


def test_somebody_known_keeps_name_and_language(db, client):
    known = factories.customer(email="ann@example.com", name="Ann Smith", language="th")
    fill(client, name="Rude Word", interests=["gifts"])
    known.refresh_from_db()
    assert (name_of(known), known.language, known.interests) == ("Ann Smith", "th", ["gifts"])
    assert Customer.objects.filter(status="known").count() == 1


def test_a_family_member_with_the_same_phone_is_somebody_else(db, client):
    ann = factories.customer(phone="0812345678", name="Ann Smith")
    fill(client, name="Bob Smith", email="bob@example.com", phone="0812345678")
    bob = Customer.objects.exclude(id=ann.id).get(status="known")
    assert name_of(bob) == "Bob Smith"
    assert not ContactPoint.objects.filter(customer=ann, kind="email").exists()
    for profile, others in ((profiles.one(ann), [bob.id]), (profiles.one(bob), [ann.id])):
        assert profile is not None
        found, has_more = sharing.of(profile)
        assert ([one.id for one in found], has_more) == (others, False)


def test_known_or_new_gets_the_same_answer(db, client):
    factories.customer(email="ann@example.com", name="Ann Smith")
    known, new = fill(client), fill(client, email="new@example.com")
    assert (known.status_code, known["Location"]) == (new.status_code, new["Location"]) == (302, "/signup/done/")


def test_a_robot_is_thanked_and_forgotten(db, client):
    assert fill(client, website="https://spam.example").status_code == 302
    assert not Customer.objects.filter(status="known").exists()


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"email": "nonsense"}, "email"),
        ({"email": ""}, "email"),
        ({"email": "n/a"}, "email"),
        ({"email": "-"}, "email"),
        ({"name": ""}, "name"),
        ({"name": "-"}, "name"),
        ({"phone": "12"}, "phone"),
        ({"phone": "call me"}, "phone"),
        ({"interests": ["weapons"]}, "interests"),
        ({"heard": "voices"}, "heard"),
        ({"name": "x" * 201}, "name"),
        ({"email": "a\x00@example.com"}, "email"),
    ],
)
def test_a_bad_value_is_told_at_its_field_and_nothing_is_written(db, client, fields, place):
    response = fill(client, consent_marketing_email="on", **fields)
    assert response.status_code == 422
    assert place in response.context["form"].errors
    assert not Customer.objects.filter(status="known").exists()


@pytest.mark.parametrize("language", ["en", "th", "ko"])
def test_the_form_is_there_in_every_language(db, client, language):
    assert client.get(f"/signup/?lang={language}").status_code == 200


def test_too_many_from_one_address_must_wait(db, client, monkeypatch):
    monkeypatch.setattr(bounding, "MOST", 2)
    assert [fill(client, email=f"p{n}@example.com").status_code for n in range(3)] == [302, 302, 429]


def test_where_one_heard_of_us_becomes_a_tag(db, client):
    fill(client, heard="friend")
    assert only().tags == ["heard:friend"]


def test_everything_or_nothing(db, client, monkeypatch):
    from consent.services import grants

    def broken(**_):
        raise ArithmeticError

    monkeypatch.setattr(grants, "record", broken)
    client.raise_request_exception = False
    assert fill(client, consent_marketing_email="on").status_code == 500
    assert not Customer.objects.filter(status="known").exists()


def test_a_stranger_changes_no_way_of_contact_of_somebody_known(db, client):
    known = factories.customer(phone="+66812345678", name="Ann Smith", external_id="c1")
    before = set(ContactPoint.objects.values_list("id", "is_primary"))
    fill(client, email="thief@example.com", phone="+66812345678")
    assert set(ContactPoint.objects.filter(customer=known).values_list("id", "is_primary")) == before
    assert Customer.objects.filter(status="known").count() == 1


def test_a_stranger_does_not_undo_an_unsubscribe(db, client):
    known = factories.customer(email="ann@example.com")
    factories.consent(known, granted=False)
    fill(client, phone="0812345678", consent_marketing_email="on", consent_marketing_sms="on")
    states = dict(ConsentState.objects.filter(customer=known).values_list("channel", "is_granted"))
    assert states == {"email": False, "sms": True}


@pytest.mark.parametrize("known", [{"country": "DE"}, {"birth_date": "2019-05-01"}])
def test_who_one_is_known_to_be_decides_whether_a_tick_is_enough(db, client, known):
    factories.customer(email="ann@example.com", **known)
    fill(client, consent_marketing_email="on")
    assert not ConsentRecord.objects.exists()


def test_a_visitor_who_loses_every_race_is_asked_to_press_again_and_keeps_what_was_typed(db, client, monkeypatch):
    monkeypatch.setattr(resolving, "MOST_TRIES", 0)
    answer = fill(client, phone="081-234-5678", consent_marketing_email="on")
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "Please press the button once more." in page
    assert all(typed in page for typed in ("Ann Smith", "ann@example.com", "081-234-5678", "checked"))
    assert "Please look at the marked fields" not in page
    monkeypatch.undo()
    assert fill(client, consent_marketing_email="on").status_code == 302
    assert only().status == "known"


@pytest.mark.parametrize(
    ("language", "way", "field", "value"),
    [
        ("th", "line", "line_id", "Ann.Smith"),
        ("th", "sms", "phone", "0812345678"),
        ("ko", "kakao", "phone", "+821012345678"),
    ],
)
def test_a_yes_to_a_way_needs_the_way_and_says_what_is_missing(db, client, language, way, field, value):
    told = {"name": "Ann", "email": "ann@example.com", f"consent_marketing_{way}": "on"}
    missing = filling.send(client, "signup", f"?lang={language}", **told)
    assert missing.status_code == 422
    at = "line_id" if way == "line" else f"consent_marketing_{way}"
    assert list(missing.context["form"].errors) == [at]
    assert not ConsentRecord.objects.exists()
    assert filling.send(client, "signup", f"?lang={language}", **told | {field: value}).status_code == 302
    assert ConsentState.objects.filter(purpose="marketing", channel=way, is_granted=True).exists()
    assert ContactPoint.objects.filter(kind={"line": "line"}.get(way, "phone")).exists()
