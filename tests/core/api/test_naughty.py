"""Whatever is put into any place of any documented body or address, the answer is a problem that helps, never a fault.

Walks the OpenAPI document: each example of a body is sent with one place spoilt at a time.
"""

import copy
import itertools
import json
import re
import urllib.parse
import uuid

import pytest
from django.core.cache import cache
from drf_spectacular.generators import SchemaGenerator

from campaigns.api.examples import BODY as CAMPAIGN
from surveys.rules import definition, ready
from tests import factories
from tests.surveys import asking

LANGUAGES = {"en": ("a", "z"), "th": ("\u0e01", "\u0e5b"), "ko": ("\uac00", "\ud7a3")}
NULL = str(uuid.UUID(int=0))
SPOILT = [
    None,
    True,
    0,
    -1,
    10**30,
    1e300,
    "",
    " ",
    "x" * 100_000,
    "\u202e\ufffe\u200b\U0001f4a9\U000e0001",
    "\ud800",
    "٣",
    "'; DROP TABLE x; --",
    "{{ 7 | times: 7 }}{% raw %}",
    "-0",
    "1e999999",
    "NaN",
    "0000-00-00T99:99:99Z",
    "9999-12-31T23:59:59-23:59",
    NULL,
    [],
    [[]],
    [None],
    {},
    {"": ""},
    {"all": [{"not": {"any": [{}]}}]},
]
DEEP = json.loads("[" * 60 + "]" * 60)
EACH = 2
"""How many of these each place gets, in turn: by all the places of all the bodies every one comes by many times."""
BROKEN = [
    b"",
    b"{",
    b"[]",
    b"null",
    b"0",
    b'"x"',
    b"\xff\xfe{\x00}\x00",
    b"\xed\xa0\x80",
    b'{"a": "\\u0000"}',
    b'{"a": "\\ud800"}',
    b'{"a": ["b", {"\\udfff": 1}]}',
    b'{"\\ud800": 1, "\\ud800": 2}',
    b'{"a": 1, "a": 2}',
    b'{"a": Infinity}',
    b"[" * 50_000,
    b'{"a":' * 900 + b"1" + b"}" * 900,
    b'{"a":' * 900 + b'"\\u0000"' + b"}" * 900,
    b"1" * 5000,
    b'{"a": 1e99999999999}',
    b"<a/>",
    b"a=1&b=2",
]


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


@pytest.fixture
def send(client, db, settings):
    settings.API_BURST = settings.API_RATE_PER_SECOND = 10**6
    cache.clear()
    _key, text = factories.api_key()
    client.raise_request_exception = False
    turns = itertools.cycle(LANGUAGES)

    def send(method, path, body=b"", kind="application/json", **headers):
        language = next(turns)
        headers = {"Authorization": f"Bearer {text}", "Accept-Language": language} | headers
        response = client.generic(method, path, body, content_type=kind, headers=headers)
        return language, response

    return send


@pytest.fixture
def there(client, db):
    """Ids that exist, so that a body is looked at and not refused for its address."""
    _key, text = factories.api_key()

    def post(path, body):
        response = client.post(
            f"/api/v1/{path}",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {text}"},
        )
        assert response.status_code < 300, response.content
        return response.json()

    ada = factories.customer(email="ada@example.com", name="Ada")
    return {
        "customers": str(ada.id),
        "orders": str(factories.order(ada).id),
        "segments": post("segments", {"name": "All", "rules": {"all": []}})["key"],
        "campaigns": post("campaigns", CAMPAIGN)["id"],
        "products": "CUP",
        "coupons": factories.coupon(ada).code,
        "surveys": asking.opened(definition.written(ready.one(ready.OPEN))).slug,
    }


def calls(schema, there):
    """Method, address and an example of the body of every call."""
    for path, methods in schema["paths"].items():
        if path.startswith("/api/v1/"):
            whole = re.sub(r"\{\w+\}", there.get(path.split("/")[3], NULL), path)
            for method, call in methods.items():
                content = call.get("requestBody", {}).get("content", {}).get("application/json", {})
                bodies = [content["example"]] if "example" in content else []
                yield method.upper(), whole, path, bodies


def places(value, path=()):
    """Every place inside a body, and the body itself."""
    yield path
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value[:1]):
            yield from places(inner, (*path, number))


def spoil(body, path, value):
    if not path:
        return value
    spoilt = copy.deepcopy(body)
    inner = spoilt
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return spoilt


def speaks(language, words):
    first, last = LANGUAGES[language]
    return any(first <= letter.lower() <= last for letter in words)


