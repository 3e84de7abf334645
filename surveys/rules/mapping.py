"""Which answers fill which field of the profile, and how they are told there."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.rules import people
from surveys.rules.definition import fill
from surveys.rules.kinds import Question, Row
from surveys.rules.kinds.choices import Multiple, Single
from surveys.rules.kinds.words import Contact, Date, Text

LISTED = frozenset(people.LISTS)
"""Fields with several values."""
DAYS = frozenset({"birth_date"})
FIELDS = LISTED | DAYS | frozenset({*people.TEXTS, "gender", "language", "nationality", "country"})


def fault(question: Question) -> str | Promise:
    """Why answers to it cannot fill the field it names; empty where they can."""
    if question.maps_to not in FIELDS:
        return fill(_("The profile has no field “%(what)s” that an answer can fill."), question.maps_to)
    match question:
        case Multiple():
            fits = question.maps_to in LISTED
        case Date():
            fits = question.maps_to in DAYS
        case Single():
            fits = question.maps_to not in DAYS
        case Text():
            fits = question.maps_to not in DAYS
        case _:
            fits = False
    return "" if fits else fill(_("Answers of this kind do not fill “%(what)s”."), question.maps_to)


def told(questions: Mapping[str, Question], rows: Mapping[str, Sequence[Row]]) -> dict[str, str]:
    """What these answers say of the person: `{field: text}` as any door tells it."""
    found = {}
    for key, taken in rows.items():
        question = questions[key]
        field = question.field if isinstance(question, Contact) else question.maps_to
        if field and taken:
            found[field] = ", ".join(row.text or row.code for row in taken)
    return found
