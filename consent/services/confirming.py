"""Double opt-in: boxes that were ticked count once whoever reads that address says so (48 hours, once).

What waits is no record of the ledger. The mail advertises nothing and goes as a service message; a link in it shows
what would be confirmed, and a button confirms it. Whoever confirms has proved to read the address, so what this person
had refused before may be allowed again this way: the person whose profile holds it (`readers`), both when it is asked
and when it is confirmed.
"""

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from cdp.core import forgetting, ids, outbox
from cdp.core.actors import CUSTOMER
from cdp.core.crypto import subjects, tokens
from consent.models import ConsentState, Pending, Purpose
from consent.rules.jurisdiction import Law
from consent.selectors import reach
from consent.services import grants, readers
from customers.selectors import lineage
from customers.services import reach as reaching
from customers.services import standing

log = structlog.get_logger("consent")
KIND = "consent-confirm"
LASTS = dt.timedelta(hours=48)
MOST = 3
"""Mails to one address in a day, whoever asks for them."""
AGAIN_AFTER = dt.timedelta(minutes=10)
KEPT_EXPIRED = dt.timedelta(days=7)
KEPT_CONFIRMED = dt.timedelta(days=90)
TABLE = "consent_pending"
BY_PHONE = frozenset({"sms", "phone", "kakao"})
_TOKEN = "consent.confirm"  # noqa: S105  (the kind of a token)


@dataclass(frozen=True, slots=True)
class Asked:
    """A box as it was ticked."""

    purpose: str
    channel: str
    words: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be confirmed, at which addresses, and the proof of the first step as the form gave it."""

    customer: uuid.UUID
    boxes: Sequence[Asked]
    email: str
    phone: str
    source: str
    method: str
    language: str
    policy_version: str
    evidence: Mapping[str, Any]
    at: dt.datetime
    form: str = ""
    place: str = ""
    country: str = ""
    birth_date: dt.date | None = None


class Unconfirmable(Exception):
    """The link confirms nothing; `reason` is unknown, expired, used or changed (the words mean something else now)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_asked_twice(law: Law) -> bool:
    """Whether a tick under this law needs a second step, by the law or by the shop's own rule."""
    return settings.CDP_DOUBLE_OPT_IN == "always" or law.asks_twice


def ask(question: Question) -> int:
    """Keep the ticks and write to each address they are about; how many mails were put. In the caller's transaction.

    What is allowed already is not asked for again, and an address that was written to lately is left in peace: the link
    in the earlier mail counts.
    """
    groups: dict[tuple[str, str], list[Asked]] = {}
    for box in question.boxes:
        by_phone = question.phone and (box.channel in BY_PHONE or not question.email)
        way = ("sms", question.phone) if by_phone else ("email", question.email)
        if way[1]:
            groups.setdefault(way, []).append(box)
    return sum(_ask_at(question, channel, address, boxes) for (channel, address), boxes in groups.items())


