"""Testimonials: what everybody may read, and how far each is for staff."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from cdp.core.crypto import subjects
from surveys.models import Testimonial
from surveys.selectors.interviews import consenting

PAGE = 24
MOST = 50
TABLE = Testimonial._meta.db_table


@dataclass(frozen=True)
class Shown:
    """A testimonial, opened. `is_standing`: its person allows it at this moment."""

    id: uuid.UUID
    customer: uuid.UUID
    quote: uuid.UUID
    words: str
    name: str
    language: str
    state: str
    asked_at: dt.datetime
    published_at: dt.datetime | None
    is_standing: bool

    @property
    def is_shown(self) -> bool:
        """Whether everybody reads it now."""
        return self.is_standing and self.state == Testimonial.State.PUBLISHED

    @property
    def held(self) -> str:
        """How far it is, as it holds now: what was allowed and is not any more reads as taken back."""
        was = (Testimonial.State.ALLOWED, Testimonial.State.PUBLISHED)
        return Testimonial.State.WITHDRAWN.value if self.state in was and not self.is_standing else self.state

    @property
    def label(self) -> str:
        """The word for it."""
        return str(Testimonial.State(self.held).label)


def published(
    *, at: dt.datetime, language: str = "", before: tuple[dt.datetime, uuid.UUID] | None = None, most: int = MOST
) -> list[Shown]:
    """What everybody may read at that moment, the newest first. The ledger is asked each time: from the word on by
    which somebody takes it back nothing is shown. `most` counts rows that are looked at.
    """
    found = Testimonial.objects.filter(state=Testimonial.State.PUBLISHED, published_at__lte=at)
    if language:
        found = found.filter(language=language)
    if before is not None:
        found = found.filter(Q(published_at__lt=before[0]) | Q(published_at=before[0], id__gt=before[1]))
    rows = list(found.order_by("-published_at", "id")[:most])
    return [one for one in opened(rows, at=at) if one.is_shown]


def listed(*, state: str = "", before: tuple[dt.datetime, uuid.UUID] | None = None, at: dt.datetime) -> list[Shown]:
    """For staff, the newest question first; one row more than a page where there are more."""
    found = Testimonial.objects.all()
    if state:
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(Q(asked_at__lt=before[0]) | Q(asked_at=before[0], id__gt=before[1]))
    return opened(list(found.order_by("-asked_at", "id")[: PAGE + 1]), at=at)


def of_quotes(quotes: Sequence[uuid.UUID], *, at: dt.datetime) -> dict[uuid.UUID, Shown]:
    """The newest testimonial of each of these quotes."""
    rows = list(Testimonial.objects.filter(quote_id__in=quotes).order_by("asked_at", "id"))
    return {one.quote: one for one in opened(rows, at=at)}


def opened(rows: Sequence[Testimonial], *, at: dt.datetime) -> list[Shown]:
    """Their words and names, and whether they stand; a few queries however many."""
    if not rows:
        return []
    keyring = subjects.load({row.customer_id for row in rows})
    standing = consenting.standing(rows, at=at)
    return [
        Shown(
            id=row.id,
            customer=row.customer_id,
            quote=row.quote_id,
            words=keyring.open(row.words, table=TABLE, column="words", row=row.id),
            name=keyring.open(row.name, table=TABLE, column="name", row=row.id),
            language=row.language,
            state=row.state,
            asked_at=row.asked_at,
            published_at=row.published_at,
            is_standing=row.id in standing,
        )
        for row in rows
    ]
