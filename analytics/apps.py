"""Registers the room with Django."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """What it means: metrics, segments, predictions."""

    name = "analytics"
    default_auto_field = "django.db.models.BigAutoField"
