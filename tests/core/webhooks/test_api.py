"""Subscriptions over REST."""

import json
from ipaddress import ip_network

import pytest
from django.utils import timezone

from cdp.core import webhooks
from cdp.core.models import AuditEntry, Webhook
from cdp.core.webhooks import delivering, fanning
from tests import factories
from tests.core.webhooks.receiving import receiver, verified

pytestmark = pytest.mark.django_db
BODY = {"name": "ERP", "url": "https://erp.example.com/told", "events": ["order.created"], "purpose": "service"}


@pytest.fixture
def call(client):
    def with_scopes(*scopes):
        _key, text = factories.api_key(scopes or ("*",))

        def call(method, path="webhooks", body=None):
            return getattr(client, method)(
                f"/api/v1/{path}",
                json.dumps(body) if body is not None else None,
                content_type="application/json",
                headers={"Authorization": f"Bearer {text}"},
            )

        return call

    return with_scopes


def test_a_webhook_is_made_read_changed_and_taken_away(call):
    rest = call()
    made = rest("post", body=BODY)
    assert made.status_code == 201, made.content
    told = made.json()
    assert told.pop("secret").startswith("whsec_")
    path = f"webhooks/{told['id']}"
    assert rest("get", path).json() == told
    assert rest("get").json()["results"] == [told]
    changed = rest("patch", path, {"events": ["customer.erased", "order.created"], "active": False})
    assert (changed.json()["active"], len(changed.json()["events"])) == (False, 2)
    assert rest("delete", path).status_code == 204
    assert rest("get", path).status_code == 404
    assert AuditEntry.objects.filter(action__startswith="core:webhook:").count() == 3
    assert "secret" not in json.dumps(list(AuditEntry.objects.values_list("details", flat=True)))


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"url": "http://erp.example.com/"}, "/url"),
        ({"url": "https://10.0.0.1/"}, "/url"),
        ({"events": ["no.such"]}, "/events"),
        ({"events": []}, "/events"),
        ({"purpose": "fun"}, "/purpose"),
        ({"secret": "x"}, "/secret"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(call, change, pointer):
    refused = call()("post", body=BODY | change)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"].startswith(pointer)
    assert not Webhook.objects.exists()


def test_reading_is_not_writing(call):
    assert call("webhooks:read")("post", body=BODY).status_code == 403
    assert call("customers:read")("get").status_code == 403
    assert call("webhooks:read")("get").status_code == 200


def test_deliveries_tell_the_decision(call, settings):
    settings.CDP_WEBHOOK_PRIVATE = (ip_network("127.0.0.0/8"),)
    with receiver() as found:
        rest = call()
        made = rest("post", body=BODY | {"url": found.url, "events": ["consent.changed", "webhook.test"]}).json()
        webhooks.publish("consent.changed", customer=factories.customer().id, at=timezone.now())
        assert rest("post", f"webhooks/{made['id']}/test").status_code == 202
        fanning.fan_out(now=timezone.now())
        delivering.deliver_due(now=timezone.now())
        (row, trial) = sorted(
            rest("get", f"webhooks/{made['id']}/deliveries").json()["results"], key=lambda one: one["event"]
        )
        assert (row["state"], row["rule"], row["status_code"]) == ("delivered", "gdpr:contract", 204)
        assert (trial["event"], trial["customer"], trial["state"]) == ("webhook.test", None, "delivered")
        assert {verified(made["secret"], *one)["type"] for one in found.got} == {"consent.changed", "webhook.test"}


def test_an_id_that_is_none_finds_nothing(call):
    assert call()("get", f"webhooks/{'0' * 36}").status_code == 404
