"""Cursor pages: every row once in both directions, filters travel sealed, nothing can be altered."""

import datetime as dt
import math
from urllib.parse import urlsplit

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp.core.crypto import tokens
from commerce.models import Order
from tests import factories


@pytest.fixture
def get(db, client):
    _key, text = factories.api_key()

    def get(address):
        parts = urlsplit(address)
        path = parts.path if parts.path.startswith("/api/") else f"/api/v1/{parts.path}"
        return client.get(f"{path}?{parts.query}", headers={"Authorization": f"Bearer {text}"})

    return get


def _orders(count: int) -> list[str]:
    who, now = factories.customer(), timezone.now()
    Order.objects.all().delete()
    made = [factories.order(who, placed_at=now - dt.timedelta(minutes=number)) for number in range(count)]
    return [str(one.id) for one in made]


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 9), st.integers(1, 5))
def test_every_row_comes_once_forwards_and_backwards(get, count, size):
    made = _orders(count)
    seen, pages, address = [], 0, f"orders?page_size={size}"
    while address:
        page = get(address).json()
        seen += [one["id"] for one in page["results"]]
        pages, last, address = pages + 1, address, page["next"]
    assert sorted(seen) == sorted(made)
    assert pages == max(1, math.ceil(count / size))
    back, address = [], last
    while address:
        page = get(address).json()
        back = [one["id"] for one in page["results"]] + back
        address = page["previous"]
    assert back == seen


def test_the_first_page_has_no_previous_and_the_last_no_next(get):
    _orders(3)
    first = get("orders?page_size=2").json()
    last = get(first["next"]).json()
    assert (first["previous"], last["next"]) == (None, None)
    assert get(last["previous"]).json()["results"] == first["results"]


def test_rows_that_come_in_between_pages_are_not_shown_twice(get):
    _orders(4)
    first = get("orders?page_size=2").json()
    factories.order(factories.customer())
    second = get(first["next"]).json()
    ids = [one["id"] for one in first["results"] + second["results"]]
    assert len(set(ids)) == 4


def test_filters_are_kept_by_the_cursor_and_cannot_be_read(get):
    for number in range(3):
        factories.customer(email=f"p{number}@example.com", tags="vip")
    address = get("customers?page_size=1&source=shop").json()["next"]
    assert "shop" not in address
    assert get(address).json()["next"]


@pytest.fixture
def filtered(get):
    """The second page of the customers of a source."""
    for number in range(3):
        factories.customer(email=f"p{number}@example.com")
    return get("customers?page_size=1&source=shop").json()["next"]


def test_filters_may_be_said_again_beside_their_cursor(get, filtered):
    response = get(f"{filtered}&source=shop")
    assert response.status_code == 200
    assert response.json()["results"] == get(filtered).json()["results"]


@pytest.mark.parametrize("other", ["source=till", "email=p1@example.com"])
def test_filters_that_contradict_their_cursor_are_refused_by_name(get, filtered, other):
    factories.source("till")
    response = get(f"{filtered}&{other}")
    assert response.status_code == 422
    assert [one["pointer"] for one in response.json()["errors"]] == [other.split("=")[0]]


def test_a_cursor_of_another_list_is_told(get, filtered):
    response = get(f"orders?cursor={filtered.split('cursor=')[1].split('&')[0]}")
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "source")
    _orders(2)
    cursor = get("orders?page_size=1").json()["next"].split("cursor=")[1].split("&")[0]
    response = get(f"segments?cursor={cursor}")
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "cursor")


def test_a_lookup_goes_on_as_a_list(client, db):
    key = factories.api_key()[1]
    for number in range(2):
        factories.customer(email=f"p{number}@example.com")
    headers = {"Authorization": f"Bearer {key}"}
    first = client.post(
        "/api/v1/customers/lookup?page_size=1", {"source": "shop"}, content_type="application/json", headers=headers
    ).json()
    parts = urlsplit(first["next"])
    second = client.get(f"{parts.path}?{parts.query}", headers=headers).json()
    assert len({one["id"] for one in first["results"] + second["results"]}) == 2


@pytest.mark.parametrize(
    "harm", [lambda c: c[:-2], lambda c: c[::-1], lambda c: "x", lambda c: c + "AA", lambda c: "%00"]
)
def test_an_altered_cursor_is_told(get, harm):
    _orders(2)
    address = get("orders?page_size=1").json()["next"]
    cursor = address.split("cursor=")[1].split("&")[0]
    response = get(f"orders?cursor={harm(cursor)}")
    assert (response.status_code, response.json()["code"]) == (400, "invalid_cursor")


def test_a_token_of_another_kind_is_no_cursor(get):
    assert get(f"orders?cursor={tokens.make('unsubscribe', b'{}')}").status_code == 400


@pytest.mark.parametrize("size", ["0", "-1", "501", "ten", "", "٣", "1.5", "9" * 5000])
def test_a_page_size_out_of_range_is_told(get, size):
    response = get(f"orders?page_size={size}")
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "page_size")


@pytest.mark.parametrize("size", ["1", "500"])
def test_the_largest_and_the_smallest_page_are_fine(get, size):
    assert get(f"orders?page_size={size}").status_code == 200
