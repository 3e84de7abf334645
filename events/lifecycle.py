"""What becomes of this room's rows when a customer is merged, exported, erased."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cdp.core import retention
from cdp.core.lifecycle import OnErase, OnMerge, declare
from cdp.core.retention import Kind, Term, Unit
from events.services import retention as old
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

# --- how long it is kept ---

retention.declare(
    Kind(
        key="events.events",
        label=_("Website events and visits"),
        about=_("Whole months, with the visits made of them. Orders stay."),
        model="events.Event",
        moment="r.occurred_at",
        by_id=True,
        by_month=True,
        term=Term(settings.CDP_EVENTS_KEPT_MONTHS, Unit.MONTHS) if settings.CDP_EVENTS_KEPT_MONTHS else None,
        careful=True,
        whole=old.drop_next,
        remove=old.remove,
    ),
)
retention.sign_of_life(
    "events.session",
    "EXISTS (SELECT 1 FROM events_session t WHERE t.customer_id = r.id AND t.ended_at >= %(before)s)",
)
retention.exempt("derived from events and forgotten with them", "events.Session", "events.Handover")
retention.exempt("counts per source, without people", "events.SourceHour", "events.SourceLimits")
retention.brief("events.InboxRow", _("Events on their way"), Term(7, Unit.DAYS))
retention.brief("events.RejectedEvent", _("Events in quarantine"), Term(7, Unit.DAYS))
retention.brief("events.RefusedRequests", _("Counts of refused requests"), Term(90, Unit.DAYS))
