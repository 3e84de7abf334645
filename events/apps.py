"""Registers the room with Django."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """What they do: events, sessions, page analytics."""

    name = "events"
    default_auto_field = "django.db.models.BigAutoField"
