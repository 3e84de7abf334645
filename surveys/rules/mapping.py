"""Which answers fill which field of the profile, and how they are told there."""

from collections.abc import Mapping, Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cdp.core.structures import fill
from customers.rules import people, tags
from surveys.rules.kinds import Question, Row
from surveys.rules.kinds.choices import Multiple, Ranking, Single
from surveys.rules.kinds.words import Contact, Date, Text

LISTED = frozenset(people.LISTS)
"""Fields with several values."""
DAYS = frozenset({"birth_date"})
SAID = {"heard": tags.HEARD, "chose": tags.CHOSE}
"""Answers that every door keeps as a tag of this kind: how somebody heard of the shop, why they chose it."""
FIELDS = LISTED | DAYS | SAID.keys() | frozenset({*people.TEXTS, "gender", "language", "nationality", "country"})


def fault(question: Question) -> str | Promise:
    """Why answers to it cannot fill the field it names; empty where they can."""
    if question.maps_to not in FIELDS:
        return fill(_("The profile has no field “%(what)s” that an answer can fill."), question.maps_to)
    match question:
        case Multiple():
            fits = question.maps_to in LISTED or question.maps_to in SAID
        case Ranking():
            fits = question.maps_to in SAID
        case Date():
            fits = question.maps_to in DAYS
        case Single():
            fits = question.maps_to not in DAYS
        case Text():
            fits = question.maps_to not in DAYS and question.maps_to not in SAID
        case _:
            fits = False
    return "" if fits else fill(_("Answers of this kind do not fill “%(what)s”."), question.maps_to)


def told(questions: Mapping[str, Question], rows: Mapping[str, Sequence[Row]]) -> dict[str, str]:
    """What these answers say of the person: `{field: text}` as any door tells it. Of an order of reasons the first
    counts.
    """
    found: dict[str, str] = {}
    said: list[str] = []
    for key, taken in rows.items():
        question = questions[key]
        field = question.field if isinstance(question, Contact) else question.maps_to
        if field in SAID:
            rows_of = [row for row in taken if row.number == 1] if isinstance(question, Ranking) else taken
            said += [SAID[field] + row.code.replace("_", "-") for row in rows_of]  # tags are written so
        elif field and taken:
            found[field] = ", ".join(row.text or row.code for row in taken)
    if said:
        found["tags"] = ", ".join([*([found["tags"]] if "tags" in found else []), *said])
    return found
