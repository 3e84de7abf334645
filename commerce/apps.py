"""Registers the room with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CommerceConfig(AppConfig):
    """What they buy: products, orders, refunds."""

    name = "commerce"
    verbose_name = _("Commerce")
    default_auto_field = "django.db.models.BigAutoField"
