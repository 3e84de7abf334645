"""Links that anybody may ask for on a public page: to their settings, or to confirm a sign-up after all.

Asking looks nothing up. It writes one sealed row, whoever the address is, and a worker finds out a moment later whether
anybody is known by it. So the answer is the same and takes as long in both cases.
"""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any

import structlog
from django.db import transaction

from cdp.core import ids, locks, outbox, wake
from cdp.core.crypto import hourly, index
from cdp.core.crypto.envelope import Unopenable
from consent.models import LinkRequest
from consent.services import confirming, link_mails
from customers.services import identity

log = structlog.get_logger("consent")
SETTINGS, CONFIRMATION = "settings", "confirmation"
PER_CONTACT = (5, dt.timedelta(days=1))
PER_NETWORK = (30, dt.timedelta(minutes=10))
"""More than that are answered alike and dropped."""
KEPT = dt.timedelta(days=1)
TABLE = "consent_linkrequest"


def ask_settings(*, channel: str, address: str, language: str, network: str, at: dt.datetime) -> None:
    """Take down that somebody wants the link to their settings at that address (standardised; "email" or "sms")."""
    told = {"what": SETTINGS, "channel": channel, "address": address, "language": language}
    _ask(told, contact=address, network=network, at=at)


def ask_confirmation(*, token: str, language: str, proof: Mapping[str, Any], network: str, at: dt.datetime) -> None:
    """Take down that whoever holds this link, whatever became of it, wants the mail with it once more."""
    told = {"what": CONFIRMATION, "token": token, "language": language, "proof": dict(proof)}
    _ask(told, contact=token, network=network, at=at)


def _ask(told: Mapping[str, Any], *, contact: str, network: str, at: dt.datetime) -> None:
    row = LinkRequest(
        id=ids.uuid7(),
        asked_at=at,
        contact_digest=index.digest("link.contact", contact.strip().casefold()),
        from_digest=index.digest("link.network", network),
    )
    row.asked = hourly.seal(json.dumps(told, ensure_ascii=False).encode(), context=_context(row.id))
    with transaction.atomic():
        # One after the other, or a hundred at once would each see that none was asked for yet.
        locks.take_turns(bytes(row.contact_digest))
        if _is_too_often(row, at=at):
            return  # answered alike, and nothing is kept that somebody could fill a table with
        row.save(force_insert=True)
        transaction.on_commit(wake.links)


def _is_too_often(row: LinkRequest, *, at: dt.datetime) -> bool:
    most, span = PER_CONTACT
    if LinkRequest.objects.filter(contact_digest=row.contact_digest, asked_at__gt=at - span).count() >= most:
        return True
    most, span = PER_NETWORK
    return LinkRequest.objects.filter(asked_at__gt=at - span, from_digest=row.from_digest).count() >= most


def send_waiting(*, now: dt.datetime) -> int:
    """Look at what was asked for and write to whom it concerns; how many rows were looked at. By a worker, alone or
    not: each row and its mail are one transaction, so a kill loses none and doubles none.
    """
    looked = 0
    while _work_off_one(now):
        looked += 1
    return looked


def _work_off_one(now: dt.datetime) -> bool:
    with transaction.atomic():
        row = (
            LinkRequest.objects.select_for_update(skip_locked=True).filter(done_at__isnull=True).order_by("id").first()
        )
        if row is None:
            return False
        told = _opened(row)
        if told is not None:
            _answer(row, told, now)
        LinkRequest.objects.filter(id=row.id).update(done_at=now, asked=b"")
    return True


def _answer(row: LinkRequest, told: Mapping[str, Any], now: dt.datetime) -> None:
    try:
        with transaction.atomic():
            if told["what"] == SETTINGS:
                # Rows of an earlier version had an e-mail address.
                address, channel = told.get("address") or told["email"], told.get("channel", "email")
                link_mails.send(channel=channel, address=address, language=told["language"], at=now)
            else:
                confirming.ask_again(told["token"], language=told["language"], proof=told["proof"], at=now)
    except (outbox.writing.UnableToPut, identity.UnableToResolve):
        # Forgotten at this very moment, or written by others every time: the next person must not wait for it.
        log.warning("a link that was asked for could not be sent", request=str(row.id))


def forget_old(*, now: dt.datetime) -> int:
    """Delete what was asked for a day ago. Returns how many rows."""
    return LinkRequest.objects.filter(asked_at__lt=now - KEPT).delete()[0]


def _opened(row: LinkRequest) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(hourly.open_(bytes(row.asked), context=_context(row.id)))
    except Unopenable:
        return None
    return found


def _context(row: uuid.UUID) -> bytes:
    return f"{TABLE}.asked:".encode() + row.bytes
