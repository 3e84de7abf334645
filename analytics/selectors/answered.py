"""Surveys that rules may ask about: their questions with what an answer to each is."""

from django.utils.translation import gettext as _

from analytics.rules.segment_rules import AskedAs
from surveys.models import Survey
from surveys.rules import results
from surveys.rules.kinds import Question
from surveys.rules.kinds.choices import Matrix
from surveys.rules.kinds.scales import Scale
from surveys.rules.kinds.words import Date
from surveys.selectors import wording
from surveys.selectors.results import scope

MOST = 200
"""Questionnaires that are offered; a shop asks with a few."""


def surveys() -> dict[str, dict[str, AskedAs]]:
    """The questions of every published survey that is not anonymous, by its address."""
    return {row.slug: {one.key: _asked_as(one.question) for one in _asked(row)} for row in _rows()}


def choices() -> list[tuple[str, str]]:
    """Each question as `address/question`, in words: for a form."""
    return [
        (f"{row.slug}/{one.key}", f"{row.name}: {wording.text(one.question.text) or one.key}")
        for row in _rows()
        for one in _asked(row)
    ]


def name(slug: str, question: str) -> str:
    """A question in words; the key where nobody knows any more."""
    return dict(choices()).get(f"{slug}/{question}") or _("{survey}, {question}").format(survey=slug, question=question)


def _rows() -> list[Survey]:
    return list(Survey.objects.filter(version__gt=0, is_anonymous=False).order_by("slug")[:MOST])


def _asked(row: Survey) -> list[results.Asked]:
    """Of each question the newest way it was asked."""
    found: dict[str, results.Asked] = {}
    for one in results.asked(scope.definitions(row)):
        found.setdefault(one.key, one)
    return list(found.values())


def _asked_as(question: Question) -> AskedAs:
    if isinstance(question, Scale):
        return AskedAs("number")
    if question.IS_WORDS or isinstance(question, Date):
        return AskedAs("words")
    domain = question.domain()
    codes = tuple(
        ("yes" if value else "no") if isinstance(value, bool) else str(value) for value in domain.values or ()
    )
    return AskedAs("code", codes, domain.lines if isinstance(question, Matrix) else ())
