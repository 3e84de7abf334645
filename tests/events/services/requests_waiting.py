"""Requests as the door leaves them in the inbox, for the tests of the drain."""

import datetime as dt
import json
import uuid

from events.models import InboxRow
from events.rules import tracking
from events.services import draining, inbox, recording

NOW = dt.datetime(2026, 11, 22, 12, 30, tzinfo=dt.UTC)
VIEW = {"type": "track", "event": "Product Viewed", "userId": "u1", "properties": {"sku": "A-1"}}


def put(source, *events, sender=None, at=NOW, kind=None, **batch):
    """A request as the door leaves it in the inbox."""
    items = [json.dumps({"messageId": uuid.uuid4().hex, **event}).encode() for event in events]
    verdicts = [tracking.check(item, kind=kind, limits=tracking.Limits()) for item in items]
    request = tracking.Request(items, **batch)
    refused = [verdict for verdict in verdicts if verdict]
    parcel = inbox.Parcel(
        events=[inbox.msgspec.Raw(item) for item, verdict in zip(items, verdicts, strict=True) if not verdict],
        sender=sender or inbox.Sender(),
        kind=kind,
        sent_at=request.sent_at,
        context=request.context,
    )
    row = uuid.uuid7() if hasattr(uuid, "uuid7") else inbox.ids.uuid7()
    InboxRow.objects.create(
        id=row,
        source=source,
        received_at=at,
        accepted=len(parcel.events),
        rejected=len(refused),
        sealed=inbox._seal("inbox", row, source.id, parcel),
    )


def drain():
    return draining.drain(now=NOW)


def poison(monkeypatch):
    """Let the writing of events break where one is called so; returns how many each try was asked to write."""
    real, asked = recording.record_spelt, []

    def breaks(events, owners, **more):
        asked.append(len(events))
        if any(b"Poison" in event.row for event in events):
            raise ValueError("poison")
        return real(events, owners, **more)

    monkeypatch.setattr(recording, "record_spelt", breaks)
    return asked
