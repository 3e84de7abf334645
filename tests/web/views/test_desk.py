"""The counter and the phone through their doors: what is found, written down, asked, and who was shown."""

import datetime as dt
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cdp.core import actors
from cdp.core.crypto import subjects
from cdp.core.models import AccessEntry
from commerce.models import Order
from consent.models import ConsentRecord
from consent.selectors import ledger, purposes
from customers.models import Asked, Customer, Identifier, Interaction
from customers.selectors import profiles
from customers.services import erasing
from tests import factories

HTMX = {"HTTP_HX_REQUEST": "true"}
CARD = "4111 1111 1111 1111"


@pytest.fixture
def clerk(db):
    client = Client()
    client.force_login(factories.staff("clerk"))
    return client


@pytest.fixture
def malee(db):
    return factories.customer(
        name="Malee Srisuk", phone="0812345678", email="malee@example.com", language="th", member_number="M-77"
    )


def text(response):
    return response.content.decode()


def page(customer, desk="counter-person"):
    return reverse(f"web:{desk}", args=[customer.id])


@pytest.mark.parametrize("typed", ["0812345678", "+66 81 234 5678", "malee@example.com", "M-77", " m-77 "])
@pytest.mark.parametrize("desk", ["counter", "phone"])
def test_whoever_is_named_beyond_doubt_is_opened_at_once(clerk, malee, desk, typed):
    response = clerk.post(f"/{desk}/", {"q": typed})
    assert response.status_code == 302
    assert response["Location"] == f"/{desk}/{malee.id}/"


@pytest.mark.parametrize("typed", ["5678", "mal", "มาลี"])
def test_finds_while_one_types_and_shows_contacts_masked(clerk, malee, typed):
    factories.customer(name="มาลี ใจดี", phone="0899995678")
    found = text(clerk.post("/counter/find/", {"q": typed}, **HTMX))
    assert "•••" in found
    assert "81 234 5678" not in found
    assert "malee@example.com" not in found
    entry = AccessEntry.objects.get()
    assert entry.view == "web:counter-find"
    assert entry.customer_ids


def test_the_number_of_a_payment_card_is_neither_looked_up_nor_repeated(clerk, malee):
    for response in (clerk.post("/counter/", {"q": CARD}), clerk.post("/counter/find/", {"q": CARD}, **HTMX)):
        assert "payment card" in text(response)
        assert "4111" not in text(response)


def test_somebody_who_was_forgotten_comes_back_by_their_own_hand_only(clerk, malee):
    erasing.erase(customer=malee.id, actor=actors.SYSTEM, at=timezone.now())
    response = clerk.post("/counter/new/", {"name": "Malee Srisuk", "phone": "0812345678"})
    assert response.status_code == 422
    assert "hand them the tablet" in text(response)
    nok = factories.customer(name="Nok", email="nok@example.com")
    answer = {"question": "phone", "reply": "told", "answer_phone": "0812345678"}
    assert clerk.post(reverse("web:counter-answer", args=[nok.id]), answer).status_code == 422
    assert clerk.get(page(malee)).status_code == 404


def test_a_mistyped_member_number_is_told(clerk):
    assert "A digit of this member number is wrong" in text(clerk.post("/counter/", {"q": "M1234567890"}))


def test_a_telephone_system_opens_the_caller(clerk, malee):
    assert clerk.get("/phone/?number=%2B66812345678")["Location"] == f"/phone/{malee.id}/"
    assert clerk.get("/phone/?number=+66812345678")["Location"] == f"/phone/{malee.id}/"
    assert clerk.post("/phone/", {"number": "0812345678"})["Location"] == f"/phone/{malee.id}/"


def test_an_unknown_number_is_ready_to_be_saved(clerk):
    answer = text(clerk.get("/phone/?number=%2B66899999999"))
    assert 'value="+66899999999"' in answer
    assert "Nobody found" in answer


