"""What becomes of this room's rows when a customer is merged, exported, erased."""

from cdp.core.lifecycle import OnErase, OnMerge, declare
from events.services import sessions

declare(
    "events.Event",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("name", "kind", "occurred_at", "source", "properties", "sealed"),
    resolved_by="resolved_by",
    fact=("event:", "message_id"),
)
declare(
    "events.Session",
    on_merge=OnMerge.REBUILD,
    on_erase=OnErase.DELETE,
    export=(
        "started_at",
        "ended_at",
        "source",
        "pages",
        "seconds",
        "entry_path",
        "exit_path",
        "channel",
        "referrer_host",
        "utm_source",
        "utm_medium",
        "utm_campaign",
        "device",
        "steps",
    ),
    rebuild=sessions.derive,
)
declare(
    "events.Handover",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    follows=("events.Event", "event_id"),  # also when two are parted: or it would wait where its event is not
    holders=lambda _customers, _without: (),  # only points at events
)
