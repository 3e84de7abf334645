"""Writing events that are already resolved to customers."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from django.db import transaction

from cdp.core import binary, copying, ids, pipeline
from cdp.core.crypto import subjects
from customers.selectors import lineage
from customers.services import buckets
from events.models import Event
from events.rules import scrubbing, visits
from events.services import handover, partitions, stretches

EARLIEST = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
AHEAD = dt.timedelta(days=1)
# What an event says by itself comes first, so that it can be spelt before anybody knows whose it is.
_COLUMNS = (
    "id",
    "kind",
    "name",
    "is_visit",
    "source",
    "message_id",
    "occurred_at",
    "received_at",
    "properties",
    "customer_id",
    "sealed",
    "resolved_by",
)
_BEGIN = binary.begin(len(_COLUMNS)) + binary.ID


class EventRow(msgspec.Struct, frozen=True):
    """One event of one customer. `properties` say what was looked at, never who; `occurred_at` is aware.

    `personal` is what else was told, kept sealed under the customer's key; facts without a person keep none of it.
    `resolved_by` is the digest of the identifier that told whose event it is, `received_at` the now of the writer if
    not told.
    """

    customer: uuid.UUID
    kind: str
    name: str
    source: str
    message_id: str
    occurred_at: dt.datetime
    properties: Mapping[str, Any]
    personal: Mapping[str, Any] | None = None
    resolved_by: bytes | None = None
    received_at: dt.datetime | None = None
    is_bot: bool = False


class Spelt(msgspec.Struct):
    """All of an event but whose it is, as COPY takes it; what is personal waits for the key of its customer."""

    id: bytes
    row: bytes
    readers: Sequence[str] = ()
    personal: bytes = b""
    is_visit: bool = False
    is_order: bool = False


class Owner(NamedTuple):
    """Whose an event is, and the digest of the identifier that told it (None: nobody's)."""

    customer: uuid.UUID
    resolved_by: bytes | None


def record_many(rows: Sequence[EventRow], *, now: dt.datetime, lane: int = pipeline.BULK) -> int:
    """Write events into their months and mark their customers. Returns how many.

    Times are clamped to 2000 … now + 1 day, as the fine print says. A name that is somebody's address or phone (the
    title of a page, say) is sealed with what else is personal, and the event goes by its kind.
    """
    spelt = [
        spell(
            event,
            kind=row.kind,
            name=row.name,
            source=row.source,
            message_id=row.message_id,
            occurred_at=at,
            received_at=row.received_at or now,
            properties=row.properties,
            personal=row.personal,
            is_bot=row.is_bot,
        )
        for row, (event, at) in zip(rows, new_ids([row.occurred_at for row in rows], now=now), strict=True)
    ]
    return record_spelt(spelt, [Owner(row.customer, row.resolved_by) for row in rows], now=now, lane=lane)


def new_ids(moments: Sequence[dt.datetime], *, now: dt.datetime) -> list[tuple[bytes, dt.datetime]]:
    """Of each event, by when it is said to have happened: its new id, and the time under which it is kept."""
    last = now + AHEAD
    times = [moment if EARLIEST <= moment <= last else min(max(moment, EARLIEST), last) for moment in moments]
    return list(zip(ids.raw7s_at(times), times, strict=True))


def spell(
    event: bytes,
    *,
    kind: str,
    name: str,
    source: str,
    message_id: str,
    occurred_at: dt.datetime,
    received_at: dt.datetime,
    properties: Mapping[str, Any],
    personal: Mapping[str, Any] | None,
    is_bot: bool,
) -> Spelt:
    """An event under its new id, ready to be written whoever it turns out to belong to."""
    called = _called(kind, name)
    if called.is_personal:
        personal = {**(personal or {}), "name": name}
    row = b"".join(
        [
            _BEGIN,
            event,
            called.as_robot if is_bot else called.as_person,
            binary.word(source),
            binary.text(message_id),
            binary.moment(occurred_at),
            binary.moment(received_at),
            binary.json(msgspec.json.encode(properties)),
            binary.ID,
        ]
    )
    sealed_later = msgspec.json.encode(personal) if personal else b""
    is_order = visits.is_order(kind, name)
    return Spelt(event, row, called.readers, sealed_later, called.is_visit and not is_bot, is_order)


class _Called(NamedTuple):
    """What follows from what an event is called: the fields of a robot's and of a person's, who wants to read it."""

    as_robot: bytes
    as_person: bytes
    readers: Sequence[str]
    is_personal: bool
    is_visit: bool


@lru_cache(maxsize=4096)  # a shop has few names of events, and pages that many look at
def _called(kind: str, name: str) -> _Called:
    is_personal = scrubbing.is_personal(name)
    shown = kind.title() if is_personal else name
    fields = binary.text(kind) + binary.text(shown)
    is_visit = visits.is_visit(kind, shown)
    as_person = fields + (binary.TRUE if is_visit else binary.FALSE)
    return _Called(fields + binary.FALSE, as_person, tuple(handover.readers(kind, shown)), is_personal, is_visit)


def record_spelt(
    events: Sequence[Spelt], owners: Sequence[Owner], *, now: dt.datetime, lane: int = pipeline.BULK
) -> int:
    """Write events that are spelt, each with its owner, by COPY into their months; mark their customers. Returns how
    many.
    """
    if not events:
        return 0
    with transaction.atomic():
        partitions.ensure_months(ids.days_of(event.id for event in events), now=now)
        owners, keyring = _with_keys(events, owners)
        ends = _ends(events, owners, keyring)
        rows = [part for event, end in zip(events, ends, strict=True) for part in (event.row, end)]
        copying.packed(Event, _COLUMNS, rows)
        waiting = [
            (owner.customer, reader, event.id)
            for event, owner in zip(events, owners, strict=True)
            if event.readers
            for reader in event.readers
        ]
        seen = ((owner.customer, event.id) for event, owner in zip(events, owners, strict=True) if event.is_visit)
        handover.hand_over([*waiting, *stretches.of(one for one in seen if one[0] not in buckets.ALL)])
        # Nobody's events change nobody's figures; a room that makes facts of them has to be woken all the same.
        awaited = {customer for customer, _reader, _event in waiting}
        changed = [
            customer
            for customer in dict.fromkeys(owner.customer for owner in owners)
            if customer not in buckets.ALL or customer in awaited
        ]
        pipeline.mark(changed, cause="events.recorded", lane=lane)
    return len(events)


def _with_keys(events: Sequence[Spelt], owners: Sequence[Owner]) -> tuple[Sequence[Owner], subjects.Keyring]:
    """The owners, and the keys that seal what is personal of theirs. Who was merged since it was found out whose an
    event is has no keys any more, for they went along: the event is the survivor's then.
    """
    told = {owner.customer for event, owner in zip(events, owners, strict=True) if event.personal} - buckets.ALL
    keyring = subjects.load(told)
    if keyless := told - keyring.writing.keys():
        stands = lineage.standing(keyless)
        owners = [owner._replace(customer=stands.get(owner.customer, owner.customer)) for owner in owners]
        keyring = subjects.load(told - keyless | set(stands.values()))
    return owners, keyring


def _ends(events: Sequence[Spelt], owners: Sequence[Owner], keyring: subjects.Keyring) -> list[bytes]:
    """What follows in each row: customer, sealed, resolved_by."""
    found = []
    for event, (customer, resolved_by) in zip(events, owners, strict=True):
        sealed = None
        if event.personal and customer in keyring.writing:
            sealed = keyring.seal(
                event.personal.decode(),
                customer=customer,
                table="events_event",
                column="sealed",
                row=uuid.UUID(bytes=event.id),
            )
        found.append(
            b"%b%b%b"
            % (
                customer.bytes,
                binary.NULL if sealed is None else binary.raw(sealed),
                binary.NULL if resolved_by is None else binary.raw(resolved_by),
            )
        )
    return found