def test_a_new_caller_comes_from_the_phone_and_says_how_they_heard(clerk):
    response = clerk.post("/phone/new/", {"name": "Somchai Dee", "phone": "089 999 9999", "heard": "friend"})
    customer = Customer.objects.get(tags__contains=["heard:friend"])
    assert response["Location"] == f"/phone/{customer.id}/"
    assert (customer.source, profiles.one(customer).phone) == ("phone", "+66899999999")
    assert Asked.objects.get(customer=customer).question == "heard"


def test_somebody_new_needs_a_name_and_a_way_to_be_reached(clerk):
    response = clerk.post("/counter/new/", {"name": "Somchai"})
    assert response.status_code == 422
    assert "Give a phone number or an e-mail address." in text(response)
    assert clerk.post("/counter/new/", {"name": "Somchai", "phone": "12"}).status_code == 422


def call(**fields):
    return {"talk": str(uuid.uuid4()), "started_at": "2026-11-22T08:00:00+00:00", "direction": "in"} | fields


def test_a_call_and_its_answer_are_saved_together(clerk, malee):
    url = page(malee, "phone-call")
    assert "Customer since" in text(clerk.get(url))
    fields = call(
        topic="delivery", outcome="solved", text="Parcel late", question="birth_date", answer_birth_date="1990-03-05"
    )
    response = clerk.post(url, fields)
    assert response["Location"] == "/phone/"
    row = Interaction.objects.get(customer=malee)
    assert (row.kind, row.topic, row.outcome, row.source) == ("call", "delivery", "solved", "phone")
    malee.refresh_from_db()
    assert str(malee.birth_date) == "1990-03-05"
    assert clerk.post(url, fields).status_code == 302
    assert Interaction.objects.count() == 1


def test_nothing_of_a_call_is_saved_when_the_answer_cannot_be_read(clerk, malee):
    fields = call(topic="order", question="birth_date", answer_birth_date="the day before")
    response = clerk.post(page(malee, "phone-call"), fields)
    assert response.status_code == 422
    assert "the day before" in text(response)
    assert not Interaction.objects.exists()
    assert not Asked.objects.exists()


def test_a_call_about_nothing_is_not_a_call(clerk, malee):
    response = clerk.post(page(malee, "phone-call"), call())
    assert response.status_code == 422
    assert "Choose what it was about" in text(response)


def test_what_belongs_to_somebody_else_is_asked_of_a_steward(clerk, malee):
    factories.customer(name="Somebody Else", email="else@example.com")
    Asked.objects.all().delete()
    profile = factories.customer(name="Nok", phone="0811111111")
    response = clerk.post(
        reverse("web:counter-answer", args=[profile.id]),
        {"question": "email", "reply": "told", "answer_email": "else@example.com"},
    )
    assert response.status_code == 422
    assert "A data steward was asked" in text(response)
    assert len(profiles.one(profile).contacts) == 1


def test_a_promise_is_open_until_it_is_done(clerk, malee):
    clerk.post(page(malee, "phone-call"), call(topic="order", outcome="promised", follow_up_on="2099-01-01"))
    assert not Interaction.objects.exists()  # within a year
    day = (timezone.localdate() + dt.timedelta(days=3)).isoformat()
    clerk.post(page(malee, "phone-call"), call(topic="order", outcome="promised", follow_up_on=day))
    row = Interaction.objects.get()
    done = reverse("web:promise-done", args=[malee.id, row.id])
    assert done in text(clerk.get(page(malee)))
    assert clerk.post(done, {"desk": "counter"})["Location"] == page(malee)
    assert done not in text(clerk.get(page(malee)))


def test_contacts_are_masked_at_both_desks_for_every_role(malee):
    client = Client()
    client.force_login(factories.staff("admin"))
    for desk in ("counter-person", "phone-call"):
        shown = text(client.get(page(malee, desk)))
        assert "+66 •• ••• 5678" in shown
        for clear in ("81 234 5678", "812345678", "malee@example.com"):
            assert clear not in shown


