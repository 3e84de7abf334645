"""C4: an unknown caller becomes a customer, is asked one missing thing, and the next call asks another."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from cdp.core.models import AccessEntry
from customers.models import Customer, Interaction
from customers.selectors import interactions, profiles
from tests import factories, filling

ASKED = re.compile(r'name="question" value="(\w+)"')


@pytest.fixture
def clerk(db):
    client = Client()
    client.force_login(factories.staff("clerk"))
    return client


def question(page):
    found = ASKED.search(page.content.decode())
    return found[1] if found else None


def call(**fields):
    return {"form_token": filling.token("phone"), "direction": "in", "how": "read"} | fields


def test_an_unknown_caller_becomes_a_customer_and_each_call_asks_another_thing(clerk):
    # The telephone system names a number that nobody knows; two fields make a customer of it.
    assert b"Nobody found" in clerk.get("/phone/?number=%2B66899999999").content
    made = clerk.post("/phone/new/", {"name": "สมหญิง ใจดี", "phone": "+66899999999", "heard": "friend"})
    customer = Customer.objects.get(source="phone")
    assert made["Location"] == f"/phone/{customer.id}/"

    # The first call asks for an e-mail address, in the caller's language, and takes it with topic and outcome.
    page = clerk.get(made["Location"])
    assert question(page) == "email"
    assert "สะดวกให้ส่งใบเสร็จไปที่อีเมลไหนคะ" in page.content.decode()
    said = call(topic="delivery", outcome="solved", question="email", answer_email="Somying@Example.com")
    assert clerk.post(made["Location"], said)["Location"] == "/phone/"
    profile = profiles.one(customer.id)
    assert profile.email == "Somying@example.com"

    # The next call of the same number opens her at once and asks something else; she would rather not say.
    again = clerk.get("/phone/?number=%2B66899999999")
    assert again["Location"] == f"/phone/{customer.id}/"
    second = question(clerk.get(again["Location"]))
    assert second == "language"
    clerk.post(again["Location"], call(topic="order", question=second, reply="declined"))

    # The third asks yet another thing; both calls stand on the timeline and are counted by topic.
    assert question(clerk.get(again["Location"])) == "birth_date"
    story = clerk.get(f"/customers/{customer.id}/").content.decode()
    assert "Call: Delivery · Solved" in story
    assert Interaction.objects.count() == 2
    now = timezone.now()
    assert dict(interactions.by_topic(now - dt.timedelta(hours=1), now)) == {"delivery": 1, "order": 1}
    assert {"web:phone-call"} <= set(AccessEntry.objects.values_list("view", flat=True))


def test_a_walk_in_is_known_in_one_form_and_answers_a_question_a_visit(clerk):
    made = clerk.post("/counter/new/", {"name": "Kim Minji", "phone": "042-123-4567", "email": ""})
    assert made.status_code == 422  # without its country it is none in Thailand: the clerk is told
    made = clerk.post("/counter/new/", {"name": "Kim Minji", "phone": "010-2345-6789", "email": ""})
    here = made["Location"]
    first = question(clerk.get(here))
    assert first == "email"
    clerk.post(here, {"form_token": filling.token("counter"), "question": first, "answer_email": "minji@example.com"})
    assert question(clerk.get(here)) is None
    assert b"Asked enough for this visit" in clerk.get(here).content
    assert question(clerk.get(f"{here}?more=1")) == "language"
