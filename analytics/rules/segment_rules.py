"""Segment rules: the JSON of the contract into a validated tree, or every mistake with its place.

Nothing of the JSON reaches SQL except as a parameter: names are looked up in the registries of fields and metrics.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from analytics.rules import fields, metrics, tree, values
from analytics.rules.problems import InvalidRules, RuleProblem

DEEPEST = 12
MOST_RULES = 200
MOST_DAYS = 36_500
MOST_COUNT = 1_000_000
MOST_CONDITIONS = 20
LONGEST_TEXT = 300
ANSWER_OPERATORS = {
    "number": ("=", "!=", ">", ">=", "<", "<=", "between", "in", "not_in", "is_set", "not_set"),
    "code": ("=", "!=", "in", "not_in", "is_set", "not_set"),
    "words": ("is_set", "not_set"),
}
"""By what an answer is: a point on a scale, something chosen, or somebody's own words."""
COUNT_OPERATORS = ("=", "!=", ">", ">=", "<", "<=")
_HEADS = ("all", "any", "not", "field", "metric", "event", "order", "consent", "survey", "segment")


@dataclass(frozen=True)
class Known:
    """Names that rules may use and that live in the database; None means that they are not checked."""

    segments: frozenset[str] | None = None
    purposes: frozenset[str] | None = None
    channels: frozenset[str] | None = None
    surveys: Mapping[str, Mapping[str, "AskedAs"]] | None = None
    """By address the questions of each survey whose answers are somebody's; none of an anonymous one."""


@dataclass(frozen=True)
class AskedAs:
    """What an answer to a question is: a key of ANSWER_OPERATORS, for chosen ones the codes, for a matrix its lines."""

    kind: str
    codes: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass
