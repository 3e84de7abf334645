"""What every kind of question has: its words, whether it must be answered, when it is shown, and how answers are kept.

An answer comes as a JSON value and is kept as rows of a number, a code or words. It is taken by `Question.take`, which
refuses what the question does not allow, and turned back by `Question.answer` into what conditions compare.
"""

import abc
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from surveys.rules.conditions.judging import Answer

Language = Literal["en", "th", "ko"]
LANGUAGES: tuple[Language, ...] = ("en", "th", "ko")
KEY_PATTERN, CODE_PATTERN = "^[a-z][a-z0-9_]{0,39}$", "^[a-z0-9][a-z0-9_]{0,39}$"
Key = Annotated[str, Meta(pattern=KEY_PATTERN, description="small letters, digits and _")]
Code = Annotated[str, Meta(pattern=CODE_PATTERN, description="small letters, digits and _")]
Words = Annotated[str, Meta(max_length=2000)]
Texts = dict[Language, Words]
When = Annotated[str, Meta(max_length=2000, description="a condition: {score} <= 6 and {reasons} has 'price'")]
LONGEST_TEXT = 5000
_UNSEEN = re.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200b\u2060\ufeff]")


class Why(StrEnum):
    """Why an answer was not taken; the words for it stand in `surveys.rules.words`."""

    TYPE = "type"
    RANGE = "range"
    OPTION = "option"
    TWICE = "twice"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    EXCLUSIVE = "exclusive"
    TOO_LONG = "too_long"
    MISSING = "missing"
    HIDDEN = "hidden"
    UNKNOWN = "unknown"
    FORMAT = "format"
    OTHER_WITHOUT_WORDS = "other_without_words"
    LINE = "line"
    CLOSED = "closed"


class Refused(ValueError):
    """The answer is not one to this question: `why` for a machine, `limit` what would do, where one can say."""

    def __init__(self, why: Why, limit: object = None) -> None:
        """Keep both."""
        super().__init__(why.value)
        self.why = why
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Row:
    """One kept piece of an answer: the line of a matrix or the option it is about, a number or a code, or words."""

    item: str = ""
    number: Decimal | None = None
    code: str = ""
    text: str = ""


class Option(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing to choose. `exclusive` goes with no other; `other` asks for words; `when` says for whom it is there."""

    key: Code
    text: Texts
    exclusive: bool = False
    other: bool = False
    when: When = ""


class Wording(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Another text for those for whom a condition holds: what promoters are asked is not what detractors are."""

    when: When
    text: Texts


class _Meta(msgspec.StructMeta, abc.ABCMeta):
    """Structs some of whose methods each kind has to write."""


class Question(
    msgspec.Struct,
    metaclass=_Meta,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="kind",
):
    """What all kinds have in common."""

    IS_WORDS: ClassVar[bool] = False
    """Whether answers are somebody's own words, kept sealed."""
    IS_PERSONAL: ClassVar[bool] = False
    """Whether an answer tells who somebody is, so that no anonymous questionnaire may ask it."""
    NEEDS_SCRIPT: ClassVar[bool] = False

    key: Key
    text: Texts
    help: Texts = {}
    wordings: Annotated[list[Wording], Meta(max_length=10)] = []
    required: bool = False
    when: When = ""
    spoken: Texts = {}
    """What staff read aloud during a call, where it differs from the text."""
    maps_to: Annotated[str, Meta(max_length=60)] = ""
    """The field of the profile that the answer fills."""

    @abc.abstractmethod
    def take(self, value: Any) -> tuple[Row, ...]:
        """The rows of an answer; none for an empty one. Raises Refused."""

    @abc.abstractmethod
    def told(self, rows: Sequence[Row]) -> Any:
        """The answer as a JSON value, such that `take` gives the same rows again. `rows` is not empty."""

    @abc.abstractmethod
    def answer(self, rows: Sequence[Row]) -> Answer:
        """What conditions compare."""

    @abc.abstractmethod
    def domain(self) -> "Domain":
        """Which answers there can be."""

    def texts(self) -> "list[tuple[str, Texts]]":
        """Every text people may see, with its JSON pointer inside of the question; empty ones are left out."""
        found: list[tuple[str, Texts]] = [("text", self.text)]
        found += [(f"wordings/{n}/text", wording.text) for n, wording in enumerate(self.wordings)]
        return found + [(name, texts) for name in ("help", "spoken") if (texts := getattr(self, name))]

    def parts(self) -> dict[str, list[str]]:
        """The keys of what it consists of, by the name of the list they stand in."""
        return {}

    def conditions(self) -> "list[tuple[str, str]]":
        """Every condition, with its pointer."""
        found = [("when", self.when)] if self.when else []
        return found + [(f"wordings/{n}/when", wording.when) for n, wording in enumerate(self.wordings)]


@dataclass(frozen=True)
class Domain:
    """Which answers a question can have, as far as conditions can tell them apart.

    `values` lists them all (numbers, codes, yes and no); None means any words or dates. `is_several` where somebody may
    choose more than one: at least and at most so many (0: any number), those in `alone` with no other. `lines` are
    those of a matrix: then each line has these values.
    """

    values: tuple[Decimal | str | bool, ...] | None
    is_several: bool = False
    lines: tuple[str, ...] = ()
    alone: frozenset[str] = frozenset()
    least: int = 0
    most: int = 0

    def takes(self, together: Sequence[object]) -> bool:
        """Whether somebody may choose all of these and no others."""
        if any(value in self.alone for value in together):
            return len(together) == 1
        return max(1, self.least) <= len(together) <= (self.most or len(together))


def cleaned(value: Any, *, longest: int) -> str:
    """Words as they are kept: composed, without what nobody can see, without space at the ends. Raises Refused."""
    if not isinstance(value, str):
        raise Refused(Why.TYPE)
    text = _UNSEEN.sub("", unicodedata.normalize("NFC", value.replace("\r\n", "\n"))).strip()
    if len(text) > longest:
        raise Refused(Why.TOO_LONG, longest)
    return text


def whole(value: Any, lowest: int, highest: int) -> int:
    """A whole number of a scale; forms send it as digits. Raises Refused."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        else:
            raise Refused(Why.TYPE)
    if isinstance(value, str):
        # Only what a form of ours sends: int() would take "１０" and "1_0" too.
        digits = value.strip()
        if not re.fullmatch(r"-?[0-9]{1,4}", digits):
            raise Refused(Why.TYPE)
        value = int(digits)
    if not lowest <= value <= highest:
        raise Refused(Why.RANGE, (lowest, highest))
    return int(value)


def is_empty(value: Any) -> bool:
    """Whether nothing was answered."""
    return value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip())
