"""The inbox: events that were accepted and wait to become facts, and the quarantine of those that were refused.

Request threads judge, seal and pack; `events.services.committing` writes. What is packed here are values in
PostgreSQL's binary format, each behind its length, so that the committing thread only joins bytes.
"""

import datetime as dt
import struct
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cdp.core import ids
from cdp.core.crypto import hourly
from events.models import RejectedEvent
from events.rules import tracking

Row = tuple[bytes, ...]
INBOX_COLUMNS = ("id", "source_id", "received_at", "accepted", "rejected", "unconsented", "sealed")
REJECTED_COLUMNS = ("id", "source_id", "received_at", "code", "sealed")
_INBOX, _INBOX_PARTS = struct.Struct(">i16si16siqiiiiiii"), struct.Struct("20s20s12s8s8s8s4s")
_REJECTED, _REJECTED_PARTS = struct.Struct(">i16si16siq"), struct.Struct("20s20s12s")
_LENGTH = struct.Struct(">i")
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


class Sender(msgspec.Struct, omit_defaults=True):
    """What a request says of whoever sent it. The address is shortened before it comes here."""

    agent: str = ""
    address: str = ""
    privacy_signal: bool = False  # Global Privacy Control


class Parcel(msgspec.Struct, omit_defaults=True):
    """What a sealed blob holds: events as sent, and what their request said for all of them."""

    events: list[msgspec.Raw]
    sender: Sender
    kind: str | None = None  # of a single call, from its address
    sent_at: str | int | float | None = None
    context: dict[str, Any] | None = None
    first: int = 0  # how many events of the request were worked off before
    code: str = ""  # in the quarantine: why it was refused, in words
    message: str = ""


@dataclass(slots=True)
class Entry:
    """What one request adds: the row of the inbox and the rows of the quarantine, packed, value by value."""

    inbox: Row
    rejected: list[Row] = field(default_factory=list)


_parcels = msgspec.json.Decoder(Parcel)
_encoder = msgspec.json.Encoder()


def pack(
    *,
    source: uuid.UUID,
    request: tracking.Request,
    kind: str | None,
    verdicts: Sequence[tracking.Refusal | None],
    sender: Sender,
    received_at: dt.datetime,
) -> Entry:
    """A judged request, sealed and ready to be written. `verdicts` has one entry per event, None for accepted.

    Of events that nobody allowed to be measured only the number is written.
    """
    judged = list(zip(request.items, verdicts, strict=True))
    accepted = [_raw(item) for item, verdict in judged if verdict is None]
    refused = [(item, verdict) for item, verdict in judged if verdict is not None]
    moment = (received_at - _EPOCH) // _MICROSECOND
    shared: dict[str, Any] = {"sender": sender, "kind": kind, "sent_at": request.sent_at, "context": request.context}
    (row,) = ids.raw7s(1)
    events = _encoder.encode(Parcel(events=accepted, **shared))
    blob = hourly.seal(events, context=_context("inbox", row, source))
    kept = [(item, verdict) for item, verdict in refused if verdict.code != tracking.Code.NO_CONSENT]
    numbers = (4, len(accepted), 4, len(kept), 4, len(refused) - len(kept))
    *values, length = _INBOX_PARTS.unpack(_INBOX.pack(16, row, 16, source.bytes, 8, moment, *numbers, len(blob)))
    return Entry((*values, length + blob), [_rejected(item, verdict, source, moment, shared) for item, verdict in kept])


def _raw(item: Any) -> msgspec.Raw:
    return item if isinstance(item, msgspec.Raw) else msgspec.Raw(item)


def _rejected(item: Any, refusal: tracking.Refusal, source: uuid.UUID, moment: int, shared: dict[str, Any]) -> Row:
    row, code = ids.uuid7(), refusal.code.encode()
    # What was refused need not be JSON that an encoder would repeat, so it travels beside the parcel as it came.
    parcel = Parcel(events=[], code=refusal.code, message=refusal.message, **shared)
    blob = _seal_bytes("rejected", row, source, _encoder.encode(parcel) + b"\n" + bytes(item))
    values = _REJECTED_PARTS.unpack(_REJECTED.pack(16, row.bytes, 16, source.bytes, 8, moment))
    return (*values, _LENGTH.pack(len(code)) + code, _LENGTH.pack(len(blob)) + blob)


def _seal(table: str, row: uuid.UUID, source: uuid.UUID, parcel: Parcel) -> bytes:
    return _seal_bytes(table, row, source, _encoder.encode(parcel))


def _seal_bytes(table: str, row: uuid.UUID, source: uuid.UUID, data: bytes) -> bytes:
    return hourly.seal(data, context=_context(table, row.bytes, source))


def _context(table: str, row: bytes, source: uuid.UUID) -> bytes:
    return f"events.{table}:".encode() + row + source.bytes


def seal_parcel(parcel: Parcel, *, row: uuid.UUID, source: uuid.UUID) -> bytes:
    """The blob of an inbox row that is not written by the door."""
    return _seal("inbox", row, source, parcel)


def open_parcel(sealed: bytes, *, row: uuid.UUID, source: uuid.UUID) -> Parcel:
    """What an inbox row holds. Raises `envelope.Unopenable`."""
    return _parcels.decode(hourly.open_(sealed, context=_context("inbox", row.bytes, source)))


def open_rejected(sealed: bytes, *, row: uuid.UUID, source: uuid.UUID) -> tuple[Parcel, bytes]:
    """What a row of the quarantine holds, and the event as it came. Raises `envelope.Unopenable`."""
    head, _, raw = hourly.open_(sealed, context=_context("rejected", row.bytes, source)).partition(b"\n")
    return _parcels.decode(head), raw


def to_quarantine(
    raw: bytes, refusal: tracking.Refusal, *, source: uuid.UUID, received_at: dt.datetime, parcel: Parcel
) -> RejectedEvent:
    """An event that had been accepted, as an unsaved row of the quarantine."""
    rejected = ids.uuid7()
    about = Parcel(
        events=[],
        sender=parcel.sender,
        kind=parcel.kind,
        sent_at=parcel.sent_at,
        context=parcel.context,
        code=refusal.code,
        message=refusal.message,
    )
    blob = _seal_bytes("rejected", rejected, source, _encoder.encode(about) + b"\n" + raw)
    return RejectedEvent(id=rejected, source_id=source, received_at=received_at, code=refusal.code, sealed=blob)


def events_of(
    parcel: Parcel, *, row: uuid.UUID, received_at: dt.datetime
) -> Iterator[tuple[bytes, tracking.Tracked | tracking.Refusal]]:
    """Each event of an inbox row as sent and as read."""
    # The door refuses such a context; rows that an older version accepted may still wait.
    fault = tracking.judge_context(parcel.context)
    request = str(row)
    for position, item in enumerate(parcel.events, parcel.first):
        raw = bytes(item)
        yield (
            raw,
            fault
            or tracking.read(
                raw,
                kind=parcel.kind,
                received_at=received_at,
                sent_at=parcel.sent_at,
                context=parcel.context,
                place=f"{request}:{position}",
            ),
        )
