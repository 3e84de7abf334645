"""The OpenAPI document is complete, true and shows what it tells of."""

import json
import re

import pytest
from django.conf import settings
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker

from cdp.api import router
from tests import factories

WRITES = {"post", "put", "patch", "delete"}
READS = {"customers_lookup", "segments_preview", "campaigns_preview", "coupons_quote"}
READS |= {"loyalty_accounts_quote", "loyalty_accounts_quote_guest"}


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def calls(schema):
    for path, methods in schema["paths"].items():
        for method, call in methods.items():
            if path.startswith("/api/v1/"):
                yield path, method, call


def plain(part):
    """OpenAPI 3.0 in JSON Schema: `nullable` is a type of its own there."""
    if isinstance(part, list):
        return [plain(one) for one in part]
    if not isinstance(part, dict):
        return part
    found = {name: plain(inner) for name, inner in part.items() if name not in {"nullable", "example"}}
    return {"anyOf": [found, {"type": "null"}]} if part.get("nullable") is True else found


def check(schema, part, value):
    """Where `value` is not what `part` of the document says."""
    whole = plain({"components": schema["components"]}) | plain(part)
    validator = Draft202012Validator(whole, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]


def test_the_document_is_valid_and_gives_no_warning(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))


def test_every_call_belongs_to_a_resource_that_is_described(schema):
    named = {tag["name"] for tag in schema["tags"]}
    assert all(len(tag["description"]) > 20 for tag in schema["tags"])
    assert {tag for _path, _method, call in calls(schema) for tag in call["tags"]} == named
    assert [path for path, _method, call in calls(schema) if len(call["tags"]) != 1 or not call.get("summary")] == []


def test_the_document_tells_of_keys_repetition_pages_and_problems(schema):
    words = schema["info"]["description"]
    for told in (
        "Authorization: Bearer",
        "Idempotency-Key",
        "cursor",
        "problem+json",
        "Accept-Language",
        "Retry-After",
    ):
        assert told in words
    assert schema["components"]["securitySchemes"]["ApiKey"]["scheme"] == "bearer"
    assert [path for path, _method, call in calls(schema) if call["security"] != [{"ApiKey": []}]] == []


def test_every_write_and_no_read_takes_an_idempotency_key(schema):
    wrong = []
    for path, method, call in calls(schema):
        names = {parameter["name"] for parameter in call.get("parameters", ())}
        is_write = method in WRITES and call["operationId"] not in READS
        if ("Idempotency-Key" in names) is not is_write:
            wrong.append((method, path))
    assert wrong == []


@pytest.mark.long
def test_every_call_tells_of_its_problems(schema):
    for path, method, call in calls(schema):
        problems = {code: answer for code, answer in call["responses"].items() if code >= "400"}
        assert {"401", "403", "422", "429"} <= set(problems), (method, path)
        for code, answer in problems.items():
            content = answer["content"]["application/problem+json"]
            assert check(schema, content["schema"], content["example"]) == [], (method, path, code)
            assert content["example"]["status"] == int(code)


def test_whoever_was_erased_is_gone_at_every_address_of_a_person(schema):
    told = {(path, method): call["responses"] for path, method, call in calls(schema)}
    silent = [
        one for one, answers in told.items() if re.search(r"/(customers|accounts)/{", one[0]) and "410" not in answers
    ]
    assert silent == []
    consents = "/api/v1/consents"
    assert all(answers["410"]["content"] for (path, _method), answers in told.items() if path == consents)


def test_parameters_are_described_and_are_those_that_are_taken(schema):
    views = {prefix: view for prefix, view, _name in router.registry}
    told = {}
    for path, method, call in calls(schema):
        for parameter in call.get("parameters", ()):
            if parameter["in"] == "query":
                told.setdefault((path, method), set()).add(parameter["name"])
                if parameter["name"] in {"cursor", "page_size"}:
                    assert parameter.get("description"), path
    for prefix, view in views.items():
        if "(" in prefix or not hasattr(view, "list"):
            continue
        taken = view.queries.get("list", frozenset()) | {"cursor", "page_size"}
        assert told[f"/api/v1/{prefix}", "get"] == taken, prefix
        assert told.get((f"/api/v1/{prefix}", "post"), set()) == view.queries.get("create", frozenset()), prefix


def examples(schema):
    for path, method, call in calls(schema):
        body = call.get("requestBody", {}).get("content", {}).get("application/json", {})
        if "example" in body:
            yield f"{method} {path} request", body["schema"], body["example"]
        for code, answer in call["responses"].items():
            content = answer.get("content", {}).get("application/json", {})
            if "example" in content:
                yield f"{method} {path} {code}", content["schema"], content["example"]


def test_every_example_is_what_the_document_says(schema):
    wrong = {name: faults for name, part, example in examples(schema) if (faults := check(schema, part, example))}
    assert wrong == {}


def test_a_wrong_example_would_be_seen(schema):
    part = {"$ref": "#/components/schemas/OrderAnswer"}
    assert check(schema, part, {"id": 5})


def test_every_resource_has_examples_of_writing_and_reading(schema):
    named = [name for name, _part, _example in examples(schema)]
    for resource in ("customers", "orders", "products", "consents", "segments", "campaigns"):
        assert any(re.match(rf"get /api/v1/{resource}.* 200", name) for name in named), resource
        assert any(re.match(rf"(post|put) /api/v1/{resource}.* request", name) for name in named), resource


@pytest.mark.parametrize("resource", ["customers", "orders", "products", "consents", "segments", "campaigns"])
def test_examples_work_as_they_stand_and_answer_what_they_show(db, client, schema, resource):
    _key, text = factories.api_key()
    person = factories.customer(email="mali@example.com")
    method, path, address = ("put", "/products/{sku}", "products/CUP") if resource == "products" else (
        "post", f"/{resource}", resource)  # fmt: skip
    call = schema["paths"][f"/api/v1{path}"][method]
    body = dict(call["requestBody"]["content"]["application/json"]["example"])
    if resource == "consents":
        body["customer"] = str(person.id)
    response = client.generic(
        method.upper(),
        f"/api/v1/{address}",
        json.dumps(body),
        content_type="application/json",
        headers={"Authorization": f"Bearer {text}"},
    )
    assert response.status_code in {200, 201}, response.content
    told = call["responses"]["201"]["content"]["application/json"]
    assert check(schema, told["schema"], response.json()) == []
    assert set(response.json()) == set(told["example"])


def test_the_pages_of_the_document_open(db, client):
    for address in ("/api/docs/", "/api/redoc/", "/api/schema/"):
        assert client.get(address).status_code == 200
    assert settings.SPECTACULAR_SETTINGS["TAGS"]
