"""Registers the room with Django."""

from django.apps import AppConfig


class CommerceConfig(AppConfig):
    """What they buy: products, orders, refunds."""

    name = "commerce"
    default_auto_field = "django.db.models.BigAutoField"
