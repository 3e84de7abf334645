"""The segments a new shop starts with. They are ordinary: staff may change or archive them, and they stay so."""

from typing import Any

from django.utils.translation import gettext_noop as _

from analytics.models import Segment
from analytics.rules.definitions import version_of
from analytics.rules.fields import LAPSED_DAYS

READY_MADE: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    (
        "leads",
        _("Leads"),
        _("People who never ordered."),
        {"metric": "orders_count", "op": "=", "value": 0},
    ),
    (
        "customers",
        _("Buyers"),
        _("People who ordered at least once."),
        {"metric": "orders_count", "op": ">=", "value": 1},
    ),
    (
        "lapsed",
        _("Lapsed"),
        _("Customers whose last order is more than 90 days ago."),
        {"metric": "days_since_last_order", "op": ">", "value": LAPSED_DAYS},
    ),
    (
        "email-reachable",
        _("Reachable by e-mail"),
        _("People who allow marketing by e-mail."),
        {"consent": {"purpose": "marketing", "channel": "email"}, "op": "=", "value": True},
    ),
    (
        "new-this-month",
        _("New in the last 30 days"),
        _("People whose first contact was in the last 30 days."),
        {"metric": "days_since_signup", "op": "<=", "value": 30},
    ),
)


def ensure() -> None:
    """Create the ones that are not there, by key; an archived one counts as there."""
    known = set(Segment.objects.filter(key__in=[row[0] for row in READY_MADE]).values_list("key", flat=True))
    Segment.objects.bulk_create(
        Segment(key=key, name=name, description=description, rules=rules, version=version_of(rules))
        for key, name, description, rules in READY_MADE
        if key not in known
    )