class _Reader:
    known: Known
    problems: list[RuleProblem] = field(default_factory=list)
    count: int = 0

    def wrong(self, pointer: str, message: Any, **names: Any) -> None:
        self.problems.append(RuleProblem(pointer, format_lazy(message, **names) if names else message))

    # --- the tree ---

    def rule(self, document: object, pointer: str, depth: int) -> tree.Rule | None:
        self.count += 1
        if self.count == MOST_RULES + 1:
            self.wrong(pointer, _("There are more than {most} rules."), most=MOST_RULES)
        if self.count > MOST_RULES:
            return None
        if depth > DEEPEST:
            self.wrong(pointer, _("The rules are nested more than {deepest} levels deep."), deepest=DEEPEST)
            return None
        if not isinstance(document, dict):
            self.wrong(pointer, _("A rule is an object such as {example}."), example='{"field": …}')
            return None
        heads = [head for head in _HEADS if head in document]
        if len(heads) != 1:
            self.wrong(pointer, _("A rule has exactly one of: {names}."), names=", ".join(_HEADS))
            return None
        head = heads[0]
        read: Callable[[dict[str, Any], str, int], tree.Rule | None] = getattr(self, f"_{head}")
        return read(document, pointer, depth)

    def _only(self, document: dict[str, Any], pointer: str, *names: str) -> None:
        for name in document:
            if name not in names:
                self.wrong(
                    place(pointer, name), _("This name is not known here; use: {names}."), names=", ".join(names)
                )

    def _all(self, document: dict[str, Any], pointer: str, depth: int) -> tree.Rule | None:
        inner = self._list(document, "all", pointer, depth)
        return None if inner is None else tree.All(pointer, inner)

    def _any(self, document: dict[str, Any], pointer: str, depth: int) -> tree.Rule | None:
        inner = self._list(document, "any", pointer, depth)
        if document["any"] == []:
            self.wrong(place(pointer, "any"), _("“any” needs at least one rule."))
        return None if inner is None else tree.Any(pointer, inner)

    def _list(self, document: dict[str, Any], head: str, pointer: str, depth: int) -> tuple[tree.Rule, ...] | None:
        self._only(document, pointer, head)
        here = place(pointer, head)
        if not isinstance(document[head], list):
            self.wrong(here, _("This must be a list of rules."))
            return None
        inner = [self.rule(item, place(here, index), depth + 1) for index, item in enumerate(document[head])]
        return tuple(rule for rule in inner if rule is not None)

    def _not(self, document: dict[str, Any], pointer: str, depth: int) -> tree.Rule | None:
        self._only(document, pointer, "not")
        inner = self.rule(document["not"], place(pointer, "not"), depth + 1)
        return None if inner is None else tree.Not(pointer, inner)

    # --- leaves ---

    def _field(self, document: dict[str, Any], pointer: str, _depth: int) -> tree.Rule | None:
        key, here = document["field"], place(pointer, "field")
        if isinstance(key, str) and key in fields.FIELDS:
            return self._compared(document, pointer, fields.FIELDS[key])
        if isinstance(key, str) and key in fields.FIELDS_NOT_YET:
            self.wrong(here, _("The field “{name}” is not available yet."), name=key)
        else:
            self.wrong(here, _("The field “{name}” is not known."), name=shown(key))
        return None

    def _metric(self, document: dict[str, Any], pointer: str, _depth: int) -> tree.Rule | None:
        key, here = document["metric"], place(pointer, "metric")
        if isinstance(key, str) and key in metrics.METRICS:
            return self._compared(document, pointer, fields.of_metric(key))
        if isinstance(key, str) and key in metrics.NOT_YET:
            self.wrong(here, _("The metric “{name}” is not available yet."), name=key)
        else:
            self.wrong(here, _("The metric “{name}” is not known."), name=shown(key))
        return None

    def _compared(self, document: dict[str, Any], pointer: str, subject: fields.Subject) -> tree.Rule | None:
        kind = "field" if "field" in document else "metric"
        self._only(document, pointer, kind, "op", "value")
        op = document.get("op")
        allowed = fields.OPERATORS[subject.type]
        if op not in allowed:
            known = op in fields.ALL_OPERATORS
            message = (
                _("“{op}” cannot be used here; use one of: {allowed}.")
                if known
                else _("The operator “{op}” is not known; use one of: {allowed}.")
            )
            self.wrong(place(pointer, "op"), message, op=shown(op), allowed=", ".join(allowed))
            return None
        here = place(pointer, "value")
        if op in fields.WITHOUT_VALUE:
            if document.get("value") is not None:
                self.wrong(here, _("“{op}” takes no value."), op=op)
            return tree.Compared(pointer, kind, subject.key, op, None)
        if "value" not in document:
            self.wrong(here, _("A value is missing."))
            return None
        try:
            value = values.read(document["value"], op=op, subject=subject)
        except values.BadValue as bad:
            self.wrong(here + bad.inner, bad.message)
            return None
        return tree.Compared(pointer, kind, subject.key, op, value)

    def _consent(self, document: dict[str, Any], pointer: str, _depth: int) -> tree.Rule | None:
        self._only(document, pointer, "consent", "op", "value")
        here, about = place(pointer, "consent"), document["consent"]
        if not isinstance(about, dict):
            self.wrong(here, _("This must be an object with “purpose” and “channel”."))
            return None
        self._only(about, here, "purpose", "channel")
        purpose, channel = about.get("purpose"), about.get("channel", "any")
        for name, value, known in (
            ("purpose", purpose, self.known.purposes),
            ("channel", channel, self.known.channels),
        ):
            if not isinstance(value, str) or not value or (known is not None and value not in known):
                listed = ", ".join(sorted(known or ())) or "…"
                self.wrong(
                    place(here, name),
                    _("“{value}” is not known; use one of: {known}."),
                    value=shown(value),
                    known=listed,
                )
        op, wanted = document.get("op", "="), document.get("value", True)
        if op not in ("=", "!="):  # a tuple: it may be anything, also what no set can hold
            self.wrong(
                place(pointer, "op"),
                _("“{op}” cannot be used here; use one of: {allowed}."),
                op=shown(op),
                allowed="=, !=",
            )
        if not isinstance(wanted, bool):
            self.wrong(place(pointer, "value"), _("This must be true or false."))
            return None
        return tree.Consented(pointer, str(purpose), str(channel), wanted is (op == "="))

    def _segment(self, document: dict[str, Any], pointer: str, _depth: int) -> tree.Rule | None:
        self._only(document, pointer, "segment")
        key = document["segment"]
        if not isinstance(key, str) or (self.known.segments is not None and key not in self.known.segments):
            self.wrong(place(pointer, "segment"), _("There is no segment “{key}”."), key=shown(key))
            return None
        return tree.Member(pointer, key)

    def _survey(self, document: dict[str, Any], pointer: str, _depth: int) -> tree.Rule | None:
        self._only(document, pointer, "survey", "op", "value")
        here, about = place(pointer, "survey"), document["survey"]
        if not isinstance(about, dict):
            self.wrong(here, _("This must be an object with “slug” and “question”."))
            return None
        self._only(about, here, "slug", "question")
        slug, name = (self._text(about.get(part), place(here, part)) for part in ("slug", "question"))
        question, _dot, line = name.partition(".")
        asked = self._asked(slug, question, line, here) if slug and question else None
        op = document.get("op")
        allowed = ANSWER_OPERATORS[asked.kind if asked else "number"]
        if not isinstance(op, str) or op not in allowed:
            message = _("“{op}” cannot be used here; use one of: {allowed}.")
            self.wrong(place(pointer, "op"), message, op=shown(op), allowed=", ".join(allowed))
            return None
        there, value = place(pointer, "value"), document.get("value")
        if op in fields.WITHOUT_VALUE:
            if value is not None:
                self.wrong(there, _("“{op}” takes no value."), op=op)
            return tree.Answered(pointer, slug, question, line, op, None)
        if value is None:
            self.wrong(there, _("A value is missing."))
            return None
        given = self._answers(value, op, asked, there)
        return None if given is None else tree.Answered(pointer, slug, question, line, op, given)

    def _asked(self, slug: str, question: str, line: str, here: str) -> AskedAs | None:
        """The question, where names are checked at all."""
        if self.known.surveys is None:
            return None
        questions = self.known.surveys.get(slug)
        if questions is None:
            self.wrong(
                place(here, "slug"), _("There is no survey “{key}” whose answers are of known people."), key=shown(slug)
            )
            return None
        asked = questions.get(question)
        if asked is None or (line and line not in asked.lines):
            known = ", ".join(sorted(questions)) or "…"
            self.wrong(
                place(here, "question"),
                _("“{value}” is not known; use one of: {known}."),
                value=shown(f"{question}.{line}" if line else question),
                known=known,
            )
            return None
        return asked

    def _answers(self, value: object, op: str, asked: AskedAs | None, here: str) -> tree.Value:
        """One answer, or several where the comparison takes them; None where one is none."""
        is_listed = op in {"between", "in", "not_in"}
        if is_listed and (not isinstance(value, list) or not value or len(value) > MOST_CONDITIONS):
            self.wrong(here, _("This must be a list of at most {most} values."), most=MOST_CONDITIONS)
            return None
        if op == "between" and isinstance(value, list) and len(value) != 2:
            self.wrong(here, _("This must be two values, the smaller one first."))
            return None
        found: list[tree.Scalar] = []
        for one in value if is_listed and isinstance(value, list) else [value]:
            answer = _answer(one, asked)
            if answer is None:
                if asked is not None and asked.codes:
                    message, known = _("“{value}” is not known; use one of: {known}."), ", ".join(asked.codes)
                    self.wrong(here, message, value=shown(one), known=known)
                else:
                    self.wrong(here, _("This must be a number."))
                return None
            found.append(answer)
        return tuple(found) if is_listed else found[0]

    def _order(self, document: dict[str, Any], pointer: str, _depth: int) -> tree.Rule | None:
        self._only(document, pointer, "order", "count", "within_days")
        here, about = place(pointer, "order"), document["order"]
        if not isinstance(about, dict):
            self.wrong(here, _("This must be an object with “sku”, “product” or “category”, or an empty one."))
            return None
        self._only(about, here, "sku", "product", "category")
        wanted = {}
        for name in ("sku", "product", "category"):
            wanted[name] = self._text(about[name], place(here, name)) if name in about else ""
        count, within = self._count(document, pointer), self._within(document, pointer)
        return tree.Ordered(pointer, **wanted, count=count, within_days=within)

    def _event(self, document: dict[str, Any], pointer: str, _depth: int) -> tree.Rule | None:
        self._only(document, pointer, "event", "where", "count", "within_days")
        name = self._text(document["event"], place(pointer, "event"))
        here, where = place(pointer, "where"), document.get("where", {})
        pairs: list[tuple[str, str | int | float | bool]] = []
        if not isinstance(where, dict) or len(where) > MOST_CONDITIONS:
            self.wrong(here, _("This must be an object with at most {most} names."), most=MOST_CONDITIONS)
            where = {}
        for key, value in where.items():
            try:
                pairs.append((values.text(key, LONGEST_TEXT), values.scalar(value, LONGEST_TEXT)))
            except values.BadValue as bad:
                self.wrong(place(here, key), bad.message)
        count, within = self._count(document, pointer), self._within(document, pointer)
        return tree.Did(pointer, name, tuple(pairs), count, within)

    def _text(self, value: object, pointer: str) -> str:
        try:
            return values.text(value, LONGEST_TEXT)
        except values.BadValue as bad:
            self.wrong(pointer, bad.message)
            return ""

    def _count(self, document: dict[str, Any], pointer: str) -> tree.Count:
        if "count" not in document:
            return tree.ONCE
        here, count = place(pointer, "count"), document["count"]
        if not isinstance(count, dict):
            self.wrong(here, _("This must be an object such as {example}."), example='{"op": ">=", "value": 2}')
            return tree.ONCE
        self._only(count, here, "op", "value")
        op = count.get("op")
        if op not in COUNT_OPERATORS:
            self.wrong(
                place(here, "op"),
                _("The operator “{op}” is not known; use one of: {allowed}."),
                op=shown(op),
                allowed=", ".join(COUNT_OPERATORS),
            )
            return tree.ONCE
        return tree.Count(op, self._whole(count.get("value"), place(here, "value"), 0, MOST_COUNT))

    def _within(self, document: dict[str, Any], pointer: str) -> int | None:
        if document.get("within_days") is None:
            return None
        return self._whole(document["within_days"], place(pointer, "within_days"), 0, MOST_DAYS)

    def _whole(self, value: object, pointer: str, low: int, high: int) -> int:
        try:
            number = values.whole(value)
        except values.BadValue as bad:
            self.wrong(pointer, bad.message)
            return low
        if not low <= number <= high:
            self.wrong(pointer, _("This must be between {low} and {high}."), low=low, high=high)
            return low
        return number


def _answer(value: object, asked: AskedAs | None) -> tree.Scalar | None:
    """What is compared: a number of a scale, a code of what can be chosen (true and false are yes and no)."""
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if asked is not None and asked.kind == "code":
        return str(value) if str(value) in asked.codes else None
    if isinstance(value, str) and asked is None:
        return value[:LONGEST_TEXT]
    try:
        return Decimal(str(value)) if math.isfinite(float(str(value))) else None
    except (ValueError, ArithmeticError):
        return None


def parse(document: object, *, known: Known | None = None) -> tree.Rule:
    """The validated tree of a JSON document. Raises InvalidRules with every mistake found."""
    reader = _Reader(known or Known())
    rule = reader.rule(document, "", 1)
    if reader.problems or rule is None:
        raise InvalidRules(reader.problems)
    return rule


def place(pointer: str, name: str | int) -> str:
    """One step down a JSON pointer."""
    return f"{pointer}/{str(name).replace('~', '~0').replace('/', '~1')}"


def shown(value: object) -> str:
    """Something from the document, short enough for a sentence."""
    text = value if isinstance(value, str) else repr(value)
    text = text.encode(errors="replace").decode()
    return text if len(text) <= 60 else text[:57] + "…"
