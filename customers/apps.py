"""Registers the room with Django."""

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Who they are: profiles, identifiers, addresses, identity resolution."""

    name = "customers"
    default_auto_field = "django.db.models.BigAutoField"
