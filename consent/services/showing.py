"""What stood on a page behind a personal link when somebody decided on it: the settings, a confirmation, a guardian's.

Nobody is followed to prove it (ADR 22). The page carries a sealed word of when it was shown and in which language;
versions are final, so both say what stood there. The row for the person is written with the answer. If a text in it
changed in between, the page is shown once more with the new words, so no record names words that nobody saw.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from cdp.core.crypto import tokens
from consent.models import Purpose
from consent.rules import notices as rules
from consent.selectors import notices
from consent.services import served

PREFERENCES, CONFIRM, GUARDIAN = "preferences", "confirm", "guardian"
_TOKEN = "consent.shown"  # noqa: S105  (the kind of a token)
_SUBJECT = 16


@dataclass(frozen=True, slots=True)
class Moment:
    """When a page was shown, and in which language."""

    at: dt.datetime
    language: str


def seal(*, place: str, subject: uuid.UUID, language: str, at: dt.datetime) -> str:
    """The word for a hidden field: that this page (`place`) of this person or question (`subject`) was shown."""
    told = f"{at.isoformat()}\n{language[:2]}\n{place}"
    return tokens.make(_TOKEN, subject.bytes + told.encode())


def read(token: str, *, place: str, subject: uuid.UUID) -> Moment | None:
    """When that page was shown; None for what is not this page's own word."""
    try:
        payload = tokens.read(_TOKEN, token)
        at, language, where = payload[_SUBJECT:].decode().split("\n")
        if where != place or uuid.UUID(bytes=payload[:_SUBJECT]) != subject:
            return None
        return Moment(dt.datetime.fromisoformat(at), language)
    except (tokens.BadToken, ValueError):
        return None


def versions(purposes: Collection[str], *, at: dt.datetime) -> dict[str, str]:
    """The texts that a page about these purposes shows at that time, by name."""
    return notices.in_force_of([rules.PRIVACY, *sorted({rules.of_purpose(key) for key in purposes})], at=at)


def is_changed(purposes: Collection[str], *, since: dt.datetime, now: dt.datetime) -> bool:
    """Whether the words of one of these purposes, or what they mean, are not those of then any more. The policy is
    no part of what is asked: a new one asks again by itself where it concerns somebody (`reconsent`).
    """
    names = [rules.of_purpose(key) for key in purposes]
    if notices.in_force_of(names, at=since) != notices.in_force_of(names, at=now):
        return True
    return Purpose.objects.filter(key__in=list(purposes), meaning_since__gt=since, meaning_since__lte=now).exists()


def count_shown(*, place: str, purposes: Collection[str], language: str, at: dt.datetime) -> None:
    """One more who was shown the page, nobody named."""
    served.count(place=place, language=language[:2], versions=versions(purposes, at=at), day=at.date(), shown=1)


def keep(
    *,
    customer: uuid.UUID,
    place: str,
    shown: Moment,
    versions: Mapping[str, str],
    records: Sequence[uuid.UUID],
    agreed: int,
    at: dt.datetime,
) -> None:
    """The row for the person, in the transaction of the answer and behind `standing.hold`; and one more answer."""
    served.answered_by(
        customer=customer,
        place=place,
        token=f"{customer}\n{shown.at.isoformat()}",
        versions=versions,
        language=shown.language,
        shown_at=min(shown.at, at),
        agreed=agreed,
        records=records,
        at=at,
    )
    transaction.on_commit(
        lambda: served.count(
            place=place,
            language=shown.language[:2],
            versions=versions,
            day=at.date(),
            answered=1,
            agreed=int(bool(agreed)),
        )
    )
