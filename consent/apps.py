"""Registers the room with Django."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """What they allow: purposes, policies, the ledger and the gate."""

    name = "consent"
    default_auto_field = "django.db.models.BigAutoField"
