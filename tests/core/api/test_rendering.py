"""A time looks the same at every address of the API."""

import datetime as dt
import json
import re
import uuid

import pytest
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator

from analytics.services import metrics
from campaigns.api.examples import BODY as CAMPAIGN
from cdp.core.api.rendering import Renderer
from customers.models import Customer
from surveys.models import Survey
from surveys.rules import definition, ready
from tests import factories
from tests.surveys import asking, talking

WRITTEN = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?[+-]\d\d:\d\d", re.ASCII)
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d", re.ASCII)


def rendered(at):
    return json.loads(Renderer().render({"at": at}))["at"]


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Asia/Bangkok", "2026-11-20T23:30:00+07:00"),
        ("Asia/Seoul", "2026-11-21T01:30:00+09:00"),
        ("UTC", "2026-11-20T16:30:00+00:00"),
    ],
)
def test_a_time_is_written_in_the_zone_of_the_shop(settings, zone, written):
    settings.TIME_ZONE = zone
    assert rendered(dt.datetime(2026, 11, 20, 16, 30, tzinfo=dt.UTC)) == written


def test_a_fraction_of_a_second_is_kept_whole():
    at = dt.datetime(2026, 11, 20, 16, 30, 1, 2345, tzinfo=dt.UTC)
    assert dt.datetime.fromisoformat(rendered(at)) == at


def times(value, place=""):
    """Every text that reads as a time, and whatever stands under a name of a time, with its place."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if inner is not None and (name == "at" or name.endswith("_at")):
                yield f"{place}/{name}", inner
            else:
                yield from times(inner, f"{place}/{name}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from times(inner, f"{place}/{number}")
    elif isinstance(value, str) and TIME.match(value):
        yield place, value


HOOK = {"name": "ERP", "url": "https://erp.example.com/hooks", "events": ["customer.updated", "webhook.test"]}


@pytest.fixture
def call(client, db):
    _key, text = factories.api_key()

    def call(method, path, body=None):
        response = client.generic(
            method,
            path if path.startswith("/") else f"/api/v1/{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={"Authorization": f"Bearer {text}"},
        )
        assert response.status_code < 300, (path, response.content)
        return response.json()

    return call


@pytest.fixture
def written(call):
    """One of everything, made over REST; the ids for addresses."""
    line = {"sku": "CUP", "name": "Cup", "quantity": 1, "unit_price": "10"}
    order = call(
        "POST",
        "orders",
        {
            "external_id": "1",
            "placed_at": "2026-11-20T10:00:00.25Z",
            "currency": "THB",
            "customer": {"email": "a@example.com"},
            "lines": [line],
        },
    )
    refund = {"external_id": "r", "amount": "1", "at": "2026-11-20T11:00:00Z"}
    call("POST", f"orders/{order['id']}/refunds", refund)
    call("PUT", "products/CUP", {"name": "Cup", "price": "10", "currency": "THB"})
    customer = order["customer"]
    consent = {
        "customer": customer,
        "purpose": "marketing",
        "channel": "email",
        "granted": True,
        "evidence": {"form": "1"},
    }
    call("POST", "consents", consent)
    interest = call("POST", "stock-interests", {"customer": {"email": "a@example.com"}, "sku": "CUP"})
    webhook = call("POST", "webhooks", HOOK)
    call("POST", f"webhooks/{webhook['id']}/test")
    request = call("POST", "privacy-requests", {"customer": customer, "right": "access"})
    metrics.update([uuid.UUID(customer)], timezone.now())
    segment = call("POST", "segments", {"name": "All", "rules": {"all": []}})
    campaign = call("POST", "campaigns", CAMPAIGN)
    call("POST", f"campaigns/{campaign['id']}/activate")
    survey = asking.opened(definition.written(ready.one(ready.OPEN)))
    Survey.objects.filter(id=survey.id).update(opens_at=timezone.now())  # the one time that a questionnaire may have
    asked = {"customer": customer, "channel": "email", "words": "Where is it?", "at": "2026-11-20T10:00:00.25Z"}
    ticket = call("POST", "tickets", asked)
    call("POST", f"loyalty/accounts/{customer}/earn", {"points": 5})
    call("POST", "social", {"platform": "x", "handle": "mali", "text": "Hi", "at": "2026-11-20T10:00:00.25Z"})
    return {
        "interviews": str(talking.praised(Customer.objects.get(id=customer)).id),
        "tickets": ticket["id"],
        "customers": customer,
        "orders": order["id"],
        "campaigns": campaign["id"],
        "segments": segment["key"],
        "products": "CUP",
        "stock-interests": interest["id"],
        "webhooks": webhook["id"],
        "privacy-requests": request["id"],
        "loyalty": customer,
        "coupons": factories.coupon(Customer.objects.get(id=customer)).code,
        "surveys": survey.slug,
    }


def test_every_time_of_every_answer_has_the_one_form(call, written):
    schema = SchemaGenerator().get_schema(request=None, public=True)
    asked, seen, wrong = [], set(), []
    for path, methods in schema["paths"].items():
        if path.startswith("/api/v1/") and "get" in methods:
            asked.append(path)
            resource = path.split("/")[3]
            is_theirs = resource in {"consents", "stock-interests", "coupons"} and "{" not in path
            query = f"?customer={written['customers']}" if is_theirs else ""
            answer = call("GET", re.sub(r"\{\w+\}", written.get(resource, ""), path) + query)
            found = list(times(answer))
            seen |= {path} if found else set()
            wrong += [(path, place, value) for place, value in found if not WRITTEN.fullmatch(value)]
    assert wrong == []
    # Of talks the day alone is kept.
    assert {path.split("/")[3] for path in seen} | {"interviews"} == {path.split("/")[3] for path in asked}
