import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from cdp.core import actors, ids
from cdp.core.models import AccessEntry, AuditEntry
from consent.models import ConsentRecord, ConsentState, Pending
from consent.services import gate, grants
from customers.models import Customer
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/api/v1/consents"
NOW = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)


class Storefront:
    """A client with a key."""

    def __init__(self, *scopes: str) -> None:
        self.key = factories.api_key(scopes or ("*",))[1]
        self.client = Client()

    def get(self, url: str, **query: object) -> Any:
        return self.client.get(url, query, headers={"Authorization": f"Bearer {self.key}"})

    def post(self, body: object, **headers: str) -> Any:
        return self.client.post(
            URL, body, content_type="application/json", headers={"Authorization": f"Bearer {self.key}", **headers}
        )


@pytest.fixture
def shop() -> Storefront:
    return Storefront()


def statement(person: uuid.UUID, **changes: object) -> dict[str, object]:
    body = {
        "customer": str(person),
        "purpose": "marketing",
        "channel": "email",
        "granted": True,
        "policy_version": "1.0",
        "evidence": {"form": "checkout", "text": "News by e-mail"},
        **changes,
    }
    return {name: value for name, value in body.items() if value != "left out"}


def test_a_grant_is_recorded_with_its_evidence(shop: Storefront) -> None:
    customer = factories.customer()
    response = shop.post(statement(customer.id))
    assert response.status_code == 201
    found = response.json()
    assert parse_datetime(found.pop("at"))
    assert found == {
        "id": str(ConsentRecord.objects.get().id),
        "customer": str(customer.id),
        "purpose": "marketing",
        "channel": "email",
        "granted": True,
        "status": "given",
        "source": "shop",
        "method": "api",
        "policy_version": "1.0",
        "purpose_version": "1",
        "evidence": {"form": "checkout", "text": "News by e-mail"},
        "files": [],
    }
    assert ConsentState.objects.get().is_granted


def test_a_refusal_needs_no_evidence_and_a_text_is_evidence_too(shop: Storefront) -> None:
    customer = factories.customer()
    assert shop.post(statement(customer.id, evidence="Ticked at the till")).json()["evidence"] == {
        "text": "Ticked at the till"
    }
    response = shop.post(statement(customer.id, granted=False, evidence="left out", policy_version="left out"))
    assert (response.status_code, response.json()["status"], response.json()["evidence"]) == (201, "withdrawn", None)


def test_the_history_is_newest_first_and_pages_both_ways(shop: Storefront, say: Callable[..., ConsentRecord]) -> None:
    customer, other = factories.customer(), factories.customer()
    # Written in another order than said, as an import does.
    for hours in (3, 1, 4, 2, 5):
        say(customer.id, granted=hours % 2 == 0, at=NOW - dt.timedelta(hours=hours), now=NOW)
    say(other.id)
    pages, url = [], f"{URL}?customer={customer.id}&page_size=2"
    while url:
        page = shop.get(url).json()
        pages.append(page)
        url = page["next"]
    times = [record["at"] for page in pages for record in page["results"]]
    assert len(times) == 5
    assert times == sorted(times, reverse=True)
    assert [len(page["results"]) for page in pages] == [2, 2, 1]
    assert pages[0]["previous"] is None
    assert shop.get(pages[1]["previous"]).json()["results"] == pages[0]["results"]
    assert str(customer.id) not in pages[0]["next"]


def test_what_holds_now_is_one_statement_per_purpose_and_channel(
    shop: Storefront, say: Callable[..., ConsentRecord]
) -> None:
    customer = factories.customer()
    say(customer.id)
    say(customer.id, channel="sms", at=NOW + dt.timedelta(hours=1))
    say(customer.id, granted=False, at=NOW + dt.timedelta(hours=2))
    found = shop.get(f"/api/v1/customers/{customer.id}/consents").json()["results"]
    assert [(one["channel"], one["granted"]) for one in found] == [("email", False), ("sms", True)]


