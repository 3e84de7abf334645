"""Events as entries of a customer's timeline."""

from cdp.core import timeline
from events.models import Event
from events.rules import titles

ICONS = {"page": "eye", "screen": "device-mobile", "track": "activity", "identify": "user-check"}


def entries(question: timeline.Question) -> list[timeline.Entry]:
    """The newest events of these customers, one entry per event."""
    events = Event.objects.filter(customer_id__in=list(question.customers))
    if question.before:
        events = events.filter(occurred_at__lt=question.before)
    return [entry(event) for event in events.order_by("-occurred_at", "-id")[: question.limit]]


def entry(event: Event) -> timeline.Entry:
    """One event as an entry."""
    return timeline.Entry(
        id=str(event.id),
        at=event.occurred_at,
        kind="event",
        title=titles.told(event.kind, event.name, event.properties),
        source=event.source,
        icon=ICONS.get(event.kind, "point"),
        data={"event": event.name, "kind": event.kind, "properties": event.properties},
    )
