"""Shopify (Admin API webhooks, 2024 and later bodies; the fields of older versions where they differ)."""

from commerce.hooks import signatures
from commerce.hooks.shopify import envelope, guide, topics
from commerce.hooks.stores import Store

STORE = Store(
    key="shopify",
    name="Shopify",
    envelope=envelope.read,
    sign=signatures.sign,
    greets=envelope.greets,
    guide=guide.GUIDE,
    topics=topics.READERS,
)
