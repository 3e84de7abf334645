"""The headers of a Shopify delivery."""

from commerce.hooks.stores import Envelope, Headers


def read(headers: Headers) -> Envelope:
    """Signature, topic and delivery. Shopify sends a delivery again under the same id for two days."""
    return Envelope(
        signature=headers.get("X-Shopify-Hmac-Sha256", ""),
        topic=headers.get("X-Shopify-Topic", "").strip().lower()[:80],
        delivery=headers.get("X-Shopify-Webhook-Id", "")[:200],
        is_test=headers.get("X-Shopify-Test", "").lower() == "true",
    )


def greets(headers: Headers, body: bytes) -> bool:
    """Shopify sends nothing unsigned."""
    return False