def test_reading_is_logged(shop: Storefront, say: Callable[..., ConsentRecord]) -> None:
    customer = factories.customer()
    say(customer.id)
    AccessEntry.objects.all().delete()
    shop.get(URL, customer=customer.id)
    assert AccessEntry.objects.get().customer_ids == [customer.id]


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"customer": "left out"}, "/customer"),
        ({"customer": "12"}, "/customer"),
        ({"purpose": "left out"}, "/purpose"),
        ({"purpose": "world_domination"}, "/purpose"),
        ({"purpose": 7}, "/purpose"),
        ({"channel": "pigeon"}, "/channel"),
        ({"purpose": "profiling"}, "/channel"),
        ({"granted": "left out"}, "/granted"),
        ({"granted": "yes"}, "/granted"),
        ({"granted": 1}, "/granted"),
        ({"granted": None}, "/granted"),
        ({"evidence": "left out"}, "/evidence"),
        ({"evidence": None}, "/evidence"),
        ({"evidence": {}}, "/evidence"),
        ({"evidence": "  "}, "/evidence"),
        ({"evidence": [1]}, "/evidence"),
        ({"evidence": "x" * 9000}, "/evidence"),
        ({"policy_version": "x" * 21}, "/policy_version"),
        ({"surprise": 1}, "/surprise"),
    ],
)
def test_what_does_not_fit_is_named(shop: Storefront, changes: dict[str, object], pointer: str) -> None:
    response = shop.post(statement(factories.customer().id, **changes))
    assert response.status_code == 422
    assert response.headers["Content-Type"].startswith("application/problem+json")
    assert pointer in {error["pointer"] for error in response.json()["errors"]}
    assert not ConsentRecord.objects.exists()


@pytest.mark.parametrize("body", ["{", "[]", "7", '{"customer": NaN}'])
def test_nonsense_gets_an_answer(shop: Storefront, body: str) -> None:
    response = shop.client.generic(
        "POST", URL, body, content_type="application/json", headers={"Authorization": f"Bearer {shop.key}"}
    )
    assert response.status_code in {400, 422}
    assert response.headers["Content-Type"].startswith("application/problem+json")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 422),
        ({"customer": "x"}, 422),
        ({"customer": str(ids.uuid7())}, 404),
        ({"purpose": "marketing"}, 422),
        ({"customer": str(ids.uuid7()), "page_size": "0"}, 404),
    ],
)
def test_lists_need_a_customer(shop: Storefront, query: dict[str, str], status: int) -> None:
    assert shop.get(URL, **query).status_code == status


def test_an_unknown_customer_is_404_an_erased_one_410(shop: Storefront) -> None:
    assert shop.post(statement(ids.uuid7())).status_code == 404
    customer = factories.customer()
    Customer.objects.filter(id=customer.id).update(status="erased")
    for response in (
        shop.post(statement(customer.id)),
        shop.get(URL, customer=customer.id),
        shop.get(f"/api/v1/customers/{customer.id}/consents"),
    ):
        assert (response.status_code, response.json()["code"]) == (410, "erased")


def test_a_merged_id_answers_with_the_survivor_and_both_histories(
    shop: Storefront, say: Callable[..., ConsentRecord]
) -> None:
    survivor, absorbed = factories.customer(), factories.customer()
    say(absorbed.id, evidence={"text": "before"})
    Customer.objects.filter(id=absorbed.id).update(status="merged", merged_into=survivor.id)
    response = shop.post(statement(absorbed.id, channel="sms"))
    assert response.json()["customer"] == str(survivor.id)
    found = shop.get(URL, customer=absorbed.id).json()["results"]
    assert [one["customer"] for one in found] == [str(survivor.id), str(absorbed.id)]
    assert found[1]["evidence"] == {"text": "before"}


def test_the_same_key_and_body_writes_once(shop: Storefront) -> None:
    body = statement(factories.customer().id)
    first = shop.post(body, **{"Idempotency-Key": "k1"})
    again = shop.post(body, **{"Idempotency-Key": "k1"})
    other = shop.post({**body, "granted": False}, **{"Idempotency-Key": "k1"})
    assert first.json() == again.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    assert other.status_code == 409
    assert ConsentRecord.objects.count() == 1


def test_scopes_are_asked_for() -> None:
    customer = factories.customer()
    reader, writer, stranger = Storefront("consents:read"), Storefront("consents:write"), Storefront("orders:read")
    assert reader.get(URL, customer=customer.id).status_code == 200
    assert reader.post(statement(customer.id)).status_code == 403
    assert writer.post(statement(customer.id)).status_code == 201
    assert writer.get(URL, customer=customer.id).status_code == 403
    assert stranger.get(URL, customer=customer.id).status_code == 403
    assert Client().get(URL).status_code == 401


