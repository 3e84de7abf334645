"""Problems speak the language the caller reads; programs that ask for none get English."""

import json

import pytest

from tests import factories

pytestmark = pytest.mark.django_db
LETTERS = {"th": "\u0e01\u0e5b", "ko": "\uac00\ud7a3", "en": "az"}


@pytest.fixture
def call(client):
    key = factories.api_key()[1]

    def call(method, path, body=None, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        data = body if isinstance(body, str) else json.dumps(body)
        return client.generic(
            method,
            f"/api/v1/{path}",
            "" if body is None else data,
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}", **headers},
        )

    return call


def speaks(language, words):
    first, last = LETTERS[language]
    return any(first <= letter.lower() <= last for letter in words)


FAULTS = [
    ("POST", "orders", {}),
    ("POST", "orders", {"external_id": 1, "placed_at": "x", "currency": "?", "lines": [{"quantity": "x"}], "extra": 1}),
    ("POST", "orders", "{"),
    ("POST", "customers", {}),
    ("POST", "customers", {"email": "nobody", "phone": "12"}),
    ("POST", "consents", {"customer": "x", "granted": "yes"}),
    ("POST", "segments", {"rules": {"field": "colour", "op": "="}}),
    ("POST", "segments", {"name": "x", "rules": {"field": "colour", "op": "="}}),
    ("POST", "campaigns", {"name": ""}),
    ("PUT", "products/A", {"price": "x"}),
    ("GET", "orders/0190a000-0000-7000-8000-000000000001", None),
    ("GET", "customers?page_size=0", None),
    ("GET", "orders?colour=red", None),
    ("GET", "orders?cursor=x", None),
    ("DELETE", "orders", None),
    ("GET", "nothing", None),
]


@pytest.mark.parametrize("language", LETTERS)
@pytest.mark.parametrize(("method", "path", "body"), FAULTS)
def test_a_problem_speaks_the_language_of_its_reader(call, language, method, path, body):
    response = call(method, path, body, Accept_Language=f"{language}, fr;q=0.5")
    problem = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert response["Content-Language"] == language
    assert "Accept-Language" in response["Vary"]
    sentences = [problem["title"], problem["detail"], *(one["detail"] for one in problem["errors"])]
    assert [words for words in sentences if not speaks(language, words)] == []


@pytest.mark.parametrize("headers", [{}, {"Accept_Language": "*"}, {"Accept_Language": "fr"}, {"Accept_Language": "?"}])
def test_programs_that_ask_for_no_language_of_ours_get_english(call, headers):
    response = call("POST", "orders", {}, **headers)
    assert response["Content-Language"] == "en"
    assert response.json()["errors"][0]["detail"] == "This field is required."


def test_what_programs_read_is_the_same_in_every_language(call):
    answers = [call("POST", "orders", {}, Accept_Language=language).json() for language in LETTERS]
    assert len({(one["type"], one["code"], one["status"]) for one in answers}) == 1
    assert len({tuple(fault["pointer"] for fault in one["errors"]) for one in answers}) == 1


def test_a_call_without_a_key_is_told_so_in_its_language(client):
    response = client.get("/api/v1/orders", headers={"Accept-Language": "ko"})
    assert (response.status_code, response["Content-Language"]) == (401, "ko")
    assert speaks("ko", response.json()["detail"])


def test_a_repetition_keeps_the_language_of_the_first_answer(call):
    first = call("POST", "orders", {}, Accept_Language="th", Idempotency_Key="k")
    again = call("POST", "orders", {}, Accept_Language="ko", Idempotency_Key="k")
    assert (first.content, first["Content-Language"]) == (again.content, again["Content-Language"])