def _ask_at(question: Question, channel: str, address: str, ticked: Sequence[Asked]) -> bool:
    told_of = readers.Told(question.source, question.language, question.country, question.birth_date)
    reader = readers.of(question.customer, channel=channel, address=address, told=told_of, at=question.at)
    if reader is None:
        return False
    granted = set(ConsentState.objects.filter(customer_id=reader, is_granted=True).values_list("purpose", "channel"))
    boxes = [box for box in ticked if (box.purpose, box.channel) not in granted]
    if not boxes:
        return False
    address_digest = outbox.writing.digest(address, channel=channel)
    lately = outbox.recent(address=address, channel=channel, kinds=[KIND], since=question.at - dt.timedelta(days=1))
    if lately >= MOST or _is_waiting(reader, boxes, address_digest, at=question.at):
        log.info("a confirmation is not asked for again", customer=str(reader))
        return False
    row = Pending(
        id=ids.uuid7(),
        customer_id=reader,
        boxes=[[box.purpose, box.channel] for box in boxes],
        source=question.source,
        method=question.method,
        policy_version=question.policy_version,
        language=question.language,
        address_digest=address_digest,
        at=question.at,
        expires_at=question.at + LASTS,
    )
    told = {
        "words": [box.words for box in boxes],
        "evidence": dict(question.evidence),
        "form": question.form,
        "place": question.place,
        "at": [channel, address],
    }
    keyring = subjects.load([reader])
    row.told = keyring.seal(
        json.dumps(told, ensure_ascii=False, default=str),
        customer=reader,
        table=TABLE,
        column="told",
        row=row.id,
    )
    row.save(force_insert=True)
    outbox.put(
        outbox.Draft(
            kind=KIND,
            customer=reader,
            channel=channel,
            address=address,
            key=f"{KIND}:{row.id}",
            language=question.language or "en",
            data={"url": url(row), "words": [box.words for box in boxes], "hours": LASTS // dt.timedelta(hours=1)},
            valid_until=row.expires_at,
        ),
        at=question.at,
    )
    return True


def _is_waiting(reader: uuid.UUID, boxes: Sequence[Asked], address: bytes, *, at: dt.datetime) -> bool:
    """Whether the same boxes were asked for there a moment ago: a form that was sent twice is one question."""
    waiting = Pending.objects.filter(
        customer_id=reader, state=Pending.State.WAITING, at__gt=at - AGAIN_AFTER, address_digest=address
    )
    wanted = [[box.purpose, box.channel] for box in boxes]
    return any(row.boxes == wanted for row in waiting)


# --- the link ---


def url(row: Pending) -> str:
    """The address that stands in the mail."""
    token = tokens.make(_TOKEN, row.customer_id.bytes + row.id.bytes)
    return settings.CDP_BASE_URL + reverse("consent:confirm", args=[token])


@dataclass(frozen=True)
class Shown:
    """What the page of a link shows."""

    row: Pending
    words: Sequence[str]


def read(token: str, *, now: dt.datetime) -> Shown:
    """What the link would confirm. Raises Unconfirmable."""
    row = _row(token)
    if row.state == Pending.State.CONFIRMED:
        raise Unconfirmable("used")
    if row.state != Pending.State.WAITING or row.expires_at <= now:
        raise Unconfirmable("expired")
    told = _told(row)
    if not told or not _is_read_by(row.customer_id, told):
        raise Unconfirmable("expired")
    return Shown(row, told["words"])


def confirm(token: str, *, proof: Mapping[str, Any], at: dt.datetime) -> Shown:
    """Grant what was ticked, with the proof of both steps. Once: a second press raises Unconfirmable("used").

    What has changed its meaning since it was ticked is not granted; Unconfirmable("changed") when nothing else is left.
    """
    with transaction.atomic():
        held = standing.hold([_row(token).customer_id])
        shown = read(token, now=at)
        if shown.row.customer_id not in held:
            raise Unconfirmable("expired")
        claimed = Pending.objects.filter(
            customer_id=shown.row.customer_id, id=shown.row.id, state=Pending.State.WAITING
        ).update(state=Pending.State.CONFIRMED, settled_at=at)
        if not claimed:
            raise Unconfirmable("used")
        told = _told(shown.row)
        meant = dict(Purpose.objects.filter(is_active=True).values_list("key", "meaning_since"))
        written = 0
        for (purpose, channel), words in zip(shown.row.boxes, told["words"], strict=True):
            since = meant.get(purpose, at)
            if purpose not in meant or (since is not None and shown.row.at < since):
                continue
            grants.record(
                customer=held[shown.row.customer_id],
                purpose=purpose,
                channel=channel,
                granted=True,
                at=at,
                source=shown.row.source,
                method=shown.row.method,
                actor=CUSTOMER,
                policy_version=shown.row.policy_version,
                language=shown.row.language,
                form=told.get("form", ""),
                place=told.get("place", ""),
                evidence={
                    **told["evidence"],
                    "text": words,
                    "ticked_at": shown.row.at.isoformat(),
                    "confirmed": {"at": at.isoformat(), "by": "link in a message", **proof},
                },
            )
            written += 1
        if not written:
            raise Unconfirmable("changed")
        channel, address = told["at"]
        reaching.prove(customer=held[shown.row.customer_id], kind=readers.KINDS[channel], value=address, at=at)
    return shown


def _is_read_by(customer: uuid.UUID, told: Mapping[str, Any]) -> bool:
    """Whether the address that was asked is (still) of who stands for that customer."""
    channel, address = told.get("at", ("", ""))
    here = lineage.standing([customer]).get(customer)
    return (
        channel in readers.KINDS
        and here is not None
        and reach.holds(here, kind=readers.KINDS[channel], address=address)
    )


def _row(token: str) -> Pending:
    try:
        payload = tokens.read(_TOKEN, token)
        customer, pending = uuid.UUID(bytes=payload[:16]), uuid.UUID(bytes=payload[16:32])
    except (tokens.BadToken, ValueError) as error:
        raise Unconfirmable("unknown") from error
    # Where two became one since, the row stands with who stands for both.
    holders = {customer, *lineage.standing([customer]).values()}
    row = Pending.objects.filter(customer_id__in=holders, id=pending).first()
    if row is None:
        raise Unconfirmable("expired")  # forgotten with the person or after its time: the same words for both
    return row


def _told(row: Pending) -> dict[str, Any]:
    text = subjects.load([row.customer_id]).open(row.told, table=TABLE, column="told", row=row.id)
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


# --- what nobody confirmed ---


def sweep(*, now: dt.datetime) -> int:
    """End what was not confirmed in time, its proof with it, and forget what is old. Returns how many ended.

    Called outside of a transaction.
    """
    late = Pending.objects.filter(state=Pending.State.WAITING, expires_at__lte=now)
    ended = late.update(state=Pending.State.EXPIRED, settled_at=now, told=None)
    settled = Pending.objects.filter(settled_at__isnull=False)
    forgetting.in_portions(
        settled.filter(state=Pending.State.EXPIRED, settled_at__lt=now - KEPT_EXPIRED).order_by("settled_at")
    )
    forgetting.in_portions(settled.filter(settled_at__lt=now - KEPT_CONFIRMED).order_by("settled_at"))
    return ended
