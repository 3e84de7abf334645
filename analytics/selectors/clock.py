"""The shop's clock and currency, from the settings, for rules that know neither."""

from datetime import datetime

from django.conf import settings

from analytics.rules import currencies
from analytics.rules.clock import Clock


def clock(now: datetime) -> Clock:
    """`now` in the shop's time zone."""
    return Clock(now, settings.TIME_ZONE)


def digits() -> int:
    """Minor units of the shop's currency."""
    return currencies.digits(settings.CDP_CURRENCY)
