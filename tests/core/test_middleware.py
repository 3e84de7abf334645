"""Requests in the log and in the access log."""

import logging

import pytest

from cdp.core import context
from cdp.core.models import AccessEntry
from tests import factories


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    return caplog


def test_logs_name_the_route_and_never_the_path_or_the_query(db, client, lines):
    client.get("/unsubscribe/secret-token-123?email=ann%40example.com")
    client.get("/signup/?utm=secret-campaign")
    client.get("/no/such/page/secret-path?x=secret-query")
    client.post("/api/v1/customers?email=ann%40example.com", b"{secret", content_type="application/json")
    text = lines.text + str([record.__dict__ for record in lines.records])
    assert "web:signup" in text
    for secret in ("secret-", "ann@", "ann%40", "utm=", "{secret"):
        assert secret not in text


def test_every_answer_carries_the_id_that_stands_in_the_log(db, client, lines):
    request_id = client.get("/healthz").headers["X-Request-Id"]
    assert request_id in str([record.__dict__ for record in lines.records])


def test_the_access_log_has_the_customers_that_were_shown_and_who_saw_them(db, client):
    people = {factories.customer(name=f"Person {n}", email=f"p{n}@example.com").id for n in range(2)}
    clerk = factories.staff("clerk")
    client.force_login(clerk)
    assert client.get("/customers/").status_code == 200
    entry = AccessEntry.objects.get()
    assert set(entry.customer_ids) == people
    assert (entry.actor_kind, entry.actor_id, entry.view) == ("staff", clerk.id, "customers:customer-list")


def test_the_access_log_names_the_key_that_was_shown_a_customer(db, client):
    who = factories.customer(name="Ann", email="ann@example.com")
    key, text = factories.api_key()
    client.get(f"/api/v1/customers/{who.id}", headers={"Authorization": f"Bearer {text}"})
    entry = AccessEntry.objects.get()
    assert (entry.actor_kind, entry.actor_id, entry.customer_ids) == ("key", key.id, [who.id])


def test_a_page_without_customers_leaves_no_entry(db, client):
    client.force_login(factories.staff("owner"))
    client.get("/imports/")
    assert not AccessEntry.objects.exists()


def test_one_request_does_not_inherit_what_another_showed(db, client):
    client.force_login(factories.staff("clerk"))
    factories.customer(name="Ann", email="ann@example.com")
    client.get("/customers/")
    client.get("/healthz")
    assert AccessEntry.objects.count() == 1


def test_outside_a_request_showing_is_noted_nowhere():
    context._shown.set(None)
    context.show([1, 2])
    assert context.shown() == []
