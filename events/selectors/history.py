"""Events as entries of a customer's timeline."""

from cdp.core import timeline
from events.models import Event

ICONS = {"page": "eye", "screen": "device-mobile", "track": "activity", "identify": "user-check"}


def entries(question: timeline.Question) -> list[timeline.Entry]:
    """The newest events of these customers, one entry per event."""
    events = Event.objects.filter(customer_id__in=list(question.customers))
    if question.before:
        events = events.filter(occurred_at__lt=question.before)
    return [
        timeline.Entry(
            id=str(event.id),
            at=event.occurred_at,
            kind="event",
            title=_title(event),
            source=event.source,
            icon=ICONS.get(event.kind, "point"),
            data={"event": event.name, "kind": event.kind, "properties": event.properties},
        )
        for event in events.order_by("-occurred_at", "-id")[: question.limit]
    ]


def _title(event: Event) -> str:
    """The event's own name with what it was about: names of events are the shop's own words."""
    about = event.properties.get("name") or event.properties.get("title") or event.properties.get("query") or ""
    return f"{event.name} · {about}" if about and isinstance(about, str) else event.name
