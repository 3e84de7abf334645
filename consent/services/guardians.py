"""A guardian decides for a child: asked by a mail to the address that was named, made sure of by a way the law knows,
and written down as given by them. It holds until the child may decide; then it lapses and the child is asked.

The mail advertises nothing. Who names a guardian proves nothing by it: only the press behind the link counts.
"""

import datetime as dt
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from cdp.core import audit, ids, outbox
from cdp.core.actors import CUSTOMER, SYSTEM, Actor
from cdp.core.crypto import subjects, tokens
from consent.models import Guardianship
from consent.rules.gate import BY_AGE
from consent.selectors import jurisdiction, policies, purposes, reach
from consent.services import expiring, grants, links, showing
from customers.models import ContactPoint, Customer
from customers.rules import emails
from customers.selectors import lineage, profiles, tongues
from customers.services import standing

KIND, DONE, GROWN, NEEDED = "guardian-ask", "guardian-done", "guardian-grown", "guardian-needed"
STOPPED = "guardian-stopped"
LASTS = dt.timedelta(days=7)
MOST = 3
"""Mails in a day: to one address, and for one child."""
METHOD = "guardian"
BY_LINK = "email_reply"
TABLE = "consent_guardianship"
_TOKEN = "consent.guardian"  # noqa: S105  (the kind of a token)
_SETTLED: dict[str, str] = {
    Guardianship.State.CONFIRMED: "allowed",
    Guardianship.State.REFUSED: "used",
    Guardianship.State.ENDED: "grown",
}


class UnableToAsk(Exception):
    """Nobody is asked: no birthday makes this a child, nothing was chosen, the child itself was named (`OwnAddress`),
    or enough were asked today (`TooMany`).
    """


class TooMany(UnableToAsk):
    """MOST guardians were asked for this child today, or MOST mails went to that one."""


class OwnAddress(UnableToAsk):
    """The address is the child's own: whoever reads there would allow it alone."""


