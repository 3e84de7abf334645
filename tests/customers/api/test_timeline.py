"""REST: what happened to a customer."""

import datetime as dt
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from cdp.core import actors
from customers.services import notes
from tests import factories


def path_of(url):
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}".removeprefix("/api/v1/")


@pytest.fixture
def ada(db):
    return factories.customer(name="Ada Lovelace", email="ada@example.com")


def test_everything_stands_in_one_timeline_newest_first(store, ada):
    now = timezone.now()
    factories.order(ada, placed_at=now - dt.timedelta(days=2), external_id="10482", amount="99.50")
    factories.consent(ada, at=now - dt.timedelta(days=1))
    notes.add(customer=ada.id, kind="note", text="Likes tea", actor=actors.SYSTEM, at=now)
    body = store.get(f"customers/{ada.id}/timeline").json()
    assert [entry["kind"] for entry in body["results"]] == ["note", "consent", "order"]
    assert body["next"] is None
    assert body["previous"] is None
    note, consent, order = body["results"]
    assert set(note) == {"id", "at", "kind", "source", "title", "data"}
    assert note["data"]["text"] == "Likes tea"
    assert note["source"] is None
    assert consent["source"] == "shop"
    assert order["data"]["amount"] == "99.50"
    assert dt.datetime.fromisoformat(order["at"]).tzinfo is not None


def test_a_kind_and_a_moment_narrow_it(store, ada):
    now = timezone.now()
    for days in (1, 5):
        factories.order(ada, placed_at=now - dt.timedelta(days=days), external_id=f"n-{days}")
    factories.consent(ada)
    before = (now - dt.timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    (entry,) = store.get(f"customers/{ada.id}/timeline?kind=order&before={before}").json()["results"]
    assert entry["data"]["external_id"] == "n-5"


def test_pages_lead_to_the_beginning_and_keep_the_kind(store, ada):
    start = timezone.now() - dt.timedelta(days=9)
    for number in range(7):
        at = start + dt.timedelta(hours=number // 2)
        notes.add(customer=ada.id, kind="note", text=f"{number}", actor=actors.SYSTEM, at=at)
    factories.consent(ada)
    page = store.get(f"customers/{ada.id}/timeline?kind=note&page_size=3").json()
    seen = [entry["data"]["text"] for entry in page["results"]]
    while page["next"]:
        page = store.get(path_of(page["next"])).json()
        seen += [entry["data"]["text"] for entry in page["results"]]
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


@pytest.mark.parametrize("query", ["kind=spells", "before=yesterday", "before=2026-01-01T00:00:00", "page_size=501"])
def test_what_cannot_be_understood_is_refused(store, ada, query):
    assert store.get(f"customers/{ada.id}/timeline?{query}").status_code == 422


def test_any_offset_of_a_moment_is_understood(store, ada):
    assert store.get(f"customers/{ada.id}/timeline?before=2026-01-01T00:00:00%2B21:16").status_code == 200


def test_a_cursor_of_another_list_is_refused(store, ada):
    for number in range(3):
        factories.customer(external_id=f"n-{number}")
    cursor = store.get("customers?page_size=1").json()["next"].split("cursor=")[1].split("&")[0]
    assert store.get(f"customers/{ada.id}/timeline?cursor={cursor}").status_code == 400


def test_reading_needs_the_scope(make_store, ada):
    assert make_store("orders:read").get(f"customers/{ada.id}/timeline").status_code == 403
