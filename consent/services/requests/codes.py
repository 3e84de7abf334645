"""One-time codes: who can read what is sent to an address or a number is taken for whoever it belongs to.

Asking looks nothing up: it writes a row, whoever the address is, and a worker finds out a moment later whether anybody
is known by it. So the page says the same and takes as long in both cases, and its answer cannot be timed.
"""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cdp.core import ids, locks, wake
from cdp.core.actors import CUSTOMER
from cdp.core.crypto import hourly, index
from cdp.core.crypto.envelope import Unopenable
from consent.models import PrivacyAttempt, PrivacyCode, PrivacyRequest
from consent.rules import requests as rules
from consent.services.requests import intake, letters, steps
from consent.services.requests.steps import UnableToDo
from customers.selectors import identifiers, lineage

TABLE = "consent_privacycode"
KINDS = {"email": "email", "sms": "phone"}
"""Which identifier a channel reaches."""
PORTION = 100
WRONG = _("This code does not fit. Look at the newest message, or ask for another code.")


@dataclass(frozen=True)
class Asked:
    """What somebody wants, until the code is entered. `address` is standardised (an e-mail address, E.164)."""

    right: str
    channel: str
    address: str = field(repr=False)
    language: str = "en"
    said: str = field(default="", repr=False)
    changes: Mapping[str, str] = field(default_factory=dict, repr=False)
    download: str = ""  # of a copy that lies ready: the request's id


def ask(asked: Asked, *, network: str, at: dt.datetime, customer: uuid.UUID | None = None) -> uuid.UUID:
    """Take down what is wanted and have a code sent; the id of the row, whoever the address is.

    Too many in a short time get no code, and the same answer. `customer` is whom a signed link names already.
    """
    row = PrivacyCode(
        id=ids.uuid7(),
        asked_at=at,
        expires_at=at + rules.CODE_LASTS,
        contact_digest=index.digest("privacy.contact", f"{asked.channel}\n{asked.address.casefold()}"),
        from_digest=index.digest("privacy.network", network),
        customer_id=customer,
    )
    digits = rules.code()
    row.code_digest = _digest(row.id, digits)
    told: dict[str, Any] = {**vars(asked), "changes": dict(asked.changes), "code": digits}
    row.asked = hourly.seal(json.dumps(told, ensure_ascii=False).encode(), context=_context(row.id))
    with transaction.atomic():
        # One after the other, or a hundred at once would each see that none was sent yet.
        locks.take_turns(bytes(row.contact_digest))
        if _is_too_often(row, at=at):
            # No row either: a code that was never kept is answered like a wrong one.
            note_attempt("code", "throttled", at=at)
            return row.id
        row.save(force_insert=True)
        transaction.on_commit(wake.requests)
    return row.id


def send_waiting(*, now: dt.datetime) -> int:
    """Send the codes that were asked for. Returns how many rows were looked at; run by a worker, alone or not."""
    looked = 0
    while True:
        with transaction.atomic():
            rows = list(
                PrivacyCode.objects.select_for_update(skip_locked=True)
                .filter(~Q(code_digest=b""), sent_at__isnull=True, ended="", expires_at__gt=now)
                .order_by("id")[:PORTION]
            )
            for row in rows:
                _send(row, now=now)
                PrivacyCode.objects.filter(id=row.id).update(sent_at=now, customer_id=row.customer_id)
        looked += len(rows)
        if len(rows) < PORTION:
            return looked


def _send(row: PrivacyCode, *, now: dt.datetime) -> None:
    asked = _opened(row)
    if asked is None:
        return
    told, digits = asked
    way: dict[str, Any] = {"address": told.address, "channel": told.channel, "language": told.language, "at": now}
    if row.customer_id is None:
        holders = lineage.standing(
            identifiers.holders([identifiers.digest(KINDS[told.channel], told.address)])
        ).values()
        people = set(holders)
        if not people:
            return
        if len(people) > 1:
            letters.send_elsewhere(row, **way)
            return
        row.customer_id = people.pop()
    letters.send_code(row, digits=digits, **way)


