"""Registers the pages that join several rooms."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class WebConfig(AppConfig):
    """Shell, home, search, sign-up, counter and the stewards' admin."""

    name = "cdp.web"
    label = "web"


class StewardsAdminConfig(AdminConfig):
    """Makes the stewards' site the default admin site."""

    default_site = "cdp.web.admin_site.StewardsAdmin"
