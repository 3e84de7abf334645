"""How figures and groups of customers read to the person whom they are about."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from analytics.models import Segment
from cdp.core import readable, written_numbers
from cdp.core.readable import Reading, Row
from surveys.models import Sentiment


def _segments() -> dict[object, object]:
    return {row.id: row.shown_name for row in Segment.objects.all()}


def _spent(row: Row) -> str:
    amounts = (row["revenue_by_currency"] or {}).items()
    return ", ".join(written_numbers.money(amount, currency) for currency, amount in amounts)


def _back(row: Row) -> str:
    return written_numbers.money(row["refunds_total"], settings.CDP_CURRENCY) if row["refunds_total"] else ""


readable.declare(
    "analytics.CustomerMetrics",
    Reading(
        _("Figures we count about you"),
        {
            "orders_count": _("Orders"),
            "revenue_by_currency": _("Spent with us"),
            "refunds_total": _("Given back to you"),
            "first_order_at": _("First order"),
            "last_order_at": _("Last order"),
            "sessions_count": _("Visits to website and app"),
            "last_seen_at": _("Last seen"),
            "last_login_at": _("Last logged in"),
            "followers": _("Followers"),
            "sentiment": _("Feeling it read in your latest text"),
            "tickets_open": _("Open requests to us"),
            "last_satisfaction": _("How you last rated our help, of five"),
            "member_since": _("Member since"),
            "tier": _("Your tier"),
            "points_balance": _("Points to spend"),
            "stamps_balance": _("Stamps"),
            "store_credit": _("Store credit"),
            "points_ending_at": _("Next end of points"),
            "coupons_used": _("Coupons used"),
        },
        names={"sentiment": lambda: dict(Sentiment.choices)},
        told={"revenue_by_currency": _spent, "refunds_total": _back},
    ),
)
readable.declare(
    "analytics.SegmentMember",
    Reading(
        _("Groups of customers you are in"),
        {"segment_id": _("Group"), "entered_at": _("Since")},
        newest="entered_at",
        names={"segment_id": _segments},
    ),
)
readable.declare(
    "analytics.SegmentChange",
    Reading(
        _("When you came into groups and left them"),
        {"at": _("When"), "segment_id": _("Group"), "entered": _("What happened")},
        newest="at",
        names={"segment_id": _segments},
        told={"entered": lambda row: str(_("came into it") if row["entered"] else _("left it"))},
    ),
)
