"""What one person answered: entries of their history, and a panel on their page.

Words are private: who sees contacts masked sees that something was answered, with its score, and not the words.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from cdp.core import panels
from cdp.core.crypto import subjects
from cdp.core.timeline import Entry, Question
from surveys.models import Answer, Response, Survey
from surveys.rules.kinds.scales import Nps, Scale
from surveys.rules.kinds.words import Contact
from surveys.rules.statistics import nps
from surveys.selectors import questionnaires, wording

SHOWN = 3
EXCERPT = 280
_TABLE = Answer._meta.db_table


@dataclass(frozen=True)
class Answered:
    """One complete response. `score` is its first number of a scale, `band` that of NPS; `text` its first words."""

    id: uuid.UUID
    survey: str
    title: str
    version: int
    at: datetime
    mode: str
    source: str
    score: int | None
    out_of: int
    band: str
    text: str


def newest(
    customers: Sequence[uuid.UUID], keyring: subjects.Keyring, *, limit: int, before: datetime | None = None
) -> list[Answered]:
    """The newest complete responses of a lineage, tries left out; a few queries however many."""
    rows = Response.objects.filter(customer_id__in=customers, state=Response.State.COMPLETE, is_test=False)
    if before is not None:
        rows = rows.filter(saved_at__lt=before)
    responses = list(rows.order_by("-saved_at", "-id")[:limit])
    if not responses:
        return []
    slugs = dict(Survey.objects.filter(id__in={row.survey_id for row in responses}).values_list("id", "slug"))
    titles = wording.titles({row.survey_id for row in responses})
    pieces: dict[uuid.UUID, list[Answer]] = {}
    whose = {row.customer_id for row in responses}
    found = Answer.objects.filter(customer_id__in=whose, response_id__in=[row.id for row in responses])
    for piece in found.order_by("id"):
        pieces.setdefault(piece.response_id, []).append(piece)
    return [_read(row, pieces.get(row.id, []), slugs, titles, keyring) for row in responses]


def told(question: Question) -> list[Entry]:
    """One entry for each response."""
    entries = []
    for one in newest(question.customers, question.keyring, limit=question.limit, before=question.before):
        if one.score is None:
            title = gettext("Answered “%(survey)s”") % {"survey": one.title}
        else:
            title = gettext("Answered “%(survey)s”: %(score)s of %(most)s") % {
                "survey": one.title,
                "score": one.score,
                "most": one.out_of,
            }
        entries.append(
            Entry(
                id=str(one.id),
                at=one.at,
                kind="survey",
                title=title,
                source=one.source,
                icon="surveys",
                data={
                    "response": str(one.id),
                    "survey": one.survey,
                    "version": one.version,
                    "mode": one.mode,
                    "score": one.score,
                    "text": one.text,
                },
                is_private=True,
            )
        )
    return entries


def panel(question: panels.Question) -> Mapping[str, Any] | None:
    """The newest NPS, how many surveys were answered, the newest of them, and whether the reader may ask; None where
    there are none and nothing is to be asked.
    """
    rows = Response.objects.filter(customer_id__in=question.lineage, state=Response.State.COMPLETE, is_test=False)
    count = rows.count()
    may_ask = question.reader.can("customers.edit") and bool(questionnaires.open_now(at=question.now, most=1))
    if not count and not may_ask:
        return None
    found = newest(question.lineage, question.keyring, limit=SHOWN)
    return {
        "count": count,
        "ask": question.customer if may_ask else None,
        "recommends": next((one for one in found if one.band), None),
        "answers": found,
        "excerpt": EXCERPT,
        "shows_words": question.reader.can("customers.reveal"),
        "may_open": question.reader.can("surveys.view"),
    }


def _read(
    row: Response,
    pieces: Sequence[Answer],
    slugs: Mapping[uuid.UUID, str],
    titles: Mapping[str, str],
    keyring: subjects.Keyring,
) -> Answered:
    score, out_of, band, text = None, 0, "", ""
    for piece in pieces:
        asked = wording.asked(row.survey_id, row.version, piece.question)
        if isinstance(asked, Scale) and piece.number is not None and (score is None or isinstance(asked, Nps)):
            score, out_of = int(piece.number), asked.ends()[1]
            band = _band(asked.scheme, score) if isinstance(asked, Nps) else band
        if piece.text and not text and not isinstance(asked, Contact):
            text = keyring.open(piece.text, table=_TABLE, column="text", row=piece.id)
    return Answered(
        row.id,
        slugs.get(row.survey_id, ""),
        titles.get(str(row.survey_id), ""),
        row.version,
        row.saved_at,
        row.mode,
        row.source,
        score,
        out_of,
        band,
        text,
    )


def _band(scheme: str, score: int) -> str:
    of = nps.bands({score: 1}, nps.SCHEMES[scheme])
    return "promoter" if of.promoters else "passive" if of.passives else "detractor"