def faults(language, response):
    """What is wrong with an answer to something bad."""
    if response.status_code < 300:
        return []
    if not 400 <= response.status_code < 500:
        return [response.status_code]
    if response["Content-Type"] != "application/problem+json":
        return ["no problem", response.status_code, response["Content-Type"]]
    told = response.json()
    sentences = [told["title"], told["detail"], *(one["detail"] for one in told["errors"])]
    found = [f"not {language}: {words[:200]}" for words in sentences if not speaks(language, words)]
    found += [f"long: {words[:80]}" for words in sentences if len(words) > 600]
    if response.status_code == 422 and not told["errors"]:
        found.append("no place: " + told["detail"])
    return found


@pytest.mark.long
def test_a_body_with_one_spoilt_place_is_refused_with_words_or_taken(schema, there, send):
    wrong, values = {}, itertools.cycle([*SPOILT, DEEP])
    for method, path, name, bodies in calls(schema, there):
        for body in bodies[:1]:
            for place in places(body):
                for value in itertools.islice(values, EACH):
                    sent = json.dumps(spoil(body, place, value)).encode()
                    found = faults(*send(method, path, sent))
                    if found:
                        wrong.setdefault((method, name, place, str(found)[:300]), []).append(repr(value)[:30])
    assert not wrong


FREE = {("surveys", ("context",))}
"""Where a body has members of the caller's own naming."""


@pytest.mark.long
def test_a_body_with_an_unknown_member_is_refused_by_its_name(schema, there, send):
    wrong = []
    for method, path, name, bodies in calls(schema, there):
        for body in bodies[:1]:
            for place in places(body):
                inner = body
                for step in place:
                    inner = inner[step]
                if isinstance(inner, dict) and (path.split("/")[3], place) not in FREE:
                    sent = spoil(body, place, inner | {"ünknown/~": 1})
                    language, response = send(method, path, json.dumps(sent).encode())
                    found = faults(language, response)
                    if (response.status_code < 400 and response.json().get("failed") != 1) or found:
                        wrong.append((method, name, place, response.status_code, found, response.content[:200]))
    assert not wrong


@pytest.mark.long
def test_what_is_no_json_is_told_where_it_breaks(schema, there, send):
    wrong, turns = [], itertools.cycle(BROKEN)
    for method, path, name, bodies in calls(schema, there):
        if bodies:
            for body in itertools.islice(turns, 9):
                language, response = send(method, path, body)
                found = faults(language, response)
                if found:
                    wrong.append((method, name, body[:20], response.status_code, found))
            for kind in (
                "text/plain",
                "application/xml",
                "multipart/form-data",
                "application/x-www-form-urlencoded",
                "\u00e9",
                "application/json; charset=utf-16",
            ):
                language, response = send(method, path, json.dumps(bodies[0]).encode(), kind)
                found = faults(language, response)
                if found or (response.status_code != 415 and "json" not in kind):
                    wrong.append((method, name, kind, response.status_code, found))
    assert not wrong


@pytest.mark.long
def test_nonsense_in_addresses_and_headers_is_refused_with_words(schema, there, send):
    words = [
        "a\x00b",
        "-1",
        "9" * 5000,
        "\U0001f4a9' {{7*7}} <b>",
        "٣",
        NULL,
        "",
        "\ud800",
        "%",
        "..%2f..",
        "a,b",
        "[]",
    ]
    wrong, turns = [], itertools.cycle(words)
    for path, methods in schema["paths"].items():
        if not path.startswith("/api/v1/"):
            continue
        whole = re.sub(r"\{\w+\}", there.get(path.split("/")[3], NULL), path)
        for method, call in methods.items():
            for word in itertools.islice(turns, 4):
                quoted = urllib.parse.quote(word.encode("utf-8", "surrogatepass"), safe="")
                asked = [
                    f"{whole}?{one['name']}={quoted}" for one in call.get("parameters", []) if one["in"] == "query"
                ]
                asked += [f"{whole}?{quoted}=1", re.sub(r"\{\w+\}", quoted, path)]
                for address in asked:
                    language, response = send(method.upper(), address, b"{}" if method != "get" else b"")
                    found = faults(language, response)
                    if found:
                        wrong.append((method, path, address[:90], response.status_code, found))
            for key in ("k" * 256, "\u00e9", "a b", "\t", "k" * 255):
                if method != "get":
                    language, response = send(method.upper(), whole, b"{", **{"Idempotency-Key": key})
                    found = faults(language, response)
                    if found:
                        wrong.append((method, path, key[:5], response.status_code, found))
    assert not wrong
