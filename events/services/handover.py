"""Which events a room above still has to read, without that room looking through all of them (ADR 14).

A room says in its declarations which names it wants. Whoever records events puts a row per wanted event and reader
into a small queue, in the same transaction; the room's step of the pipeline takes the rows of the customers it works
on. So a customer without such events costs a step nothing but a look into a short index, whatever their history, and
the queue moves with the person when two become one.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from django.db import connection

from cdp.core import binary, copying, ids, pipeline
from events.models import Event, Handover

_COLUMNS = ("id", "customer_id", "reader", "event_id")
_wanted: dict[str, tuple[str, ...]] = {}


def want(reader: str, names: Iterable[str]) -> None:
    """Let `reader` (the key of a pipeline step) be handed every `track` event of these names, in any case."""
    for name in names:
        known = _wanted.get(name.casefold(), ())
        _wanted[name.casefold()] = tuple(dict.fromkeys((*known, reader)))


def readers(kind: str, name: str) -> Sequence[str]:
    """Who wants events of that name."""
    return _wanted.get(name.casefold(), ()) if kind == "track" else ()


def names(reader: str) -> list[str]:
    """The names that a reader wants, casefolded."""
    return sorted(name for name, known in _wanted.items() if reader in known)


def hand_over(waiting: Sequence[tuple[uuid.UUID, str, bytes]]) -> None:
    """Put (customer, reader, id of the event) into the queue; in the transaction that writes the events."""
    head = binary.begin(len(_COLUMNS))
    copying.packed(
        Handover,
        _COLUMNS,
        [
            b"".join([head, binary.ID, row, binary.ID, customer.bytes, binary.word(reader), binary.ID, event])
            for row, (customer, reader, event) in zip(ids.raw7s(len(waiting)), waiting, strict=True)
        ],
    )


def take(reader: str, customers: Sequence[uuid.UUID]) -> list[Event]:
    """The events of these customers that wait for that reader, by their times; they wait no longer.

    Call it in the transaction that writes what becomes of them: a reader that dies finds them again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM events_handover WHERE customer_id = ANY(%s::uuid[]) AND reader = %s
            RETURNING customer_id, event_id, id
            """,
            [copying.array(customers), reader],
        )
        taken = cursor.fetchall()
    if not taken:
        return []
    # Clients that send no times tell a whole visit at one moment: then they are in the order in which they came.
    came = {event: row for _customer, event, row in taken}
    # By both ids: the time in an event's id names its partition, the customer its shard.
    found = list(Event.objects.filter(customer_id__in={row[0] for row in taken}, id__in={row[1] for row in taken}))
    _send_on(reader, came.keys() - {event.id for event in found})
    return sorted(found, key=lambda event: (event.occurred_at, came[event.id]))


def _send_on(reader: str, missing: Collection[uuid.UUID]) -> None:
    """Events that changed hands without what waits for them: let them wait where they are. One whose month was dropped
    waits no longer.
    """
    if not missing:
        return
    # By id alone: whose they are is the question, and the time in an id still names the partition.
    elsewhere = list(Event.objects.filter(id__in=missing).values_list("customer_id", "id"))
    hand_over([(customer, reader, event.bytes) for customer, event in elsewhere])
    pipeline.again({customer for customer, _event in elsewhere}, cause="events.sent_on")


def keep(reader: str, events: Iterable[Event]) -> None:
    """Let events wait on: what they are about has not been told yet."""
    hand_over([(event.customer_id, reader, event.id.bytes) for event in events])


def waiting_since(reader: str, before: dt.datetime, *, limit: int) -> list[uuid.UUID]:
    """Customers of events recorded before `before` that still wait for that reader; of the `limit` that were looked at
    longest ago, so that none stays behind younger ones for good.
    """
    rows = Handover.objects.filter(reader=reader).order_by("id").values_list("customer_id", "event_id")[:limit]
    by_customer: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    for customer, event in rows:
        by_customer[customer].append(event)
    events = [event for waiting in by_customer.values() for event in waiting]
    found = Event.objects.filter(customer_id__in=list(by_customer), id__in=events, received_at__lt=before)
    return sorted(set(found.values_list("customer_id", flat=True)))