def test_consent_is_recorded_with_the_words_the_way_and_the_clerk(clerk, malee):
    response = clerk.get(page(malee))
    assert 'name="yes"' in text(response)
    assert 'name="yes" value="marketing_email" checked' not in text(response)
    url = reverse("web:counter-consents", args=[malee.id])
    clerk.post(url, {"yes": ["marketing_email"], "no": ["marketing_phone"], "how": "read"})
    rows = {row.channel: row for row in ConsentRecord.objects.filter(customer=malee)}
    yes, no = rows["email"], rows["phone"]
    assert (yes.status, yes.method, yes.language, yes.policy_version) == ("given", "counter", "th", "1.0")
    assert (no.status, yes.actor_kind) == ("denied", "staff")
    evidence = ledger.evidence(yes, subjects.load([malee.id]))
    wording = next(one for one in purposes.offered("th") if one.key == "marketing")
    assert evidence["text"] == f"ข่าวสารและข้อเสนอ (อีเมล)\n{wording.description}"
    assert evidence["how"] == "read"
    assert len(evidence["shown"]) == 4
    assert "not wanted" in text(clerk.get(page(malee)))
    clerk.post(url, {"no": ["marketing_email"], "how": "shown"})
    assert ConsentRecord.objects.filter(customer=malee, channel="email", status="withdrawn").exists()


def test_a_call_its_answer_and_its_consent_are_one_save(clerk, malee):
    url = page(malee, "phone-call")
    said = call(topic="order", question="birth_date", reply="declined", yes="marketing_phone", how="read")
    assert clerk.post(url, said).status_code == 302
    record = ConsentRecord.objects.get()
    assert (record.channel, record.method, record.source) == ("phone", "phone", "phone")
    assert "may be made" in text(clerk.get(url))
    refused = clerk.post(url, call(topic="order", yes="nothing of the kind", how="read"))
    assert refused.status_code == 422
    assert Interaction.objects.count() == 1


def test_nothing_is_recorded_without_a_tick_or_with_both(clerk, malee):
    url = reverse("web:counter-consents", args=[malee.id])
    for fields in (
        {"how": "read"},
        {"yes": "marketing_email", "no": "marketing_email", "how": "read"},
        {"yes": "other_thing", "how": "read"},
    ):
        clerk.post(url, fields)
    assert not ConsentRecord.objects.exists()


def test_where_a_yes_needs_a_mail_the_counter_cannot_give_it(clerk):
    anna = factories.customer(name="Anna", email="anna@example.com", country="DE")
    clerk.post(reverse("web:counter-consents", args=[anna.id]), {"yes": "marketing_email", "how": "read"})
    assert not ConsentRecord.objects.exists()


def test_a_purchase_is_written_once(clerk, malee):
    url = reverse("web:counter-sale", args=[malee.id])
    fields = {"sale": "0193b5f0-0000-7000-8000-000000000001", "amount": "1290.50", "articles": ""}
    for _ in range(2):
        assert clerk.post(url, fields).status_code == 302
    order = Order.objects.get(customer=malee)
    assert (order.source, order.channel, str(order.amount)) == ("counter", "store", "1290.5000")
    assert clerk.post(url, fields | {"amount": "", "sale": str(uuid.uuid4())}).status_code == 422
    answer = clerk.post(url, fields | {"articles": "NO-SUCH", "sale": str(uuid.uuid4())})
    assert "There is no article NO-SUCH." in text(answer)


def test_a_card_is_known_by_its_token_and_never_by_its_number(clerk, malee):
    url = reverse("web:counter-card", args=[malee.id])
    refused = clerk.post(url, {"card_token": CARD.replace(" ", "")})
    assert refused.status_code == 422
    assert "4111" not in text(refused)
    assert not Identifier.objects.filter(kind="card").exists()
    clerk.post(url, {"card_token": "tok_9f8e7d"})
    assert clerk.post("/counter/", {"q": "tok_9f8e7d"})["Location"] == page(malee)


def test_somebody_who_was_erased_or_never_was_is_not_at_the_counter(clerk):
    assert clerk.get(reverse("web:counter-person", args=[uuid.uuid4()])).status_code == 404
