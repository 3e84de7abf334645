"""Registers the room with Django."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    """What we do about it: triggers, messages, channels."""

    name = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"
