"""Events of which no fact could be made, for staff: which, where in it, why; never a value of it."""

import datetime as dt
from collections.abc import Iterable

from django.db import connection

from cdp.core import ids
from commerce.models import BookingFault
from commerce.services.booking.hearing import Desk
from events.models import Event

KEPT = dt.timedelta(days=30)


def note(desk: Desk, *, overdue: Iterable[Event] = ()) -> None:
    """Note what could not be written; an event once, however often it is tried. One that could be leaves no fault."""
    problems = [*desk.problems, *((event, "order_unknown", "order_id") for event in overdue)]
    record(wrong=problems, right=[one.event for one in desk.heard], now=desk.now)


def record(*, wrong: Iterable[tuple[Event, str, str]], right: Iterable[Event], now: dt.datetime) -> None:
    """Note (event, code, place) of what is wrong; `right` are events that were read now, which leave none."""
    told = {event.id: (event, code, place) for event, code, place in wrong}
    mended = [event.id for event in right if event.id not in told]
    with connection.cursor() as cursor:
        if told:
            rows = [
                (ids.uuid7(), event.id, event.source, event.name, code[:60], place[:120], event.occurred_at)
                for event, code, place in told.values()
            ]
            cursor.execute(
                """
                INSERT INTO commerce_bookingfault (noted_at, id, event_id, source, name, code, place, at)
                SELECT %s, * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[],
                                         %s::timestamptz[])
                ON CONFLICT (event_id) DO UPDATE SET code = EXCLUDED.code, place = EXCLUDED.place
                """,
                [now, *(list(column) for column in zip(*rows, strict=True))],
            )
        if mended and BookingFault.objects.exists():
            cursor.execute("DELETE FROM commerce_bookingfault WHERE event_id = ANY(%s)", [mended])


def forget_old(*, now: dt.datetime) -> int:
    """Drop faults that nobody will mend any more. Returns how many."""
    return BookingFault.objects.filter(noted_at__lt=now - KEPT).delete()[0]