class Unanswerable(Exception):
    """The link decides nothing; `reason` is unknown, expired, used (refused, or taken back), allowed (see
    `guardians_after`), grown (the child decides now) or again (the words changed since it was shown).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Wanted:
    """What a guardian is asked to allow: boxes (purpose, channel) with their words, and where they are asked."""

    customer: uuid.UUID
    boxes: Sequence[tuple[str, str]]
    words: Sequence[str]
    address: str
    name: str
    language: str


@dataclass(frozen=True)
class Shown:
    """What the guardian's page shows: the boxes, their words and in which language those are. They are the words that
    were asked; where they say or mean something else since, those of today.
    """

    row: Guardianship
    boxes: Sequence[tuple[str, str]]
    words: Sequence[str]
    language: str
    is_new: bool

    @property
    def purposes(self) -> list[str]:
        """What the boxes are about."""
        return sorted({purpose for purpose, _channel in self.boxes})


def ask(wanted: Wanted, *, at: dt.datetime) -> Guardianship:
    """Write to the guardian, and keep that they were asked. Raises UnableToAsk.

    No address gets a fourth mail in a day; the row is the same, so that who tries addresses of others learns nothing by
    it. The child's own is told as such: it came by a link that was sent there, and waits in vain otherwise.
    """
    person = Customer.objects.filter(id=wanted.customer).first()
    if person is None or person.birth_date is None or not wanted.boxes:
        raise UnableToAsk
    law, today = jurisdiction.of_person(person), at.date()
    wanted_for = {purpose for purpose, _channel in wanted.boxes}
    if all(law.may_alone(one, born=person.birth_date, today=today) for one in wanted_for):
        raise UnableToAsk
    # Whoever holds one child's link must not have us write to a list of strangers.
    since = at - dt.timedelta(days=1)
    if Guardianship.objects.filter(customer_id=wanted.customer, asked_at__gt=since).count() >= MOST:
        raise TooMany
    if _is_their_own(wanted.customer, wanted.address):
        raise OwnAddress
    row = Guardianship(
        id=ids.uuid7(),
        customer_id=wanted.customer,
        channel="email",
        boxes=[list(box) for box in wanted.boxes],
        language=wanted.language,
        asked_at=at,
        expires_at=at + LASTS,
        ends_on=law.decides_from(wanted_for, born=person.birth_date),
    )
    keyring = subjects.load([wanted.customer])
    for column, text in (
        ("address", wanted.address),
        ("name", wanted.name),
        ("told", json.dumps({"words": list(wanted.words)}, ensure_ascii=False)),
    ):
        sealed = keyring.seal(text, customer=wanted.customer, table=TABLE, column=column, row=row.id)
        setattr(row, column, sealed)
    row.save(force_insert=True)
    if _may_write(row, wanted.address, at=at):
        _write(row, wanted.address, wanted.words, key=f"{KIND}:{row.id}", at=at)
    return row


def ask_again(row: Guardianship, *, actor: Actor, at: dt.datetime) -> None:
    """Send the same question once more, at the wish of staff. Raises UnableToAsk where it waits no more, TooMany."""
    address, told = opened(row, "address"), opened(row, "told")
    if row.state != Guardianship.State.ASKED or row.expires_at <= at or not address or not told:
        raise UnableToAsk
    if not _may_write(row, address, at=at):
        raise TooMany
    with transaction.atomic():
        _write(row, address, json.loads(told)["words"], key=f"{KIND}:{row.id}:{at.isoformat()}", at=at)
        audit.record(
            audit.Action.GUARDIAN_ASKED_AGAIN, actor=actor, at=at, customer=row.customer_id, details={"kind": KIND}
        )


def _may_write(row: Guardianship, address: str, *, at: dt.datetime) -> bool:
    recent = outbox.recent(address=address, kinds=[KIND], since=at - dt.timedelta(days=1))
    return recent < MOST and not _is_their_own(row.customer_id, address)


def _write(row: Guardianship, address: str, words: Sequence[str], *, key: str, at: dt.datetime) -> None:
    outbox.put(
        outbox.Draft(
            kind=KIND,
            customer=row.customer_id,
            address=address,
            key=key,
            language=row.language,
            data={"url": url_of(row), "child": child_of(row), "words": list(words), "days": LASTS.days},
            valid_until=row.expires_at,
        ),
        at=at,
    )


def url_of(row: Guardianship) -> str:
    """The guardian's own page: what is asked, and afterwards what they allowed, to take back."""
    token = tokens.make(_TOKEN, row.customer_id.bytes + row.id.bytes)
    return settings.CDP_BASE_URL + reverse("consent:guardian", args=[token])


def child_of(row: Guardianship) -> str:
    """The child's given name, so that a parent of two knows who is meant; empty where none is known."""
    profile = profiles.one(row.customer_id, shown=False)
    return profile.given_name if profile else ""


def _is_their_own(customer: uuid.UUID, address: str) -> bool:
    """Whether the mail would come to the child, who would then allow it alone."""
    people = lineage.of(customer)
    keyring = subjects.load(people)
    points = ContactPoint.objects.filter(customer_id__in=people, kind=ContactPoint.Kind.EMAIL)
    theirs = {
        emails.key(keyring.open(sealed, table=ContactPoint._meta.db_table, column="value", row=row) or "")
        for row, sealed in points.values_list("id", "value")
    }
    return emails.key(address) in theirs


def read(token: str, *, now: dt.datetime, language: str = "") -> Shown:
    """What the link asks; words of today in `language` (default: that of the question). Raises Unanswerable."""
    row = find(token)
    if row.state in _SETTLED:
        raise Unanswerable(_SETTLED[row.state])
    if is_over(row, at=now):
        raise Unanswerable("grown")
    told = opened(row, "told")
    if row.state != Guardianship.State.ASKED or row.expires_at <= now or not told:
        raise Unanswerable("expired")
    boxes = [(purpose, channel) for purpose, channel in row.boxes]
    if not showing.is_changed({purpose for purpose, _channel in boxes}, since=row.asked_at, now=now):
        return Shown(row, boxes, json.loads(told)["words"], row.language, is_new=False)
    worded = purposes.boxes_of_today(boxes, language or row.language, is_guardian=True)
    if not worded:
        raise Unanswerable("expired")
    return Shown(
        row, [box for box, _words in worded], [words for _box, words in worded], language or row.language, is_new=True
    )


