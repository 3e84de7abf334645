"""Talks and quotes: lists with filters, one talk whole, and what they are about."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from customers.services import buckets
from surveys.models import Interview, InterviewNote, Participant, Quote
from surveys.rules.interviews import codes
from surveys.selectors.interviews import opening
from surveys.selectors.texts import themes as texts

PAGE = 25
SUGGESTED = 40


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to."""

    guide: uuid.UUID | None = None
    theme: str = ""
    people: Sequence[uuid.UUID] = ()
    """A person with all ids under which facts of theirs may lie."""


@dataclass(frozen=True)
class Place:
    """Where a page of a list ended: the day and the id."""

    day: dt.date
    row: uuid.UUID

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """From an address; None for what is none."""
        day, _dot, row = text.partition("_")
        try:
            return cls(dt.date.fromisoformat(day), uuid.UUID(row))
        except ValueError:
            return None

    def written(self) -> str:
        """For an address."""
        return f"{self.day.isoformat()}_{self.row}"


@dataclass(frozen=True)
class Page:
    """Some rows, the newest first, and where the next page begins."""

    rows: Sequence[Any]
    older: str = ""


@dataclass(frozen=True)
class Said:
    """A quote, opened. `owner` is None for somebody nameless."""

    id: uuid.UUID
    interview: uuid.UUID
    guide: uuid.UUID
    version: int
    question: str
    seat: int
    owner: uuid.UUID | None
    words: str
    language: str
    themes: Sequence[str]
    held_on: dt.date


@dataclass(frozen=True)
class Whole:
    """One talk: who, by seat (None: nameless), what was noted by question and seat, and what was said."""

    interview: Interview
    people: Mapping[int, Participant]
    notes: Mapping[tuple[str, int], str] = field(default_factory=dict)
    quotes: Sequence[Said] = ()


def owner(row: Participant | Quote) -> uuid.UUID | None:
    """Whose it is; None for nobody's."""
    return None if row.customer_id in buckets.ALL else row.customer_id


def page(filters: Filters, *, before: Place | None = None, size: int = PAGE) -> Page:
    """Talks, the newest day first."""
    found = Interview.objects.all()
    if filters.guide is not None:
        found = found.filter(guide_id=filters.guide)
    if filters.theme:
        same = Quote.objects.filter(interview_id=OuterRef("id"), themes__contains=[filters.theme])
        found = found.filter(Exists(same))
    if filters.people:
        found = found.filter(
            id__in=list(
                Participant.objects.filter(customer_id__in=filters.people).values_list("interview_id", flat=True)
            )
        )
    return _page(found, before, size)


def quotes(filters: Filters, *, before: Place | None = None, size: int = PAGE) -> Page:
    """Quotes, opened, the newest day first."""
    found = Quote.objects.all()
    if filters.guide is not None:
        found = found.filter(guide_id=filters.guide)
    if filters.theme:
        found = found.filter(themes__contains=[filters.theme])
    if filters.people:
        found = found.filter(customer_id__in=filters.people)
    page = _page(found, before, size)
    return Page(opened(page.rows), page.older)


def _page(found: QuerySet[Any], before: Place | None, size: int) -> Page:
    if before is not None:
        found = found.filter(Q(held_on__lt=before.day) | Q(held_on=before.day, id__gt=before.row))
    rows = list(found.order_by("-held_on", "id")[: size + 1])
    shown = rows[:size]
    older = Place(shown[-1].held_on, shown[-1].id).written() if len(rows) > size else ""
    return Page(shown, older)


def opened(rows: Sequence[Quote]) -> list[Said]:
    """Quotes with their words; three queries."""
    if not rows:
        return []
    keys = opening.load({row.interview_id for row in rows}, {row.customer_id for row in rows})
    seats = dict(
        Participant.objects.filter(
            customer_id__in={row.customer_id for row in rows}, id__in=[row.participant_id for row in rows]
        ).values_list("id", "seat")
    )
    table = Quote._meta.db_table
    return [
        Said(
            id=row.id,
            interview=row.interview_id,
            guide=row.guide_id,
            version=row.version,
            question=row.question,
            seat=seats.get(row.participant_id, 0),
            owner=owner(row),
            words=keys.words(row.words, interview=row.interview_id, owner=row.customer_id, table=table, row=row.id),
            language=row.language,
            themes=row.themes,
            held_on=row.held_on,
        )
        for row in rows
    ]


def whole(interview: uuid.UUID) -> Whole | None:
    """One talk with all that was written down of it."""
    row = Interview.objects.filter(id=interview).first()
    if row is None:
        return None
    people = {one.seat: one for one in Participant.objects.filter(interview_id=row.id).order_by("seat")}
    seats = {one.id: one.seat for one in people.values()}
    notes = list(InterviewNote.objects.filter(interview_id=row.id))
    keys = opening.load([row.id], {one.customer_id for one in notes})
    table = InterviewNote._meta.db_table
    told = {
        (one.question, seats[one.participant_id]): keys.words(
            one.words, interview=row.id, owner=one.customer_id, table=table, row=one.id
        )
        for one in notes
        if one.participant_id in seats
    }
    # Random ids have no order of their own; the order of the guide and of who said it is one.
    said = sorted(opened(list(Quote.objects.filter(interview_id=row.id))), key=lambda one: (one.seat, str(one.id)))
    return Whole(row, people, told, said)


def people_in(interviews: Collection[uuid.UUID]) -> dict[uuid.UUID, list[Participant]]:
    """Who took part in these talks, by seat; the group as a whole is left out."""
    found: dict[uuid.UUID, list[Participant]] = {one: [] for one in interviews}
    for row in Participant.objects.filter(interview_id__in=list(interviews), seat__gt=0).order_by("seat"):
        found[row.interview_id].append(row)
    return found


def quote_counts(interviews: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many quotes each of these talks has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT interview_id, count(*) FROM surveys_quote WHERE interview_id = ANY(%s) GROUP BY 1",
            [list(interviews)],
        )
        return dict(cursor.fetchall())


def suggested() -> list[str]:
    """What a quote may be coded with: codes in use, the most used first, then what themes of texts are called."""
    used = [theme for theme, _count in themes()]
    named = sorted(code for name in texts.names().values() for code in codes.codes(name))
    return list(dict.fromkeys([*used, *named]))[: 2 * SUGGESTED]


def themes(*, most: int = SUGGESTED) -> list[tuple[str, int]]:
    """The codes in use with how many quotes have each, the most used first: suggestions, and columns of a board."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT theme, count(*) FROM surveys_quote, unnest(themes) AS theme GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT %s",
            [most],
        )
        return list(cursor.fetchall())
