"""Registers the room with Django."""

from django.apps import AppConfig


class LoyaltyConfig(AppConfig):
    """What they have earned: points, tiers, rewards, coupons."""

    name = "loyalty"
    default_auto_field = "django.db.models.BigAutoField"
