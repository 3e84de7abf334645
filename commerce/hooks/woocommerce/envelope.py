"""The headers of a WooCommerce delivery."""

import re

from commerce.hooks.stores import Envelope, Headers

_PING = re.compile(rb"webhook_id=\d{1,20}")


def read(headers: Headers) -> Envelope:
    """Signature, topic and delivery. The delivery id is made of the webhook and the second, so two orders of the same
    second share it; that is why a delivery is known by its body too.
    """
    return Envelope(
        signature=headers.get("X-Wc-Webhook-Signature", ""),
        topic=headers.get("X-Wc-Webhook-Topic", "").strip().lower()[:80],
        delivery=headers.get("X-Wc-Webhook-Delivery-Id", "")[:200],
    )


def greets(headers: Headers, body: bytes) -> bool:
    """The unsigned form that WooCommerce posts when a webhook is saved; without a 200 it refuses to save."""
    return not headers.get("X-Wc-Webhook-Signature") and _PING.fullmatch(body.strip()) is not None
