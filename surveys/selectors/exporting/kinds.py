"""The export kind `responses`: each file is of one survey, whose questions make its columns."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.backends.postgresql.psycopg_any import mogrify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cdp.core.exports.registry import About, Kind, UnknownChoice
from customers.selectors import files as people_files
from surveys.models import Survey
from surveys.rules.kinds.words import Contact
from surveys.selectors import questionnaires
from surveys.selectors.exporting import codebook, nameless
from surveys.selectors.exporting.columns import headings, laid
from surveys.selectors.exporting.rows import FACTS, PEOPLE, Rows
from surveys.selectors.results import words
from surveys.selectors.results.scope import NAMES, Filter, Scope, UnableToFilter, definitions, read, scope

KEY, NEEDS = "responses", "surveys.view"
CODES, LABELS = "codes", "labels"
FILTERS = tuple(name for name in NAMES if name != "segment")
"""What an address of the results page names; the segment is asked for by the export itself."""
LABEL = gettext_lazy("Answers to a survey")


def choices() -> list[tuple[str, str]]:
    """The questionnaires that were ever published: address and name."""
    rows = Survey.objects.filter(version__gt=0).order_by("-created_at", "-id")
    return [(row.slug, row.name) for row in rows[:500]]


def kind(about: Mapping[str, str]) -> Kind:
    """The file of one survey. Raises UnknownChoice for an address nobody has, and for a filter that means nothing."""
    survey = questionnaires.find(about.get("survey", ""))
    if survey is None or not survey.version:
        raise UnknownChoice("survey")
    try:
        chosen = read(survey, {name: about.get(name, "") for name in FILTERS})
    except UnableToFilter as fault:
        raise UnknownChoice(fault.name) from fault
    with_labels = about.get("cells") == LABELS
    return (_of_nobody if survey.is_anonymous else _of_people)(survey, chosen, with_labels=with_labels)


def _of_people(survey: Survey, chosen: Filter, *, with_labels: bool) -> Kind:
    versions = definitions(survey)
    columns = laid(versions)
    of = scope(survey, chosen)
    rows = Rows(of, versions, columns, with_labels=with_labels)
    hidden = {
        one.name: _masked if isinstance(one.asked.question, Contact) else words.masked
        for one in columns
        if one.is_words
    }
    return Kind(
        KEY,
        LABEL,
        (*FACTS, *(one.name for one in columns), *PEOPLE),
        rows=rows.of_people,
        pages=rows.of_nobody,
        nameless=rows.count_of_nobody,
        whose=_whose(of),
        hides={**people_files.HIDES, **hidden},
        about=ABOUT,
        needs=NEEDS,
        headings=headings(columns) if with_labels else {},
        book=lambda: (codebook.COLUMNS, codebook.rows(survey, chosen)),
    )


def _of_nobody(survey: Survey, chosen: Filter, **_how: Any) -> Kind:
    return Kind(
        KEY,
        LABEL,
        nameless.COLUMNS,
        pages=lambda: nameless.rows(survey, chosen),
        about=ABOUT,
        needs=NEEDS,
        book=lambda: (codebook.COLUMNS, codebook.rows(survey, chosen)),
    )


def _whose(of: Scope) -> str:
    """Who gave such an answer, as SQL over the alias `c` that stands inside of statements with parameters."""
    with connection.cursor() as cursor:  # the way of quoting is that of the connection
        told = mogrify(f"EXISTS (SELECT 1 {of.responses} AND r.customer_id = c.id)", of.params, cursor.connection)
    return str(told).replace("%", "%%")


def _masked(_text: str) -> str:
    return words.MASK


def told(about: Mapping[str, str]) -> str:
    """What a file is of, for people: the survey, and that filters narrow it."""
    survey = questionnaires.find(about.get("survey", ""))
    name = survey.name if survey is not None else about.get("survey", "")
    given = [f"{value}" for key, value in about.items() if key in FILTERS]
    return _("%(survey)s, only: %(filters)s") % {"survey": name, "filters": ", ".join(given)} if given else name


ABOUT = About(
    name="survey",
    label=gettext_lazy("Survey"),
    choices=choices,
    kind=kind,
    words=told,
    names=FILTERS,
    options={
        "cells": (
            gettext_lazy("What stands in the cells"),
            (
                (CODES, gettext_lazy("Codes, for statistics and for importing again")),
                (LABELS, gettext_lazy("Labels, for reading")),
            ),
        )
    },
)
KIND = Kind(KEY, LABEL, (), pages=list, about=ABOUT, needs=NEEDS)
"""Before a survey is chosen."""
