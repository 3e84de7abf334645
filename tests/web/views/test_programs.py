"""API keys and webhooks on the pages of the owner: shown once, revoked at once, what became of each telling."""

import re
from ipaddress import ip_network

import pytest
from django.utils import timezone

from cdp.core import webhooks
from cdp.core.models import ApiKey, Webhook, WebhookDelivery
from cdp.core.webhooks import delivering, fanning
from tests import factories
from tests.core.webhooks.receiving import receiver, verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(client):
    client.force_login(factories.staff("owner"))
    return client


def test_a_key_is_shown_once_works_and_is_refused_once_it_was_revoked(owner, client):
    page = owner.post("/settings/keys/new/", {"name": "Till", "source": "api", "scopes": ["customers:read"]})
    (text,) = set(re.findall(r"cdp_[\w-]{20,}", page.content.decode()))
    row = ApiKey.objects.get()
    assert text not in owner.get("/settings/keys/").content.decode()
    ask = {"Authorization": f"Bearer {text}"}
    assert client.get("/api/v1/customers", headers=ask).status_code == 200
    assert client.get("/api/v1/orders", headers=ask).status_code == 403
    assert owner.post(f"/settings/keys/{row.id}/revoke/").status_code == 302
    assert client.get("/api/v1/customers", headers=ask).status_code == 401
    assert "Revoked" in owner.get("/settings/keys/").content.decode()
    assert owner.post("/settings/keys/new/", {"name": "", "source": "api"}).status_code == 422


def test_a_webhook_is_subscribed_tried_paused_and_its_failures_are_resent(owner, settings):
    settings.CDP_WEBHOOK_PRIVATE = (ip_network("127.0.0.0/8"),)
    with receiver(answers=[500, 204]) as told:
        given = {"name": "ERP", "url": told.url, "purpose": "service", "events": ["order.created"]}
        page = owner.post("/settings/webhooks/new/", given)
        (secret,) = set(re.findall(r"whsec_[\w+/=]{20,}", page.content.decode()))
        row = Webhook.objects.get()
        place = f"/settings/webhooks/{row.id}/"
        owner.post(f"{place}test/")
        delivering.deliver_due(now=timezone.now())
        assert "answered 500" in owner.get(place).content.decode()
        WebhookDelivery.objects.update(state="failed")
        owner.post(f"{place}resend/", {"delivery": str(WebhookDelivery.objects.get().id)})
        delivering.deliver_due(now=timezone.now())
        verified(secret, *told.got[-1])
        assert "204" in owner.get(place).content.decode()
        assert secret not in owner.get(place).content.decode()
        assert "whsec_" in owner.post(f"{place}secret/").content.decode()
        assert "signs as well until" in owner.get(place).content.decode()
        owner.post(f"{place}pause/")
        customer = factories.customer()
        webhooks.publish("order.created", customer=customer.id, data={}, at=timezone.now())
        fanning.fan_out(now=timezone.now())
        assert WebhookDelivery.objects.count() == 1
        owner.post(f"{place}resume/")
        assert owner.post(f"{place}edit/", {**given, "url": "ftp://x"}).status_code == 422
        assert owner.post(f"{place}delete/").status_code == 302
        assert not Webhook.objects.exists()
