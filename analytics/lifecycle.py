"""What becomes of this room's rows when a customer is merged, exported or erased."""

from django.utils.translation import gettext_lazy as _

from analytics.services import membership
from cdp.core import retention
from cdp.core.lifecycle import OnErase, OnMerge, declare
from cdp.core.retention import Kind, Term, Unit

declare(
    "analytics.CustomerMetrics",
    on_merge=OnMerge.REBUILD,
    on_erase=OnErase.DELETE,
    export=(
        "orders_count",
        "revenue_total",
        "revenue_by_currency",
        "refunds_total",
        "first_order_at",
        "last_order_at",
        "last_seen_at",
        "sessions_count",
        "last_login_at",
        "followers",
        "sentiment",
        "tickets_open",
        "last_satisfaction",
        "member_since",
        "tier",
        "points_balance",
        "stamps_balance",
        "store_credit",
        "points_ending_at",
        "coupons_used",
    ),
)
declare(
    "analytics.SegmentMember",
    on_merge=OnMerge.REBUILD,
    on_erase=OnErase.DELETE,
    export=("segment_id", "entered_at"),
    counted=membership.count,
)
declare(
    "analytics.SegmentChange",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("segment_id", "entered", "at"),
    holders=lambda _customers, _without: (),  # the machine's own remarks about other facts
    is_ours=True,
)

# --- how long it is kept ---

retention.declare(
    Kind(
        key="analytics.segment_changes",
        label=_("Who entered and left segments"),
        about=_("Members stay members; only the history goes."),
        model="analytics.SegmentChange",
        moment="r.at",
        term=Term(2, Unit.YEARS),
        careful=True,
    ),
)
retention.exempt(
    "derived from facts, and gone with them", "analytics.CustomerMetrics", "analytics.SegmentMember",
    "analytics.SegmentGrowth",
)  # fmt: skip
