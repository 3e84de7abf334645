"""What every call shares: strict bodies, problems with a code, answers given again, limits."""

import gzip
import io
import json

import pytest
import redis
from django.core.exceptions import RequestDataTooBig
from rest_framework import exceptions

from cdp.core import audit
from cdp.core.api import parsing, problems, throttling
from cdp.core.models import IdempotentAnswer
from commerce.models import Order
from tests import factories

ORDER = {
    "external_id": "1",
    "placed_at": "2026-11-20T10:00:00Z",
    "currency": "THB",
    "customer": {"email": "a@example.com"},
    "lines": [{"sku": "A", "quantity": 1, "unit_price": "10"}],
}


@pytest.fixture
def key(db):
    return factories.api_key()[1]


def post(client, key, path="orders", body=ORDER, **headers):
    data = body if isinstance(body, bytes) else json.dumps(body)
    headers = {"Authorization": f"Bearer {key}", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return client.generic("POST", f"/api/v1/{path}", data, content_type="application/json", headers=headers)


# --- bodies -----------------------------------------------------------------------------------------------------------


def parse(data: bytes):
    return parsing.StrictJSONParser().parse(io.BytesIO(data))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not valid JSON"),
        (b"{", "line 1 column"),
        (b'{"a": 1,}', "not valid JSON"),
        (b'{"a": NaN}', "NaN is not JSON"),
        (b"[Infinity]", "Infinity is not JSON"),
        (b'{"a": 1, "a": 2}', "“a” appears twice"),
        (b'"\xff"', "not UTF-8 (byte 1)"),
        (b'{"a": "\\u0000"}', "NUL"),
        (b'{"\\u0000": [1]}', "NUL"),
        (b'"\x00"', "not valid JSON"),
        (b"[" * 100_000, "too deeply"),
        (b"9" * 5000, "digits"),
    ],
)
def test_a_body_that_is_not_strict_json_says_where(data, words):
    with pytest.raises(exceptions.ParseError) as refused:
        parse(data)
    assert words in str(refused.value.detail)


def test_a_backslash_before_u0000_is_just_text():
    assert parse(b'{"a": "\\\\u0000"}') == {"a": "\\u0000"}


def test_numbers_stay_exact():
    assert str(parse(b"[0.10]")[0]) == "0.10"


@pytest.mark.parametrize("body", [json.dumps(ORDER).encode(), b" " * 50_000_000], ids=["an order", "a bomb"])
def test_a_compressed_body_is_415_and_is_not_unpacked(client, key, body):
    response = post(client, key, body=gzip.compress(body, mtime=0), Content_Encoding="gzip")
    assert (response.status_code, response.json()["code"]) == (415, "compressed")
    assert response["Content-Type"] == "application/problem+json"
    assert not Order.objects.exists()


def test_a_body_that_is_too_large_is_413(client, key, settings, monkeypatch):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    for headers in ({}, {"Idempotency_Key": "k"}):
        response = post(client, key, body=b" " * 200, **headers)
        assert (response.status_code, response.json()["code"]) == (413, "too_large")
    monkeypatch.setattr(parsing, "LARGEST", 5)
    with pytest.raises(parsing.TooLarge):
        parse(b"123456")


# --- problems ---------------------------------------------------------------------------------------------------------


def test_a_problem_has_the_members_of_rfc_9457(client, key):
    response = post(client, key, body={**ORDER, "currency": "?", "lines": [{"quantity": "x", "unit_price": 1}]})
    body = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail", "errors", "code"} <= set(body)
    assert {one["pointer"] for one in body["errors"]} == {"/currency", "/lines/0/quantity"}


def test_pointers_are_escaped_as_rfc_6901_wants():
    found = list(problems.places({"a/b": {"c~d": ["x"]}, "e": [{}, {"f": ["y"]}], "non_field_errors": ["z"]}))
    assert [one["pointer"] for one in found] == ["/a~1b/c~0d", "/e/1/f", ""]


@pytest.mark.parametrize(
    ("path", "status"), [("nothing", 404), ("orders/0190a000-0000-7000-8000-000000000001", 404), ("customers/x", 404)]
)
def test_what_is_not_there_is_a_problem(client, key, path, status):
    response = client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")


def test_another_media_type_is_415_and_another_method_405(client, key):
    headers = {"Authorization": f"Bearer {key}"}
    assert client.post("/api/v1/orders", {"a": 1}, headers=headers).status_code == 415
    assert client.delete("/api/v1/orders", headers=headers).status_code == 405


# --- the first answer again -------------------------------------------------------------------------------------------


