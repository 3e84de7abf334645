"""Registers the room with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AnalyticsConfig(AppConfig):
    """What it means: metrics, segments, predictions."""

    name = "analytics"
    verbose_name = _("Segments")
    default_auto_field = "django.db.models.BigAutoField"