def answer(
    token: str, *, agrees: bool, proof: Mapping[str, Any], at: dt.datetime, shown: showing.Moment | None = None
) -> Shown:
    """The guardian's word by the link. `shown` is when the page that was pressed was shown (default: when it was
    asked); if the words changed since, nothing is allowed. Raises Unanswerable, then with "again".
    """
    with transaction.atomic():
        held = standing.hold([find(token).customer_id])
        page = read(token, now=at, language=shown.language if shown else "")
        row = page.row
        if row.customer_id not in held:
            raise Unanswerable("expired")
        seen = shown or showing.Moment(row.asked_at, row.language)
        if agrees and showing.is_changed(page.purposes, since=seen.at, now=at):
            raise Unanswerable("again")
        records: list[uuid.UUID] = []
        if agrees:
            asked = _Asked(page.boxes, page.words, page.language)
            proof = {"by": "link in a message", **proof}
            records = _allow(row, asked, method=BY_LINK, actor=CUSTOMER, proof=proof, at=at)
            _thank(page, at=at)
        elif _settle(row, Guardianship.State.REFUSED, at=at):
            confirm_no(row, page.words, is_refused=True, at=at)
        else:
            raise Unanswerable("used")
        showing.keep(
            customer=held[row.customer_id],
            place=showing.GUARDIAN,
            shown=showing.Moment(seen.at, page.language),
            versions=showing.versions(page.purposes, at=at if agrees else min(seen.at, at)),
            records=records,
            agreed=len(records),
            at=at,
        )
    return page


@dataclass(frozen=True)
class _Asked:
    """What a guardian decides about: boxes, their words, and in which language those are."""

    boxes: Sequence[tuple[str, str]]
    words: Sequence[str]
    language: str


def record(row: Guardianship, *, method: str, actor: Actor, at: dt.datetime) -> None:
    """A guardian's word that staff have seen: on paper, by phone, in person. `method` is one of the law's pack.

    Raises Unanswerable.
    """
    person = Customer.objects.get(id=row.customer_id)
    if method not in jurisdiction.of_person(person).guardian_methods:
        raise Unanswerable("unknown")
    with transaction.atomic():
        standing.hold([row.customer_id])
        words = json.loads(opened(row, "told") or '{"words": []}')["words"]
        asked = _Asked([(purpose, channel) for purpose, channel in row.boxes], words, row.language)
        _allow(row, asked, method=method, actor=actor, proof={"by": "staff"}, at=at)


def _allow(
    row: Guardianship, asked: _Asked, *, method: str, actor: Actor, proof: Mapping[str, Any], at: dt.datetime
) -> list[uuid.UUID]:
    boxes = [list(box) for box in asked.boxes]
    if not _settle(row, Guardianship.State.CONFIRMED, at=at, method=method, verified_by=actor.id, boxes=boxes):
        raise Unanswerable("used")
    version = policies.current_version("privacy", at=at)
    return [
        grants.record(
            customer=row.customer_id,
            purpose=purpose,
            channel=channel,
            granted=True,
            at=at,
            source=METHOD,
            method=METHOD,
            actor=actor,
            policy_version=version,
            language=asked.language,
            evidence={
                "text": text,
                "guardian": opened(row, "name"),
                "verified": method,
                "asked_at": row.asked_at.isoformat(),
                "until": row.ends_on.isoformat(),
                **proof,
            },
        ).id
        for (purpose, channel), text in zip(asked.boxes, asked.words, strict=False)
    ]


def _settle(row: Guardianship, state: str, *, at: dt.datetime, **changes: Any) -> bool:
    asked = Guardianship.objects.filter(customer_id=row.customer_id, id=row.id, state=Guardianship.State.ASKED)
    return bool(asked.update(state=state, decided_at=at, **changes))


def _thank(shown: Shown, *, at: dt.datetime) -> None:
    """The confirmation that the law wants the guardian to get, with the way to take it back."""
    row = shown.row
    outbox.put(
        outbox.Draft(
            kind=DONE,
            customer=row.customer_id,
            address=opened(row, "address"),
            key=f"{DONE}:{row.id}",
            language=row.language,
            data={"child": child_of(row), "words": list(shown.words), "url": url_of(row)},
        ),
        at=at,
    )