def test_the_same_request_with_a_key_is_answered_once_and_told_again(client, key):
    first, again = (post(client, key, Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert (again["Idempotency-Replayed"], again["Content-Type"]) == ("true", first["Content-Type"])
    assert Order.objects.count() == 1


def test_a_refusal_is_told_again_as_a_problem(client, key):
    first, again = (post(client, key, body={}, Idempotency_Key="k") for _ in range(2))
    assert (first.status_code, again.status_code) == (422, 422)
    assert again["Content-Type"] == "application/problem+json"


def test_the_same_key_with_another_body_is_409(client, key):
    post(client, key, Idempotency_Key="k")
    response = post(client, key, body={**ORDER, "external_id": "2"}, Idempotency_Key="k")
    assert (response.status_code, response.json()["code"]) == (409, "idempotency_key_reused")


def test_after_a_fault_of_ours_the_same_key_may_be_tried_at_once(client, key, monkeypatch):
    def broken(*_, **__):
        raise ArithmeticError

    client.raise_request_exception = False
    with monkeypatch.context() as patch:
        patch.setattr(audit, "record", broken)
        assert post(client, key, Idempotency_Key="k").status_code == 500
    assert not IdempotentAnswer.objects.exists()
    assert post(client, key, Idempotency_Key="k").status_code == 201


def test_keys_of_two_clients_do_not_mix(client, key):
    post(client, key, Idempotency_Key="k")
    _other, text = factories.api_key(source_key="till")
    assert "Idempotency-Replayed" not in post(client, text, Idempotency_Key="k")


def test_a_key_that_is_too_long_is_told(client, key):
    assert post(client, key, Idempotency_Key="k" * 256).json()["code"] == "invalid_idempotency_key"


def test_a_reading_request_needs_no_key_and_stores_nothing(client, key):
    client.get("/api/v1/orders", headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "k"})
    assert not IdempotentAnswer.objects.exists()


def test_a_request_without_the_right_scope_claims_no_key(client, db):
    _key, text = factories.api_key(["orders:read"])
    assert post(client, text, Idempotency_Key="k").status_code == 403
    assert not IdempotentAnswer.objects.exists()


def test_too_large_is_what_django_says(db):
    class Request:
        @property
        def body(self):
            raise RequestDataTooBig

    request = type("R", (), {"_request": Request(), "headers": {}})()
    with pytest.raises(parsing.TooLarge):
        parsing.StrictJSONParser().parse(io.BytesIO(), parser_context={"request": request})


# --- limits -----------------------------------------------------------------------------------------------------------


def test_after_a_burst_one_must_wait_and_is_told_how_long(client, key, settings):
    settings.API_RATE_PER_SECOND, settings.API_BURST = 0.01, 3
    answers = [post(client, key) for _ in range(5)]
    assert [one.status_code for one in answers] == [201, 200, 200, 429, 429]
    assert answers[-1]["Retry-After"].isdigit()
    assert 1 <= int(answers[-1]["Retry-After"]) <= 100
    assert answers[-1]["Content-Type"] == "application/problem+json"


def test_the_limit_is_for_each_key(client, key, settings):
    settings.API_RATE_PER_SECOND, settings.API_BURST = 0.01, 1
    post(client, key)
    assert post(client, key).status_code == 429
    assert post(client, factories.api_key()[1]).status_code != 429


def test_sales_go_on_when_nobody_can_count(client, key, settings, monkeypatch):
    settings.API_RATE_PER_SECOND, settings.API_BURST = 0.01, 1
    gone = redis.Redis.from_url("redis://127.0.0.1:1", socket_connect_timeout=0.2)
    monkeypatch.setattr(throttling, "_client", gone)
    assert [post(client, key).status_code for _ in range(3)] == [201, 200, 200]


# --- parameters -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["orders?costumer=1", "segments?q=1", "campaigns?status=active", "customers?mail=a@example.com"]
)
def test_a_parameter_that_nobody_knows_is_refused_by_name(client, key, path):
    response = client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})
    assert response.status_code == 422
    assert [one["pointer"] for one in response.json()["errors"]] == [path.split("?")[1].split("=")[0]]


def test_a_write_takes_no_parameters_it_does_not_know_and_does_nothing_then(client, key):
    response = post(client, key, "orders?dry_run=1", Idempotency_Key="k")
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "dry_run")
    assert not Order.objects.exists()
    assert not IdempotentAnswer.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["products/CUP", "orders", "customers/lookup"])
def test_options_say_what_is_allowed(client, key, path):
    answer = client.options(f"/api/v1/{path}", ORDER, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 405
    assert "OPTIONS" not in answer.headers["Allow"]
    assert answer.headers["Allow"]
