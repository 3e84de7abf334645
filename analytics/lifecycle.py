"""What becomes of this room's rows when a customer is merged, exported or erased."""

from analytics.services import membership
from cdp.core.lifecycle import OnErase, OnMerge, declare

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
)
