"""Prize draws as pages read them: the list, one with its proof, the winners, and what one person takes part in."""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cdp.core.timeline import Entry, Question
from customers.selectors import lineage
from loyalty.models import Draw, DrawExclusion, DrawPlace, DrawWin
from loyalty.rules import draws as rules
from loyalty.rules.draws import Terms
from surveys.rules.kinds import Texts
from surveys.selectors import offers

AT_ONCE = 20_000
PAGE = 50
TOLD = (DrawWin.State.WAITING, DrawWin.State.WON, DrawWin.State.DONE)
"""Those who have won."""


def named(names: Mapping[str, str], language: str = "") -> str:
    """A text in that language (the reader's), else in any."""
    wanted = (language or get_language() or "en")[:2]
    return names.get(wanted) or names.get("en") or next(iter(names.values()), "")


def find(key: str) -> Draw | None:
    """The draw of that key."""
    return Draw.objects.filter(key=key).first()


def public(key: str) -> Draw | None:
    """The same for everybody: not before it was announced."""
    return Draw.objects.filter(key=key).exclude(state=Draw.State.DRAFT).first()


def listing(*, before: tuple[datetime, uuid.UUID] | None = None) -> list[Draw]:
    """The newest, or those older than the one told; one more than a page has."""
    rows = Draw.objects.order_by("-created_at", "-id")
    if before is not None:
        rows = rows.filter(created_at__lte=before[0]).exclude(created_at=before[0], id__gte=before[1])
    return list(rows[: PAGE + 1])


def promisable(now: datetime) -> list[offers.Draw]:
    """Draws that an answer can be promised a place in: those that are announced and not closed."""
    rows = Draw.objects.filter(state=Draw.State.OPEN, closes_at__gt=now).order_by("closes_at", "key")
    return [
        offers.Draw(
            key=row.key,
            names=row.names,
            prizes=_prizes(rules.read(row.terms)),
            closes_at=row.closes_at,
            draws_on=row.draws_on,
        )
        for row in rows
        if rules.read(row.terms).part("answers") is not None
    ]


def _prizes(terms: Terms) -> Texts:
    """What can be won, in one line for each language there is."""
    languages: set[Any] = {language for prize in terms.prizes for language in prize.names}
    return {
        language: ", ".join(
            f"{prize.count} × {named(prize.names, language)}" if prize.count > 1 else named(prize.names, language)
            for prize in terms.prizes
        )[:200]
        for language in sorted(languages)
    }


def places(draw: Draw) -> Iterator[tuple[int, int]]:
    """Number and entries of every place, by number, read piece by piece."""
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT number, entries FROM loyalty_drawplace WHERE draw_id = %s AND number > %s"
                " ORDER BY number LIMIT %s",
                [draw.id, last, AT_ONCE],
            )
            rows = cursor.fetchall()
        yield from rows
        if len(rows) < AT_ONCE:
            return
        last = rows[-1][0]


def owners(draw: Draw, numbers: Collection[int]) -> dict[int, uuid.UUID]:
    """With whose row each of these places lies."""
    rows = DrawPlace.objects.filter(draw_id=draw.id, number__in=list(numbers))
    return dict(rows.values_list("number", "customer_id"))


def wins(draw: Draw) -> list[DrawWin]:
    """Everybody who came up, in the order of their turns; reserves too."""
    return list(DrawWin.objects.filter(draw_id=draw.id).order_by("rank"))


def excluded(draw: Draw) -> list[DrawExclusion]:
    """Whom staff left out, latest first; at most two hundred."""
    return list(DrawExclusion.objects.filter(draw_id=draw.id).order_by("-at", "-id")[:200])


@dataclass(frozen=True)
class Part:
    """That somebody takes part in a draw, or what came of it. `win` is theirs, if they won."""

    draw: Draw
    number: int
    entries: int
    win: DrawWin | None

    @property
    def prize(self) -> str:
        """What they won; empty for nothing."""
        if self.win is None or self.win.prize is None:
            return ""
        return named(rules.read(self.draw.terms).prizes[self.win.prize].names)


def of(customers: Sequence[uuid.UUID], *, limit: int = 20) -> list[Part]:
    """The draws that these ids (a lineage) took part in, latest first. Three queries."""
    held = list(DrawPlace.objects.filter(customer_id__in=customers).values_list("draw_id", "number", "entries")[:500])
    known = {row.id: row for row in Draw.objects.filter(id__in={draw for draw, _n, _e in held})}
    won = {
        (win.draw_id, win.number): win
        for win in DrawWin.objects.filter(customer_id__in=customers, state__in=TOLD).order_by("-id")[:500]
    }
    found = [
        Part(known[draw], number, entries, won.get((draw, number))) for draw, number, entries in held if draw in known
    ]
    return sorted(found, key=lambda part: (part.draw.closes_at, part.draw.key), reverse=True)[:limit]


def win_of(customer: uuid.UUID, win: uuid.UUID) -> DrawWin | None:
    """A win by the ids that its link carries, whoever stands for the person by now."""
    return DrawWin.objects.filter(customer_id__in=lineage.facts_under(customer), id=win, state__in=TOLD).first()


def entries(question: Question) -> list[Entry]:
    """Places in draws and what was won, as entries of the timeline."""
    found: list[Entry] = []
    for part in of(question.customers, limit=question.limit * 2):
        draw, data = part.draw, {"draw": part.draw.key, "number": part.number}
        name = named(draw.names)
        if draw.closed_at is not None:
            found.append(
                Entry(
                    id=f"{draw.id}:{part.number}",
                    at=draw.closed_at,
                    kind="draw",
                    title=_("Takes part in the draw “%(name)s” as number %(number)s")
                    % {"name": name, "number": part.number},
                    icon="ticket",
                    data=data,
                )
            )
        if part.win is not None and draw.drawn_at is not None:
            found.append(
                Entry(
                    id=str(part.win.id),
                    at=part.win.told_at or draw.drawn_at,
                    kind="draw",
                    title=_("Won in the draw “%(name)s”: %(prize)s") % {"name": name, "prize": part.prize},
                    icon="trophy",
                    data=_data(part, data),
                )
            )
    before = question.before
    rows = [entry for entry in found if before is None or entry.at < before]
    return sorted(rows, key=lambda entry: entry.at, reverse=True)[: question.limit]


def _data(part: Part, data: Mapping[str, Any]) -> dict[str, Any]:
    win = part.win
    return {**data, "prize": part.prize, "state": win.state if win is not None else ""}
