"""A questionnaire as data: pages of questions, conditions, jumps forward, scores. Read from JSON, told by a schema.

What is wrong is told all at once, each with its place (a JSON pointer, RFC 6901) and a sentence for whoever builds it.
`checking` says what else stands in the way of publishing; here is only what can be read at all.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from django.utils.functional import Promise, keep_lazy
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from surveys.rules import kinds
from surveys.rules.kinds import Key, Language, Question, Texts, When
from surveys.rules.kinds.base import KEY_PATTERN

END = "end"
"""A jump to here ends the questionnaire as answered."""
SCREENED = "screened"
"""A jump to here ends it for somebody it is not meant for."""
Target = Annotated[str, Meta(pattern=KEY_PATTERN, description="a later page, end or screened")]


@dataclass(frozen=True)
class Problem:
    """One mistake: where it is, and what it is in the reader's language."""

    pointer: str
    message: str | Promise


class Invalid(ValueError):
    """It cannot be read; `problems` has every mistake found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the mistakes."""
        super().__init__("; ".join(f"{problem.pointer or '/'}: {problem.message}" for problem in problems))
        self.problems = tuple(problems)


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
        raise Invalid(_every(value) or [_problem(str(error), "")]) from None


def written(definition: Definition) -> dict[str, Any]:
    """The questionnaire as JSON value; what has its default is left out."""
    found: dict[str, Any] = msgspec.to_builtins(definition)
    return found


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a questionnaire, made of the classes that read it."""
    (_ref,), parts = msgspec.json.schema_components([Definition], ref_template="#/$defs/{name}")
    whole = parts.pop("Definition")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Questionnaire",
        **{key: value for key, value in whole.items() if key != "title"},
        "$defs": parts,
    }


_QUESTION = {"kind": "yes_no", "key": "a", "text": {}}
_PAGE = {"key": "a", "questions": [_QUESTION]}


def _every(value: Any) -> list[Problem]:
    """The first mistake of the whole, of each page and of each question: a decoder stops at the first it meets."""
    found: list[Problem] = []
    if not isinstance(value, dict):
        return found
    pages = _listed(value, "pages")
    _try({**value, "pages": [_PAGE]} if pages else value, Definition, "", found)
    for p, page in enumerate(pages):
        questions = _listed(page, "questions")
        _try({**page, "questions": [_QUESTION]} if questions else page, Page, f"/pages/{p}", found)
        for q, question in enumerate(questions):
            _try(question, kinds.Any, f"/pages/{p}/questions/{q}", found)
    return found


def _listed(value: Any, name: str) -> list[Any]:
    """The parts that are looked at one by one; none where there is no list, or one of a wrong length."""
    parts = value.get(name) if isinstance(value, dict) else None
    return parts if isinstance(parts, list) and len(parts) <= _MOST else []


def _try(value: Any, kind: Any, pointer: str, found: list[Problem]) -> None:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        found.append(_problem(str(error), pointer))


_TOLD = re.compile(r"(?P<what>.*?)(?: - at (?:`(?P<key>key)` in )?`\$(?P<path>[^`]*)`)?", re.DOTALL)
_STEP = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d+)\]")
_WORDS: Mapping[str, str | Promise] = {
    r"Object missing required field `(\w+)`": _("“%(what)s” is missing."),
    r"Object contains unknown field `([^`]*)`": _("“%(what)s” is not known here."),
    r"Invalid value '?(.*?)'?": _("“%(what)s” is not one of what may stand here."),
    r"Invalid enum value '?(.*?)'?": _("“%(what)s” is not one of what may stand here."),
    r"Expected `\w+` matching regex .*": _("Small letters, digits and _ only, at most forty, a letter first."),
    r"Expected `\w+` of length >= (\d+)": _("At least %(what)s are needed."),
    r"Expected `\w+` of length <= (\d+)": _("At most %(what)s are possible."),
    r"Expected `\w+` >= (\S+)": _("At least %(what)s."),
    r"Expected `\w+` <= (\S+)": _("At most %(what)s."),
    r"Expected `(?:int|float)`.*": _("A number belongs here."),
    r"Expected `bool`.*": _("This is true or false."),
    r"Expected `str`.*": _("A text belongs here."),
    r"Expected `array`.*": _("A list belongs here."),
    r"Expected `object`.*": _("Named values in braces belong here."),
}
_MOST = 50  # pages, and questions of a page


def _problem(told: str, pointer: str) -> Problem:
    """What msgspec says, as a place and a sentence of ours."""
    split = _TOLD.fullmatch(told)
    what, path = (split["what"], split["path"] or "") if split else (told, "")
    place = pointer + "".join(f"/{name or number}" for name, number in _STEP.findall(path))
    for pattern, words in _WORDS.items():
        if match := re.fullmatch(pattern, what, re.DOTALL):
            return Problem(place, fill(words, match[1][:80]) if match.groups() else words)
    return Problem(place, _("This cannot be read."))


def _filled(words: str | Promise, what: str) -> str | Promise:
    return str(words) % {"what": what}


fill: Callable[[str | Promise, str], str | Promise] = keep_lazy(str)(_filled)
"""A sentence with what it is about, still in the language of whoever reads it."""
