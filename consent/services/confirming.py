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
from consent.models import ConsentState, Pending
from consent.rules import notices
from consent.rules.jurisdiction import Law
from consent.selectors import ledger, policies, purposes, reach
from consent.services import grants, readers, showing
from customers.selectors import lineage, profiles, tongues
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
    """The link confirms nothing; `reason` is unknown, expired, used, changed (the shop asks for none of it any more)
    or again (the words changed since the page was shown).
    """

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
    states = list(ConsentState.objects.filter(customer_id=reader, is_granted=True))
    granted = {(one.purpose, one.channel) for one in states} - ledger.outdated(states, at=question.at)
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
            language=tongues.of_customer(reader, told=question.language),
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
    """What the page of a link shows: the boxes with their words, in which language, and the texts they stand in.

    The words are those that were ticked; where they say or mean something else since, those of today.
    """

    row: Pending
    boxes: Sequence[Asked]
    language: str
    is_new: bool

    @property
    def words(self) -> list[str]:
        """The words of each box."""
        return [box.words for box in self.boxes]

    @property
    def purposes(self) -> list[str]:
        """What the boxes are about."""
        return sorted({box.purpose for box in self.boxes})


def read(token: str, *, now: dt.datetime, language: str = "") -> Shown:
    """What the link would confirm; words of today in `language` (default: that of the tick). Raises Unconfirmable."""
    row = _row(token)
    if row.state == Pending.State.CONFIRMED:
        raise Unconfirmable("used")
    if row.state != Pending.State.WAITING or row.expires_at <= now:
        raise Unconfirmable("expired")
    told = _told(row)
    if not told or not _is_read_by(row.customer_id, told):
        raise Unconfirmable("expired")
    offered = {one.key for one in purposes.offered(row.language)}
    ticked = [
        Asked(purpose, channel, words)
        for (purpose, channel), words in zip(row.boxes, told["words"], strict=True)
        if purpose in offered
    ]
    if ticked and not showing.is_changed({box.purpose for box in ticked}, since=row.at, now=now):
        return Shown(row, ticked, row.language, is_new=False)
    language = language or row.language
    boxes = _of_today(row, language)
    if not boxes:
        raise Unconfirmable("changed")
    return Shown(row, boxes, language, is_new=True)


def confirm(token: str, *, proof: Mapping[str, Any], at: dt.datetime, shown: showing.Moment | None = None) -> Shown:
    """Grant what was ticked, with the proof of both steps. Once: a second press raises Unconfirmable("used").

    `shown` is when the page that was pressed was shown (default: when the boxes were ticked). If the words changed
    since, nothing is granted and Unconfirmable("again") raised: the page has to be shown once more.
    """
    with transaction.atomic():
        held = standing.hold([_row(token).customer_id])
        page = read(token, now=at, language=shown.language if shown else "")
        row = page.row
        if row.customer_id not in held:
            raise Unconfirmable("expired")
        seen = shown or showing.Moment(row.at, row.language)
        if showing.is_changed(page.purposes, since=seen.at, now=at):
            raise Unconfirmable("again")
        claimed = Pending.objects.filter(customer_id=row.customer_id, id=row.id, state=Pending.State.WAITING).update(
            state=Pending.State.CONFIRMED, settled_at=at
        )
        if not claimed:
            raise Unconfirmable("used")
        told = _told(row)
        customer = held[row.customer_id]
        versions = showing.versions(page.purposes, at=at)
        records = [
            grants.record(
                customer=customer,
                purpose=box.purpose,
                channel=box.channel,
                granted=True,
                at=at,
                source=row.source,
                method=row.method,
                actor=CUSTOMER,
                policy_version=versions.get(notices.PRIVACY, "") if page.is_new else row.policy_version,
                language=page.language,
                form=told.get("form", ""),
                place=told.get("place", ""),
                evidence={
                    **told["evidence"],
                    "text": box.words,
                    "ticked_at": row.at.isoformat(),
                    "confirmed": {"at": at.isoformat(), "by": "link in a message", **proof},
                    **({"ticked": told["words"]} if page.is_new else {}),
                },
            ).id
            for box in page.boxes
        ]
        showing.keep(
            customer=customer,
            place=showing.CONFIRM,
            shown=showing.Moment(seen.at, page.language),
            versions=versions,
            records=records,
            agreed=len(records),
            at=at,
        )
        channel, address = told["at"]
        reaching.prove(customer=customer, kind=readers.KINDS[channel], value=address, at=at)
    return page


def ask_again(token: str, *, language: str, proof: Mapping[str, Any], at: dt.datetime) -> bool:
    """Write the mail once more to the address it went to, with a new link and the words of today; whether one was put.

    Nothing is sent for what was confirmed, what the shop asks for no more, and what is forgotten already. Whoever asks
    is told the same. By a worker.
    """
    with transaction.atomic():
        try:
            row = _row(token)
        except Unconfirmable:
            return False
        held = standing.hold([row.customer_id]).get(row.customer_id)
        way = _address_of(row, held) if held and row.state != Pending.State.CONFIRMED else None
        boxes = _of_today(row, language) if way else []
        if held is None or way is None or not boxes:
            return False
        channel, address = way
        asked = Question(
            customer=held,
            boxes=boxes,
            email=address if channel == "email" else "",
            phone=address if channel == "sms" else "",
            source=row.source,
            method=row.method,
            language=language,
            policy_version=policies.current_version(notices.PRIVACY, at=at),
            evidence={"asked_again": str(row.id), "first_ticked_at": row.at.isoformat(), **proof},
            at=at,
        )
        if not ask(asked):
            return False
        if row.state == Pending.State.WAITING:  # the new link is the one that counts
            Pending.objects.filter(customer_id=row.customer_id, id=row.id, state=Pending.State.WAITING).update(
                state=Pending.State.EXPIRED, settled_at=at, told=None
            )
    return True


def _address_of(row: Pending, customer: uuid.UUID) -> tuple[str, str] | None:
    """Channel and address that were asked, as far as the profile still holds it: what was typed is forgotten with the
    question.
    """
    profile = profiles.one(customer, shown=False)
    for contact in profile.contacts if profile else ():
        for channel, kind in readers.KINDS.items():
            if contact.kind == kind and outbox.writing.digest(contact.value, channel=channel) == bytes(
                row.address_digest
            ):
                return channel, contact.value
    return None


def _of_today(row: Pending, language: str) -> list[Asked]:
    """Its boxes with the words they have now, without those the shop asks for no more."""
    found = purposes.boxes_of_today([(purpose, channel) for purpose, channel in row.boxes], language)
    return [Asked(purpose, channel, words) for (purpose, channel), words in found]


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
