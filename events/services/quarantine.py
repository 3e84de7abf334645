"""Refused events: opened for a person who looks at one, and sent in again when it was mended."""

import datetime as dt
import json
import uuid
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db import transaction

from cdp.core import audit, ids
from cdp.core.actors import Actor
from events.models import InboxRow, RejectedEvent
from events.rules import tracking
from events.selectors import senders
from events.services import inbox


class UnableToReplay(Exception):
    """The event still cannot be taken: `refusal` says why; None when it is not in the quarantine any more.

    `in_context` tells that the fault is in the context of its batch and not in the event.
    """

    def __init__(self, refusal: tracking.Refusal | None, *, in_context: bool = False) -> None:
        """Keep the verdict."""
        super().__init__(refusal.code if refusal else "gone")
        self.refusal = refusal
        self.in_context = in_context


@dataclass(frozen=True, slots=True)
class Opened:
    """A refused event in clear: of which call, why refused, its text, laid out if it is JSON, and what its batch said
    for all of its events ("" when it said nothing).
    """

    kind: str
    message: str
    text: str
    context: str = ""


def look(row: RejectedEvent, *, actor: Actor, at: dt.datetime) -> Opened:
    """Open one, and note in the access log who did. Raises `envelope.Unopenable` when its key is gone."""
    parcel, raw = inbox.open_rejected(bytes(row.sealed), row=row.id, source=row.source_id)
    audit.looked(actor=actor, at=at, view="events:quarantine-detail", customers=[], reason=f"event {row.id}")
    text = raw.decode(errors="replace")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if isinstance(found, dict):
        text = json.dumps(found, ensure_ascii=False, indent=2)
    kind = parcel.kind or (str(found.get("type") or "")[:20] if isinstance(found, dict) else "")
    context = json.dumps(parcel.context, ensure_ascii=False, indent=2) if parcel.context else ""
    return Opened(kind, parcel.message, text, context)


def replay(row: uuid.UUID, *, text: str, context: str, actor: Actor, at: dt.datetime) -> None:
    """Send a mended event in, as if its client had sent it so at the time. Raises UnableToReplay.

    `context` stands for what its batch said for all of its events; "" for nothing. Both are judged as at the door. The
    event is counted as accepted instead of refused: the row it leaves in the inbox takes one from the refused of its
    hour.
    """
    with transaction.atomic():
        rejected = RejectedEvent.objects.select_for_update().filter(id=row).first()
        if rejected is None:
            raise UnableToReplay(None)
        parcel, _old = inbox.open_rejected(bytes(rejected.sealed), row=rejected.id, source=rejected.source_id)
        raw = _compact(text)
        limits = senders.limits([rejected.source_id])[rejected.source_id]
        refusal = tracking.check(raw, kind=parcel.kind, limits=limits)
        if refusal is not None:
            raise UnableToReplay(refusal)
        around = _context(context, limits)
        mended = msgspec.structs.replace(parcel, events=[msgspec.Raw(raw)], context=around, code="", message="")
        accepted(rejected, mended).save(force_insert=True)
        rejected.delete()
        audit.record(audit.Action.EVENT_REPLAYED, actor=actor, at=at, subject=row, details={"code": rejected.code})


def accepted(row: RejectedEvent, parcel: inbox.Parcel) -> InboxRow:
    """An unsaved request of that one event, counted as accepted instead of refused in the hour of its arrival."""
    new = ids.uuid7()
    return InboxRow(
        id=new,
        source_id=row.source_id,
        received_at=row.received_at,
        accepted=1,
        rejected=-1,
        sealed=inbox.seal_parcel(parcel, row=new, source=row.source_id),
    )


def _context(text: str, limits: tracking.Limits) -> dict[str, Any] | None:
    if not text.strip():
        return None
    try:
        found = json.loads(_compact(text))
    except (ValueError, RecursionError):
        refusal = tracking.Refusal(tracking.Code.INVALID_JSON, "The context is not valid JSON.")
        raise UnableToReplay(refusal, in_context=True) from None
    if not isinstance(found, dict):
        refusal = tracking.Refusal(tracking.Code.NOT_AN_OBJECT, "A context is a JSON object.")
        raise UnableToReplay(refusal, in_context=True)
    fault = tracking.judge_context(found, limits=limits)
    if fault is not None:
        raise UnableToReplay(fault, in_context=True)
    return found


def _compact(text: str) -> bytes:
    """JSON as a client would send it; anything else stays as it is and is refused by the rules."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        return text.encode(errors="replace")
