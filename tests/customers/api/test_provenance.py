"""REST: who told each value of a customer, when and by what."""

import datetime as dt

import pytest

from tests import factories


@pytest.fixture
def ada(store):
    body = {"external_id": "7", "name": "Ada Lovelace", "company": "Engines"}
    return store.post("customers", body).json()["id"]


def test_each_field_and_identifier_names_its_source_and_fact(store, ada):
    order = {
        "external_id": "1001", "placed_at": "2026-01-02T10:00:00Z", "currency": "THB", "total": "10.00",
        "customer": {"external_id": "7", "email": "ada@example.com", "company": "Older Engines"},
    }  # fmt: skip
    assert store.post("orders", order).status_code == 201
    body = store.get(f"customers/{ada}/provenance").json()
    fields = {one["field"]: one for one in body["fields"]}
    assert fields["name"]["fact"].startswith("key:")
    assert fields["email"]["fact"] == "order:1001"
    assert dt.datetime.fromisoformat(fields["email"]["at"]) == dt.datetime(2026, 1, 2, 10, tzinfo=dt.UTC)
    links = {one["kind"]: one for one in body["identifiers"]}
    assert links["email"]["fact"] == "order:1001"
    assert links["external_id"]["scope"] == fields["external_id"]["source"]
    assert store.get(f"customers/{ada}").json()["company"] == "Engines"  # an older word than the one over REST


def test_nobody_has_no_provenance(store, db):
    assert store.get("customers/01a20000-0000-7000-8000-000000000000/provenance").status_code == 404
    person = factories.customer(name="Ann", email="ann@example.com")
    assert store.get(f"customers/{person.id}/provenance").status_code == 200
