"""A questionnaire made of a file of answers: what it seems to ask, as proposed or mended, published and closed.

Nobody is asked by it: it is there so that the answers of the file have their questions. Opened later it asks as any.
"""

import datetime as dt
import itertools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction

from cdp.core.actors import Actor
from cdp.core.files import reader
from cdp.core.files.dialect import Survey as FileSurvey
from cdp.core.imports import mapping, reading
from surveys.models import Survey
from surveys.rules import definition
from surveys.rules.definition import Definition
from surveys.rules.files import proposing
from surveys.rules.files.proposing import Look, Proposal
from surveys.services import disclosing, publishing

MOST_ROWS = 200_000
"""Rows that are looked at: what stands only behind them is told as refused when they are imported."""
_ENDING = re.compile(r"(\.(csv|tsv|txt|xlsx|xls|json|jsonl|ndjson|parquet|gz|zip))+\Z", re.IGNORECASE)


def look(file: Mapping[str, str], what: FileSurvey) -> Look:
    """All that the rows of a file say of its columns, in one reading. Raises reading.UnableToRead."""
    found = Look(what.columns)
    with reading.telling(), reading.opened(file) as stream:
        found.look(cells for _line, cells in itertools.islice(reader.rows(stream, what), MOST_ROWS))
    return found


def proposals(found: Look) -> list[Proposal]:
    """What each column seems to be; columns of our own are nobody's question."""
    ours = {*mapping.OWN_COLUMNS, mapping.MARK}
    return [
        one if one.name not in ours else proposing.as_kind(one, proposing.LEFT_OUT, found, language="en")
        for one in proposing.propose(found, language=proposing.language_of(found.names))
    ]


def read(found: Sequence[Proposal], *, title: str, language: str) -> Definition:
    """The questionnaire they come to. Raises structures.Invalid, for one without a question too."""
    return definition.read(proposing.definition(found, title=title, language=language))


def title_of(file_name: str) -> str:
    """What a file is called, as a title."""
    return _ENDING.sub("", file_name.rpartition("/")[2]).replace("_", " ").strip()[:100] or file_name[:100]


def make(*, slug: str, name: str, draft: Mapping[str, Any], actor: Actor, at: dt.datetime) -> Survey:
    """The questionnaire, published and closed at once: several answers of one person are as many as the file has.
    Raises publishing.UnableToChange, publishing.UnableToPublish.
    """
    with transaction.atomic():
        survey = publishing.create(slug=slug, name=name, draft=draft, is_anonymous=False, actor=actor, at=at)
        publishing.publish(survey=survey.id, disclosure=disclosing.usual(is_anonymous=False), actor=actor, at=at)
        publishing.arrange(
            survey=survey.id, actor=actor, at=at, name=survey.name, opens_at=None, closes_at=None, is_once=False,
            wait_days=None, sample=100, reward={},
        )  # fmt: skip
        return publishing.set_state(survey=survey.id, state=Survey.State.CLOSED, actor=actor, at=at)
