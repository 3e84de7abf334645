"""Which events a room above still has to read, without that room looking through all of them (ADR 14).

A room says in its declarations which names it wants. Whoever records events puts a row per wanted event and reader
into a small queue, in the same transaction; the room's step of the pipeline takes the rows of the customers it works
on. So a customer without such events costs a step nothing but a look into a short index, whatever their history, and
the queue moves with the person when two become one.

Visits are cut by the same queue: of a run of events one row is enough for that (see `stretches`).

What cannot be used yet, because something else must be told first, waits aside under the name of what it awaits, so
that it is not looked at with everything else that its customer does.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.db import connection

from cdp.core import binary, copying, ids, pipeline
from events.models import Event, Handover

_HANDED = ("id", "customer_id", "reader", "event_id")
_COLUMNS = (*_HANDED, "awaits")
MOST = 5000
"""Events of one turn: as many as a drain of the inbox writes; whoever has more is worked on again."""
_WAITING = ".waiting"
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
    head = binary.begin(len(_HANDED))
    copying.packed(
        Handover,
        _HANDED,
        [
            b"".join([head, binary.ID, row, binary.ID, customer.bytes, binary.word(reader), binary.ID, event])
            for row, (customer, reader, event) in zip(ids.raw7s(len(waiting)), waiting, strict=True)
        ],
    )


def take(reader: str, customers: Sequence[uuid.UUID]) -> list[Event]:
    """Events of these customers that wait for that reader, at most MOST, by their times; they wait no longer. Customers
    who have more are worked on again.

    Call it in the transaction that writes what becomes of them: a reader that dies finds them again.
    """
    with connection.cursor() as cursor:
        # One customer after the other, each by an index in the order of arrival: it ends with the last row it gives.
        cursor.execute(
            """
            SELECT first.id FROM unnest(%s::uuid[]) AS who (id) CROSS JOIN LATERAL (
                SELECT id FROM events_handover WHERE customer_id = who.id AND reader = %s ORDER BY id LIMIT %s
            ) AS first LIMIT %s
            """,
            [copying.array(customers), reader, MOST, MOST],
        )
        rows = [row[0] for row in cursor.fetchall()]
        if not rows:
            return []
        cursor.execute(
            """
            DELETE FROM events_handover WHERE customer_id = ANY(%s::uuid[]) AND id = ANY(%s::uuid[])
            RETURNING customer_id, event_id, id
            """,
            [copying.array(customers), copying.array(rows)],
        )
        taken = cursor.fetchall()
        if len(rows) == MOST:
            cursor.execute(
                """
                SELECT who.id FROM unnest(%s::uuid[]) AS who (id)
                WHERE EXISTS (SELECT 1 FROM events_handover WHERE customer_id = who.id AND reader = %s)
                """,
                [copying.array(customers), reader],
            )
            pipeline.again([row[0] for row in cursor.fetchall()], cause="events.more")
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


def aside_of(reader: str) -> str:
    """The name under which events wait aside for what that reader must hear first."""
    return reader + _WAITING


def wait(reader: str, events: Iterable[tuple[Event, bytes]]) -> None:
    """Let events wait aside until what each awaits, a digest, has `arrived`. The row's id tells since when: since the
    event was received.
    """
    aside = aside_of(reader)
    rows = ((ids.uuid7_at(one.received_at), one.customer_id, aside, one.id, awaits) for one, awaits in events)
    copying.rows(Handover, _COLUMNS, rows)


def arrived(reader: str, awaited: Collection[bytes]) -> list[uuid.UUID]:
    """What waited for these is for the reader again; returns whose it is, for the caller to mark them.

    Who begins to wait in a transaction that is open meanwhile is not found: see `awaited`.
    """
    if not awaited:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE events_handover SET reader = %s, awaits = NULL WHERE awaits = ANY(%s) AND reader = %s
            RETURNING customer_id
            """,
            [reader, sorted(awaited), reader + _WAITING],
        )
        return sorted({row[0] for row in cursor.fetchall()})


def awaited(reader: str, *, limit: int, chunk: int = 2000) -> Iterator[set[bytes]]:
    """What is waited for, at most `limit` of the oldest, by the chunk: whether it has come in the meantime is for the
    reader's room to know.
    """
    last = uuid.UUID(int=0)
    for _start in range(0, limit, chunk):
        waiting = Handover.objects.filter(reader=reader + _WAITING, id__gt=last)
        rows = list(waiting.order_by("id").values_list("id", "awaits")[:chunk])
        if not rows:
            return
        last = rows[-1][0]
        yield {bytes(awaits) for _row, awaits in rows if awaits}


def waited_since(reader: str, before: dt.datetime, *, limit: int) -> list[uuid.UUID]:
    """Events received before `before` that wait aside are for the reader again, the oldest first, at most `limit`;
    returns whose they are, for the caller to mark them.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE events_handover SET reader = %s, awaits = NULL WHERE id = ANY(ARRAY(
                SELECT id FROM events_handover WHERE reader = %s AND id < %s ORDER BY id LIMIT %s
            )) AND reader = %s
            RETURNING customer_id
            """,
            [reader, reader + _WAITING, ids.floor(before), limit, reader + _WAITING],
        )
        return sorted({row[0] for row in cursor.fetchall()})
