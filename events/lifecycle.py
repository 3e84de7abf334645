"""What becomes of this room's rows when a customer is merged, exported, erased."""

from cdp.core.lifecycle import OnErase, OnMerge, declare

declare(
    "events.Event",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("name", "kind", "occurred_at", "source", "properties", "sealed"),
    resolved_by="resolved_by",
)