def confirm_no(row: Guardianship, words: Sequence[str], *, is_refused: bool, at: dt.datetime) -> None:
    """Confirm to the guardian by mail what they refused, or took back: it may have been somebody else who pressed."""
    address = opened(row, "address")
    if not address:
        return
    outbox.put(
        outbox.Draft(
            kind=STOPPED,
            customer=row.customer_id,
            address=address,
            key=f"{STOPPED}:{row.id}:{at.isoformat()}",
            language=row.language,
            data={"child": child_of(row), "words": list(words), "refused": is_refused, "url": url_of(row)},
        ),
        at=at,
    )


def find(token: str) -> Guardianship:
    """The question that a guardian's link is about, whatever became of it. Raises Unanswerable."""
    try:
        payload = tokens.read(_TOKEN, token)
        customer, asked = uuid.UUID(bytes=payload[:16]), uuid.UUID(bytes=payload[16:32])
    except (tokens.BadToken, ValueError) as error:
        raise Unanswerable("unknown") from error
    holders = {customer, *lineage.standing([customer]).values()}
    row = Guardianship.objects.filter(customer_id__in=holders, id=asked).first()
    if row is None:
        raise Unanswerable("expired")
    return row


def is_over(row: Guardianship, *, at: dt.datetime) -> bool:
    """Whether the child decides alone by then: the night may not have ended it yet. The day is the gate's."""
    return row.state == Guardianship.State.ENDED or row.ends_on <= at.astimezone(dt.UTC).date()


def opened(row: Guardianship, column: str) -> str:
    """A sealed column of a question in clear; empty once it is gone."""
    return subjects.load([row.customer_id]).open(getattr(row, column), table=TABLE, column=column, row=row.id)


# --- a child who ticked boxes, and a child who grew up ---


def tell_child(*, customer: uuid.UUID, address: str, language: str, at: dt.datetime, is_kept: bool = False) -> bool:
    """Tell a child who ticked boxes that a guardian has to agree, and where to name one; whether a mail was put.

    Nothing was allowed by the ticks; `is_kept`: for LASTS they stand ticked where a guardian is named. Once a day for
    an address, and only one that the child's profile holds.
    """
    if not reach.holds(customer, kind="email", address=address):
        return False
    if outbox.recent(address=address, kinds=[NEEDED], since=at - dt.timedelta(days=1)):
        return False
    put = outbox.put(
        outbox.Draft(
            kind=NEEDED,
            customer=customer,
            address=address,
            key=f"{NEEDED}:{at.date().isoformat()}",
            language=tongues.of_customer(customer, told=language),
            data={
                "url": links.preferences_url(customer=customer, at=at),
                "days_kept": LASTS.days if is_kept else 0,
            },
            valid_until=at + LASTS,
        ),
        at=at,
    )
    return put.is_new


def sweep(*, now: dt.datetime, limit: int = 1000) -> int:
    """End questions nobody answered, and let what guardians allowed lapse for those who may decide now, who are asked.

    Returns how many grew up. Called outside of a transaction.
    """
    late = Guardianship.objects.filter(state=Guardianship.State.ASKED, expires_at__lte=now)
    late.update(state=Guardianship.State.EXPIRED, decided_at=now, address=None, name=None, told=None)
    grown = Guardianship.objects.filter(state=Guardianship.State.CONFIRMED, ends_on__lte=now.date()).order_by("id")
    rows = list(grown[:limit])
    ways = reach.ways({row.customer_id for row in rows})
    for row in rows:
        for purpose, channel in row.boxes:
            expiring.expire(
                purpose=purpose,
                channels=[channel],
                customers=[row.customer_id],
                said_before=(row.decided_at or now) + dt.timedelta(microseconds=1),
                reason=BY_AGE,
                actor=SYSTEM,
                now=now,
            )
        with transaction.atomic():
            Guardianship.objects.filter(customer_id=row.customer_id, id=row.id).update(
                state=Guardianship.State.ENDED, address=None, name=None
            )
            if way := ways.get(row.customer_id):
                outbox.put(
                    outbox.Draft(
                        kind=GROWN,
                        customer=row.customer_id,
                        channel=way.channel,
                        address=way.address,
                        key=f"{GROWN}:{row.id}",
                        language=way.language,
                        data={"url": links.preferences_url(customer=row.customer_id, at=now)},
                    ),
                    at=now,
                )
    return len(rows)
