"""Keeping what people were shown: counts as long as nobody knows who looks, rows for those we know.

Counting is one statement on one of a few rows at random, so that a page that many open at once does not queue for a
number. A row for a person is written in the transaction of the answer.
"""

import datetime as dt
import secrets
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from cdp.core import ids
from cdp.core.crypto import index
from consent.models import ServedNotice
from customers.services import standing

SLOTS = 8
LONGEST_VERSIONS = 600


def versions_key(versions: Mapping[str, str]) -> str:
    """Names and versions as one text, the same whatever their order."""
    return " ".join(f"{name}={versions[name]}" for name in sorted(versions))[:LONGEST_VERSIONS]


def count(
    *,
    place: str,
    language: str,
    versions: Mapping[str, str],
    day: dt.date,
    shown: int = 0,
    answered: int = 0,
    agreed: int = 0,
) -> None:
    """Add to the counts of a day, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO consent_servedcount AS known (
                id, day, place, language, versions, slot, shown, answered, agreed
            ) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (day, place, language, versions, slot) DO UPDATE SET
                shown = known.shown + EXCLUDED.shown,
                answered = known.answered + EXCLUDED.answered,
                agreed = known.agreed + EXCLUDED.agreed
            """,
            [
                ids.uuid7(),
                day,
                place,
                language,
                versions_key(versions),
                secrets.randbelow(SLOTS),
                shown,
                answered,
                agreed,
            ],
        )


@dataclass(frozen=True)
class Showing:
    """That one customer, who stands for the person now (`standing.hold`), reads these texts at that place."""

    customer: uuid.UUID
    place: str
    versions: Mapping[str, str]
    language: str


def show_many(showings: Sequence[Showing], *, at: dt.datetime) -> None:
    """Keep what a page of people is told in a message, in the transaction that writes to them."""
    ServedNotice.objects.bulk_create(
        [
            ServedNotice(
                customer_id=one.customer,
                place=one.place,
                language=one.language[:2],
                versions=dict(one.versions),
                shown_at=at,
            )
            for one in showings
        ],
        batch_size=1000,
    )


def show(
    *, customer: uuid.UUID, place: str, versions: Mapping[str, str], language: str, at: dt.datetime
) -> uuid.UUID | None:
    """Keep that somebody we know was shown these texts; the row's id for `answer`. None for who can have no row.

    The caller counts as well (`count`): figures come from the counts alone.
    """
    with transaction.atomic():
        who = standing.hold([customer]).get(customer)
        if who is None:
            return None
        row = ServedNotice.objects.create(
            customer_id=who, place=place, language=language[:2], versions=dict(versions), shown_at=at
        )
    return row.id


def answer(
    *, customer: uuid.UUID, notice: uuid.UUID, agreed: int, records: Collection[uuid.UUID] = (), at: dt.datetime
) -> None:
    """Join what somebody chose to what they were shown (`show`)."""
    ServedNotice.objects.filter(customer_id=customer, id=notice).update(
        answered_at=at, agreed=agreed, records=list(records)
    )


def answered_by(
    *,
    customer: uuid.UUID,
    place: str,
    token: str,
    versions: Mapping[str, str],
    language: str,
    shown_at: dt.datetime,
    agreed: int,
    records: Sequence[uuid.UUID],
    at: dt.datetime,
) -> ServedNotice:
    """Keep what stood in a form that a stranger answered, now that we know who it was. `token` is the form's own.

    Call it in the transaction of the answer, behind `standing.hold`.
    """
    return ServedNotice.objects.create(
        customer_id=customer,
        place=place,
        token=index.lasting("consent.served", f"{place}\n{token}"),
        language=language[:2],
        versions=dict(versions),
        shown_at=shown_at,
        answered_at=at,
        agreed=agreed,
        records=list(records),
    )
