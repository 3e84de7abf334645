"""A questionnaire as data: pages of questions, conditions, jumps forward, scores. Read from JSON, told by a schema.

What is wrong is told all at once, each with its place (a JSON pointer, RFC 6901) and a sentence for whoever builds it.
`checking` says what else stands in the way of publishing; here is only what can be read at all.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from cdp.core import structures
from cdp.core.structures import Invalid, Problem
from surveys.rules import kinds
from surveys.rules.kinds import Key, Language, Question, Texts, When
from surveys.rules.kinds.base import KEY_PATTERN

END = "end"
"""A jump to here ends the questionnaire as answered."""
SCREENED = "screened"
"""A jump to here ends it for somebody it is not meant for."""
Target = Annotated[str, Meta(pattern=KEY_PATTERN, description="a later page, end or screened")]


class Jump(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Behind a page: on to a later one, or to the end, if a condition holds (always where there is none)."""

    to: Target
    when: When = ""


class Page(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Questions shown together; a group with one condition for all."""

    key: Key
    questions: Annotated[list[kinds.Any], Meta(min_length=1, max_length=50)]
    title: Texts = {}
    when: When = ""
    jumps: Annotated[list[Jump], Meta(max_length=20)] = []


class Worth(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a choice is worth in a score: for scales each step counts its number times `weight`."""

    question: Annotated[str, Meta(max_length=81)]
    weight: float = 1
    options: dict[str, float] = {}


class Score(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A sum over answers, such as how ready somebody is to buy."""

    key: Key
    text: Texts
    of: Annotated[list[Worth], Meta(min_length=1, max_length=100)]


class Definition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A questionnaire."""

    schema: Literal[1]
    title: Texts
    languages: Annotated[list[Language], Meta(min_length=1, max_length=3)]
    pages: Annotated[list[Page], Meta(min_length=1, max_length=50)]
    intro: Texts = {}
    thanks: Texts = {}
    screened: Texts = {}
    scores: Annotated[list[Score], Meta(max_length=20)] = []

    def questions(self) -> Iterator[Question]:
        """Every question, in order."""
        for page in self.pages:
            yield from page.questions

    def placed(self) -> Iterator[tuple[str, Page, Question]]:
        """Every question with its page and its pointer."""
        for p, page in enumerate(self.pages):
            for q, question in enumerate(page.questions):
                yield f"/pages/{p}/questions/{q}", page, question


def read(value: Any) -> Definition:
    """The questionnaire that a decoded JSON value describes. Raises Invalid with every mistake that can be seen."""
    try:
        return msgspec.convert(value, Definition)
    except msgspec.ValidationError as error:
        raise Invalid(_every(value) or [structures.problem(str(error))]) from None


def written(definition: Definition) -> dict[str, Any]:
    """The questionnaire as JSON value; what has its default is left out."""
    found: dict[str, Any] = msgspec.to_builtins(definition)
    return found


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a questionnaire, made of the classes that read it."""
    return structures.schema(Definition, title="Questionnaire")


_QUESTION = {"kind": "yes_no", "key": "a", "text": {}}
_PAGE = {"key": "a", "questions": [_QUESTION]}


def _every(value: Any) -> list[Problem]:
    """The first mistake of the whole, of each page and of each question: a decoder stops at the first it meets."""
    found: list[Problem] = []
    if not isinstance(value, dict):
        return found
    pages = _listed(value, "pages")
    found += structures.mistakes({**value, "pages": [_PAGE]} if pages else value, Definition)
    for p, page in enumerate(pages):
        questions = _listed(page, "questions")
        found += structures.mistakes({**page, "questions": [_QUESTION]} if questions else page, Page, f"/pages/{p}")
        for q, question in enumerate(questions):
            found += structures.mistakes(question, kinds.Any, f"/pages/{p}/questions/{q}")
    return found


def _listed(value: Any, name: str) -> list[Any]:
    """The parts that are looked at one by one; none where there is no list, or one of a wrong length."""
    parts = value.get(name) if isinstance(value, dict) else None
    return parts if isinstance(parts, list) and len(parts) <= _MOST else []


_MOST = 50  # pages, and questions of a page