def prove(*, code: uuid.UUID, typed: str, at: dt.datetime) -> PrivacyRequest | None:
    """Take a code that was entered: the request it begins, or None for one that lets a copy be fetched.

    Raises UnableToDo with the same words whether the code is wrong or nobody was known by the address; after
    `CODE_TRIES` tries, or its time, it is worth nothing.
    """
    with transaction.atomic():
        row = PrivacyCode.objects.select_for_update().filter(id=code).first()
        why = _taken(row, typed, at)
        if row is not None and why:
            changes: dict[str, Any] = {"tries": row.tries + 1}
            if row.tries + 1 >= rules.CODE_TRIES and not row.ended:
                changes["ended"] = PrivacyCode.End.SPENT
            PrivacyCode.objects.filter(id=row.id).update(**changes)
        elif row is not None:
            PrivacyCode.objects.filter(id=row.id).update(ended=PrivacyCode.End.PROVED, tries=row.tries + 1)
    # The count of tries stands whatever follows.
    if row is None or why:
        note_attempt("code", why or "forged", at=at)
        raise UnableToDo(_SPENT if why in {"spent", "used"} else WRONG, code=why or "forged")
    asked = _opened(row)
    if asked is None or row.customer_id is None:
        raise UnableToDo(WRONG, code="unknown")
    told, _digits = asked
    if told.download:
        return None
    begun = intake.begin(
        intake.Ask(
            customer=row.customer_id,
            right=told.right,
            door=PrivacyRequest.Door.WEB,
            language=told.language,
            identity="code",
            words=steps.Words(said=told.said, reach=(told.channel, told.address)),
            changes=told.changes,
            received_at=row.asked_at,
        ),
        actor=CUSTOMER,
        at=at,
    )
    PrivacyCode.objects.filter(id=row.id).update(request_id=begun.request.id)
    return begun.request


_SPENT = _("This code is used up. Ask for another one.")


def _taken(row: PrivacyCode | None, typed: str, at: dt.datetime) -> str:
    """Why a code does not count; empty when it does."""
    if row is None:
        return "forged"
    if row.ended == PrivacyCode.End.PROVED:
        return "used"
    if row.ended == PrivacyCode.End.SPENT or row.tries >= rules.CODE_TRIES:
        return "spent"
    if row.ended or at >= row.expires_at:
        return "expired"
    fits = _digest(row.id, rules.typed_code(typed)) == bytes(row.code_digest)
    return "" if fits and row.customer_id is not None and row.sent_at is not None else "forged"


def download_of(row: PrivacyCode) -> uuid.UUID | None:
    """Of which request's copy a code is; None for one that begins a request."""
    asked = _opened(row)
    return uuid.UUID(asked[0].download) if asked and asked[0].download else None


def note_attempt(what: str, why: str, *, at: dt.datetime, request: uuid.UUID | None = None) -> None:
    """Keep that a link or code was refused: what and why, never whose. Counted in one row an hour; two that come at
    the same moment may make two.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    same = PrivacyAttempt.objects.filter(
        at__gte=hour, at__lt=hour + dt.timedelta(hours=1), what=what, why=why, request_id=request
    )
    first = same.order_by("id").values("id")[:1]
    if not PrivacyAttempt.objects.filter(id__in=first).update(times=F("times") + 1):
        PrivacyAttempt.objects.create(at=at, what=what, why=why, request_id=request)


def forget_old(*, now: dt.datetime) -> int:
    """Delete codes of yesterday, and attempts after three months. Returns how many rows."""
    codes = PrivacyCode.objects.filter(asked_at__lt=now - dt.timedelta(days=1)).delete()[0]
    return codes + PrivacyAttempt.objects.filter(at__lt=now - dt.timedelta(days=90)).delete()[0]


def _is_too_often(row: PrivacyCode, *, at: dt.datetime) -> bool:
    most, span = rules.CODES_PER_CONTACT
    if PrivacyCode.objects.filter(contact_digest=row.contact_digest, asked_at__gt=at - span).count() >= most:
        return True
    most, span = rules.CODES_PER_NETWORK
    return PrivacyCode.objects.filter(asked_at__gt=at - span, from_digest=row.from_digest).count() >= most


def _opened(row: PrivacyCode) -> tuple[Asked, str] | None:
    try:
        told = json.loads(hourly.open_(bytes(row.asked), context=_context(row.id)))
    except Unopenable:
        return None
    digits = told.pop("code")
    return Asked(**told), digits


def _digest(row: uuid.UUID, digits: str) -> bytes:
    return index.digest("privacy.code", f"{row}\n{digits}")


def _context(row: uuid.UUID) -> bytes:
    return f"{TABLE}.asked:".encode() + row.bytes
