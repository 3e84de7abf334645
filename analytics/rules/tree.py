"""A validated rule. Made by `segment_rules.parse`, turned into SQL by `compiler`; nothing else is needed to judge."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

Scalar = str | int | Decimal | dt.date | dt.datetime
Value = Scalar | tuple[Scalar, ...] | None


@dataclass(frozen=True)
class Count:
    """How often: `op` is one of = != > >= < <=."""

    op: str
    value: int


ONCE = Count(">=", 1)


@dataclass(frozen=True)
class All:
    """Every rule holds; none at all means everybody."""

    pointer: str
    rules: tuple["Rule", ...]


@dataclass(frozen=True)
class Any:
    """At least one rule holds."""

    pointer: str
    rules: tuple["Rule", ...]


@dataclass(frozen=True)
class Not:
    """The rule does not hold (also where the value it asks about is missing)."""

    pointer: str
    rule: "Rule"


@dataclass(frozen=True)
class Compared:
    """A field or a metric against a value; `between` has two, `in` has many, `is_set` none."""

    pointer: str
    kind: str  # field or metric
    key: str
    op: str
    value: Value


@dataclass(frozen=True)
class Consented:
    """The state of consent for a purpose and channel. No word from the customer is no consent."""

    pointer: str
    purpose: str
    channel: str
    is_granted: bool


@dataclass(frozen=True)
class Member:
    """Stored membership of another segment."""

    pointer: str
    segment: str


@dataclass(frozen=True)
class Ordered:
    """How many orders that count, with a line of that product, in the last days (None: ever)."""

    pointer: str
    sku: str
    product: str
    category: str
    count: Count
    within_days: int | None


@dataclass(frozen=True)
class Did:
    """How many events of that name with these properties in the last days (None: ever)."""

    pointer: str
    event: str
    where: tuple[tuple[str, str | int | float | bool], ...]
    count: Count
    within_days: int | None


@dataclass(frozen=True)
class Answered:
    """What somebody last answered to a question of a survey: a number, codes, or whether at all. `line` is that of a
    matrix.
    """

    pointer: str
    survey: str
    question: str
    line: str
    op: str
    value: Value


Leaf = Compared | Consented | Member | Ordered | Did | Answered
Rule = All | Any | Not | Leaf


def leaves(rule: Rule) -> list[Leaf]:
    """The leaves, left to right."""
    if isinstance(rule, All | Any):
        return [leaf for inner in rule.rules for leaf in leaves(inner)]
    if isinstance(rule, Not):
        return leaves(rule.rule)
    return [rule]


def references(rule: Rule) -> frozenset[str]:
    """Keys of the segments a rule asks about."""
    return frozenset(leaf.segment for leaf in leaves(rule) if isinstance(leaf, Member))
