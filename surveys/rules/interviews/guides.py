"""A guide as data: what the talk is for, and what is asked, in each language it is held in.

    {"title": {"en": …}, "goal": {"en": …}, "languages": ["en", "th", "ko"],
     "questions": [{"key": "likes", "text": {"en": …}, "help": {"en": …}}]}

`help` is for who asks: what to dig for, or the choices to read aloud. Read from JSON, checked before publishing.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from cdp.core.structures import Problem, fill
from surveys.rules.definition import Definition
from surveys.rules.kinds import Key, Language, Question, Texts
from surveys.rules.kinds.choices import Chosen

MOST_QUESTIONS = 60
LONGEST = 2000


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One question, and what helps who asks it."""

    key: Key
    text: Texts
    help: Texts = {}


class Guide(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a talk is for and what is asked."""

    title: Texts
    goal: Texts
    languages: Annotated[list[Language], Meta(min_length=1, max_length=3)]
    questions: Annotated[list[Asked], Meta(max_length=MOST_QUESTIONS)]

    def question(self, key: str) -> Asked | None:
        """The question with that key."""
        return next((one for one in self.questions if one.key == key), None)


class Unreadable(ValueError):
    """It is no guide."""


def read(value: Mapping[str, Any]) -> Guide:
    """The guide that a JSON value describes. Raises Unreadable."""
    try:
        return msgspec.convert(value, Guide)
    except msgspec.ValidationError as error:
        raise Unreadable(str(error)) from None


def written(guide: Guide) -> dict[str, Any]:
    """The guide as a JSON value; what is empty is left out."""
    found: dict[str, Any] = msgspec.to_builtins(guide)
    return found


def empty(languages: Sequence[str]) -> dict[str, Any]:
    """A guide of which nothing is written yet."""
    return {"title": {}, "goal": {}, "languages": list(languages), "questions": []}


def faults(guide: Guide) -> list[Problem]:
    """What stands in the way of publishing it: a goal, questions, and each of them in each language it is held in."""
    found = []
    if not guide.questions:
        found.append(Problem("/questions", _("Write at least one question.")))
    told: Iterable[tuple[str, Texts, str | Promise]] = [
        ("/title", guide.title, _("Title")),
        ("/goal", guide.goal, _("Goal")),
        *(
            (f"/questions/{n}/text", one.text, fill(_("Question %(what)s"), str(n + 1)))
            for n, one in enumerate(guide.questions)
        ),
    ]
    found.extend(
        Problem(
            f"{pointer}/{language}",
            fill(_("The text in this language is missing: %(what)s."), _named(name, language)),
        )
        for pointer, texts, name in told
        for language in guide.languages
        if not (texts.get(language) or "").strip()
    )
    keys = [one.key for one in guide.questions]
    found.extend(
        Problem(f"/questions/{n}/key", fill(_("“%(what)s” stands here twice."), key))
        for n, key in enumerate(keys)
        if key in keys[:n]
    )
    return found


def _named(name: str | Promise, language: str) -> str:
    return f"{name} ({language})"


def of_questionnaire(asked: Definition, *, goal: Texts) -> Guide:
    """A questionnaire as a guide: its questions to be asked aloud, with the choices as help for who asks."""
    return Guide(
        title=asked.title,
        goal=goal,
        languages=asked.languages,
        questions=[
            Asked(key=one.key, text=one.text, help=_choices(one, asked.languages) or one.help)
            for one in asked.questions()
        ],
    )


def _choices(question: Question, languages: Sequence[Language]) -> Texts:
    if not isinstance(question, Chosen):
        return {}
    return {
        language: " · ".join(option.text.get(language, "") for option in question.options) for language in languages
    }
