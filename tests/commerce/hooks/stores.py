"""Stores that sign what they send."""

import base64
import hashlib
import hmac
import json

from django.utils import timezone

from cdp.core import actors, source_secrets
from cdp.core.models import Source
from commerce.services.hooks import deliveries
from tests import factories

SECRET = "shpss_a secret of 38 letters that nobody has"


def signature(body: bytes, secret: str = SECRET) -> str:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


class Store:
    """Sends what it is told as its vendor would, with a new delivery id each time."""

    def __init__(self, client, source: Source) -> None:
        self.client, self.source, self.sent = client, source, 0

    def headers(self, topic: str, body: bytes, delivery: str, secret: str) -> dict[str, str]:
        raise AssertionError("a vendor says which")

    def send(self, topic: str, body, *, delivery: str = "", secret: str = SECRET, **more: str):
        self.sent += 1
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = self.headers(topic, raw, delivery or f"d-{self.sent}", secret) | more
        return self.client.post(self.address, raw, content_type="application/json", headers=headers)

    def tell(self, topic: str, body, **more: str):
        """Send and work off."""
        response = self.send(topic, body, **more)
        assert response.status_code == 200, response.content
        deliveries.work_off(now=timezone.now())


class Shopify(Store):
    @property
    def address(self) -> str:
        return f"/hooks/shopify/{self.source.key}"

    def headers(self, topic, body, delivery, secret):
        return {
            "X-Shopify-Hmac-Sha256": signature(body, secret),
            "X-Shopify-Topic": topic,
            "X-Shopify-Webhook-Id": delivery,
            "X-Shopify-Shop-Domain": "mali.myshopify.com",
        }


class WooCommerce(Store):
    @property
    def address(self) -> str:
        return f"/hooks/woocommerce/{self.source.key}"

    def headers(self, topic, body, delivery, secret):
        return {
            "X-WC-Webhook-Signature": signature(body, secret),
            "X-WC-Webhook-Topic": topic,
            "X-WC-Webhook-Delivery-ID": delivery,
        }


def connected(key: str) -> Source:
    source = factories.source(key)
    source_secrets.put(source=source, secret=SECRET, actor=actors.SYSTEM, now=timezone.now())
    return source
