"""What a consent receipt says, in the shape of ISO/IEC TS 27560, on plain values."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from consent.rules.ledger import EXPIRED, REFUSALS, WITHDRAWN, YES

SCHEMA = "ISO/IEC TS 27560:2023"
ACTIVE, REFUSED, ENDED, LAPSED, UNSAID = "active", "refused", "withdrawn", "expired", "none"
TYPES = {
    "given": "consent_given",
    "reconfirmed": "consent_reconfirmed",
    "inherited": "consent_taken_over",
    "denied": "consent_refused",
    "withdrawn": "consent_withdrawn",
    "expired": "consent_expired",
    "retracted": "record_retracted",
}


@dataclass(frozen=True)
class Event:
    """One statement of the ledger."""

    id: uuid.UUID
    purpose: str
    channel: str
    status: str
    at: dt.datetime
    recorded_at: dt.datetime
    method: str
    source: str
    form: str = ""
    place: str = ""
    language: str = ""
    policy_version: str = ""
    purpose_version: str = ""
    actor: str = ""
    words: str = ""
    retracts: uuid.UUID | None = None


@dataclass(frozen=True)
class About:
    """A purpose as the receipt names it: its words in the receipt's language, and since when it means what it means."""

    key: str
    name: str
    description: str = ""
    version: str = ""
    holds_since: dt.datetime | None = None  # an older "yes" is of another meaning, or ran out


@dataclass(frozen=True)
class Holding:
    """What holds now for a purpose on a channel: the state of the ledger."""

    purpose: str
    channel: str
    status: str
    at: dt.datetime
    record: uuid.UUID


@dataclass(frozen=True)
class Party:
    """Who is responsible."""

    name: str
    address: str
    email: str
    country: str
    url: str


@dataclass(frozen=True)
class Receipt:
    """Everything that goes into one."""

    id: uuid.UUID
    issued_at: dt.datetime
    customer: uuid.UUID
    language: str
    jurisdiction: str
    controller: Party
    policy_url: str
    policy_version: str
    keys_url: str
    purposes: Mapping[str, About]
    holding: Sequence[Holding]
    events: Sequence[Event] = field(default_factory=tuple)  # newest first
    is_whole: bool = True


def state_of(holding: Holding, about: About | None) -> str:
    """active, withdrawn, refused or expired; a "yes" that is older than its purpose lets it hold has expired."""
    if holding.status in YES:
        since = about.holds_since if about else None
        return LAPSED if since is not None and holding.at < since else ACTIVE
    if holding.status == EXPIRED:
        return LAPSED
    return ENDED if holding.status == WITHDRAWN else REFUSED if holding.status in REFUSALS else UNSAID


def content(receipt: Receipt) -> dict[str, Any]:
    """The receipt as JSON values: texts, booleans, lists and objects only, so that everybody writes the same bytes."""
    by_slot: dict[tuple[str, str], list[Event]] = {}
    for event in receipt.events:
        by_slot.setdefault((event.purpose, event.channel), []).append(event)
    holding = {(one.purpose, one.channel): one for one in receipt.holding}
    order = {key: number for number, key in enumerate(receipt.purposes)}
    slots = sorted(by_slot.keys() | holding.keys(), key=lambda slot: (order.get(slot[0], len(order)), *slot))
    return {
        "schema_version": SCHEMA,
        "receipt_id": str(receipt.id),
        "receipt_state": "issued",
        "issued_at": _moment(receipt.issued_at),
        "pii_principal_id": str(receipt.customer),
        "language": receipt.language,
        "jurisdiction": receipt.jurisdiction,
        "party_identification": [
            {
                "party_role": "pii_controller",
                "party_name": receipt.controller.name,
                "party_address": receipt.controller.address,
                "party_email": receipt.controller.email,
                "party_country": receipt.controller.country,
                "party_url": receipt.controller.url,
            }
        ],
        "privacy_notice": {"url": receipt.policy_url, "version": receipt.policy_version},
        "processing": [_processing(slot, holding.get(slot), by_slot.get(slot, []), receipt) for slot in slots],
        "history_is_complete": receipt.is_whole,
        "verification_keys": receipt.keys_url,
    }


def _processing(
    slot: tuple[str, str], holding: Holding | None, events: Sequence[Event], receipt: Receipt
) -> dict[str, Any]:
    purpose, channel = slot
    about = receipt.purposes.get(purpose, About(purpose, purpose))
    found: dict[str, Any] = {
        "purpose": {
            "purpose_id": purpose,
            "name": about.name,
            "description": about.description,
            "version": about.version,
        },
        "channel": channel,
        "lawful_basis": "consent",
        "state": state_of(holding, about) if holding else UNSAID,
        "events": [_event(event) for event in events],
    }
    if holding:
        found |= {"since": _moment(holding.at), "record_id": str(holding.record)}
    return found


def _event(event: Event) -> dict[str, Any]:
    told = {
        "event_id": str(event.id),
        "event_type": TYPES.get(event.status, event.status),
        "event_state": event.status,
        "event_time": _moment(event.at),
        "recorded_at": _moment(event.recorded_at),
        "collection_method": event.method,
        "source": event.source,
        "form": event.form,
        "place": event.place,
        "language": event.language,
        "privacy_notice_version": event.policy_version,
        "purpose_version": event.purpose_version,
        "entity": event.actor,
        "words_shown": event.words,
        "retracts": str(event.retracts) if event.retracts else "",
    }
    return {name: value for name, value in told.items() if value}


def _moment(at: dt.datetime) -> str:
    """To the microsecond, in the zone it comes in: the shop's, as everywhere in REST."""
    return at.isoformat()