def test_a_record_cannot_be_changed_or_deleted_over_rest(shop: Storefront) -> None:
    headers = {"Authorization": f"Bearer {shop.key}"}
    assert shop.client.delete(URL, headers=headers).status_code == 405
    assert shop.client.put(URL, {}, content_type="application/json", headers=headers).status_code == 405


@pytest.mark.parametrize("minutes", [0, 4])
def test_a_refusal_outlasts_a_grant_that_a_fast_clock_dated_ahead(shop: Storefront, minutes: int) -> None:
    customer = factories.customer()
    now = timezone.now()
    grants.record(
        customer=customer.id,
        purpose="marketing",
        channel="email",
        granted=True,
        at=now + dt.timedelta(minutes=minutes),
        now=now,
        source="till",
        method="form",
        actor=actors.SYSTEM,
    )
    answer = shop.post(statement(customer.id, granted=False)).json()
    assert (answer["granted"], answer["status"]) == (False, "withdrawn")
    state = ConsentState.objects.get(customer=customer)
    assert (state.is_granted, str(state.record_id)) == (False, answer["id"])
    decision = gate.decide(customer=customer.id, purpose="marketing", channel="email", at=timezone.now())
    assert decision.reason == "withdrawn"


def test_a_grant_may_wait_until_the_customer_confirms_it(shop: Storefront) -> None:
    customer = factories.customer(email="ann@example.com")
    answer = shop.post(statement(customer.id, double_opt_in=True))
    assert (answer.status_code, answer.json()["status"], answer.json()["sent"]) == (202, "pending", True)
    assert not ConsentRecord.objects.exists()
    assert Pending.objects.get().customer_id == customer.id
    assert shop.post(statement(customer.id, double_opt_in=True)).json()["sent"] is False  # one lately
    nobody = factories.customer()
    assert shop.post(statement(nobody.id, double_opt_in=True)).status_code == 422
    assert shop.post(statement(customer.id, granted=False, double_opt_in=True)).status_code == 201


def test_where_the_law_wants_a_second_step_a_grant_waits_or_proves_one(shop: Storefront) -> None:
    ann = factories.customer(email="ann@example.com", phone="+4915123456789")
    answer = shop.post(statement(ann.id))
    assert (answer.status_code, answer.json()["status"], answer.json()["sent"]) == (202, "pending", True)
    assert not ConsentRecord.objects.exists()
    assert shop.post(statement(ann.id, granted=False, channel="sms")).status_code == 201  # a "no" waits for nothing
    evidence = statement(ann.id)["evidence"]
    for told, words in (
        ({"confirmed_at": "yesterday"}, "with a zone"),
        (True, "with a zone"),
        ({"confirmed_at": (timezone.now() + dt.timedelta(days=1)).isoformat()}, "future"),
    ):
        refused = shop.post(statement(ann.id, evidence={**evidence, "double_opt_in": told}))
        assert (refused.status_code, words in refused.content.decode()) == (422, True)
    (kept,) = AuditEntry.objects.filter(action="consent:record:refused", customer_id=ann.id)
    assert kept.details == {"reason": "future", "door": "api", "boxes": [["marketing", "email"]]}
    proved = {**evidence, "double_opt_in": {"confirmed_at": "2026-11-19T09:30:00Z"}}
    assert shop.post(statement(ann.id, evidence=proved)).status_code == 201
    assert shop.post(statement(ann.id)).status_code == 201  # it stands already
    nobody = factories.customer(country="AT")
    unasked = shop.post(statement(nobody.id))
    assert (unasked.status_code, unasked.json()["errors"][0]["pointer"]) == (422, "/evidence/double_opt_in")
    assert shop.post(statement(nobody.id, purpose="service")).status_code == 201


def test_a_child_cannot_be_said_to_have_allowed_something(shop: Storefront) -> None:
    child = factories.customer(email="kid@example.com", country="KR", birth_date="2015-05-01")
    refused = shop.post(statement(child.id))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/granted")
    assert shop.post(statement(child.id, granted=False)).status_code == 201
    assert shop.post({**statement(child.id), "at": "2030-01-01T00:00:00Z"}).status_code == 422  # it is said now
    entry = AuditEntry.objects.get(action="consent:record:refused")
    assert (entry.customer_id, entry.details["door"], entry.details["reason"]) == (child.id, "api", "child")
