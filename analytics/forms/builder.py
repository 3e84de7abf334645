"""A rule document as rows and groups that people click together, and back.

The page always sends the document itself (JSON, read by `analytics.rules`); this module only says how each part of it
is shown. It must show anything, also a document that is wrong or half written.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from analytics.forms import choices
from analytics.forms.choices import Choice, Names
from analytics.rules.fields import WITHOUT_VALUE, Subject, Type
from analytics.rules.problems import RuleProblem
from analytics.rules.segment_rules import place
from customers.rules.unreadable import Unreadable

EVERYBODY: dict[str, Any] = {"all": []}
_LITERAL = re.compile(r'-?\d+(\.\d+)?|true|false|".*"')


LONGEST = 200_000


class NotJson(Exception):
    """The text is no JSON document; `problem` says so at the root of the rule."""

    def __init__(self) -> None:
        super().__init__()
        self.problem = RuleProblem("", _("This text is not JSON."))


@dataclass
class Group:
    """Rules that hold together: `mode` is all, any or none."""

    mode: str
    children: list["Group | Row"] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_group: bool = True
    is_root: bool = False

    @property
    def modes(self) -> list[Choice]:
        """What may be chosen."""
        return list(choices.GROUPS.items())


@dataclass
class Row:
    """One rule. `kind` says which template part shows it; `value`, `values` and `parts` are what stands in it."""

    kind: str = ""
    key: str = ""
    op: str = ""
    operators: Sequence[Choice] = ()
    control: str = ""  # none, choice, many, listed, number, text, date, between-…
    choices: Sequence[Choice] = ()
    suggestions: Sequence[str] = ()
    value: str = ""
    second: str = ""
    values: Sequence[str] = ()
    parts: Mapping[str, Any] = field(default_factory=dict)
    unit: str = ""
    document: str = ""
    problems: list[str] = field(default_factory=list)
    is_group: bool = False

    @property
    def subject(self) -> str:
        """What the first choice of the row stands on."""
        return f"{self.kind}:{self.key}" if self.kind in {"field", "metric"} else self.kind


@dataclass
class Builder:
    """Everything the template needs."""

    root: Group
    subjects: Sequence[tuple[str, Sequence[Choice]]]
    document: str
    loose: list[str] = field(default_factory=list)
    told: Sequence[str] = ()  # every mistake once, for the alert above the rule


def read(text: str) -> Any:
    """The document people or the builder wrote. Raises NotJson."""
    if len(text) > LONGEST:
        raise NotJson
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotJson from error


def of(document: Any, names: Names, problems: Sequence[RuleProblem] = ()) -> Builder:
    """The document with each mistake at the row it belongs to."""
    left = list(problems)
    node = _node(document, "", names, left)
    root = node if isinstance(node, Group) else Group("all", [node] if document not in (None, {}) else [])
    root.is_root = True
    told = list(dict.fromkeys(str(problem.message) for problem in problems))
    return Builder(root, choices.subjects(), written(document), [str(problem.message) for problem in left], told)


def row(document: Any, names: Names) -> Row:
    """A single row, for the part that htmx asks for."""
    found = _leaf(document if isinstance(document, dict) else {}, names)
    return found if isinstance(found, Row) else Row()


def started(subject: str) -> dict[str, Any]:
    """A new rule about what was chosen, with the usual operator and no value yet."""
    kind, _colon, key = subject.partition(":")
    match kind:
        case "field" | "metric":
            about = choices.subject_of(kind, key)
            if about is None:
                return {}
            usual = {Type.DAYS: ">", Type.WHOLE: ">=", Type.NUMBER: ">=", Type.MOMENT: ">=", Type.MAPPING: "is_set"}
            return {kind: key, "op": usual.get(about.type, "=")}
        case "consent":
            return {"consent": {"purpose": "marketing", "channel": "email"}, "op": "=", "value": True}
        case "order":
            return {"order": {}, "count": {"op": ">=", "value": 1}, "within_days": 365}
        case "event":
            return {"event": "", "count": {"op": ">=", "value": 1}, "within_days": 30}
        case "survey":
            return {"survey": {"slug": "", "question": ""}, "op": "<=", "value": None}
        case "segment":
            return {"segment": ""}
    return {}


def written(document: Any) -> str:
    """The document as text people may edit."""
    return json.dumps(EVERYBODY if document is None else document, ensure_ascii=False, indent=2, default=str)


def _node(document: Any, pointer: str, names: Names, problems: list[RuleProblem]) -> Group | Row:
    if isinstance(document, dict):
        for mode in ("all", "any"):
            if isinstance(document.get(mode), list):
                return _group(mode, document[mode], place(pointer, mode), names, problems, pointer)
        inner = document.get("not")
        if isinstance(inner, dict) and "segment" not in inner:
            if isinstance(inner.get("any"), list):
                here = place(place(pointer, "not"), "any")
                return _group("none", inner["any"], here, names, problems, pointer)
            child = _node(inner, place(pointer, "not"), names, problems)
            return Group("none", [child], _taken(problems, pointer))
    found = _leaf(document if isinstance(document, dict) else {}, names)
    found.problems = _taken(problems, pointer)
    return found


def _group(mode: str, listed: list[Any], here: str, names: Names, problems: list[RuleProblem], pointer: str) -> Group:
    children = [_node(item, place(here, index), names, problems) for index, item in enumerate(listed)]
    return Group(mode, children, _taken(problems, pointer))


def _taken(problems: list[RuleProblem], pointer: str) -> list[str]:
    """The mistakes at or below a place; rows are asked before the groups around them."""
    mine = [problem for problem in problems if problem.pointer == pointer or problem.pointer.startswith(pointer + "/")]
    for problem in mine:
        problems.remove(problem)
    return list(dict.fromkeys(str(problem.message) for problem in mine))


def _leaf(document: dict[str, Any], names: Names) -> Row:
    for kind in ("field", "metric"):
        if isinstance(document.get(kind), str):
            about = choices.subject_of(kind, document[kind])
            if about is not None:
                return _compared(kind, about, document, names)
    if isinstance(document.get("consent"), dict):
        return _consent(document, names)
    inner = document.get("not")
    if isinstance(inner, dict) and isinstance(inner.get("segment"), str):
        return _segment(inner["segment"], names, is_in=False)
    if isinstance(document.get("segment"), str):
        return _segment(document["segment"], names, is_in=True)
    if isinstance(document.get("order"), dict):
        return _order(document)
    if isinstance(document.get("event"), str):
        return _event(document)
    if isinstance(document.get("survey"), dict):
        return _survey(document, names)
    return Row("raw", document=written(document)) if document else Row()


def _compared(kind: str, about: Subject, document: dict[str, Any], names: Names) -> Row:
    allowed = choices.operators(about)
    op = str(document.get("op") or "")
    if op == "contains" and about.type is Type.LIST:
        op = "="
    if op not in dict(allowed):
        op = str(allowed[0][0])
    row = Row(kind, about.key, op, allowed, unit=_unit(about))
    value = document.get("value")
    given = value if isinstance(value, list) else [value] if value != "" else []
    row.values = [_standard(item, about) for item in given]
    row.value = row.values[0] if row.values else ""
    row.second = row.values[1] if len(row.values) > 1 else ""
    row.choices, row.suggestions = list(names.of(about.key).items()), names.suggestions(about.key)
    row.control = _control(about, op, has_choices=bool(row.choices))
    return row


def _standard(value: Any, about: Subject) -> str:
    """The value as the data has it: a rule written by hand may say Bangkok where the choice is TH-10."""
    text = _text(value)
    if about.standardise is not None and text:
        try:
            return str(about.standardise(text))
        except Unreadable:
            return text
    return text


def _control(about: Subject, op: str, *, has_choices: bool) -> str:
    if op in WITHOUT_VALUE:
        return "none"
    kind = {
        Type.WHOLE: "number",
        Type.DAYS: "number",
        Type.NUMBER: "number",
        Type.MOMENT: "date",
    }.get(about.type, "text")
    if op == "between":
        return f"between-{kind}"
    if op in {"in", "not_in"}:
        return "many" if has_choices else "listed"
    return "choice" if has_choices and op in {"=", "!="} else kind


def _unit(about: Subject) -> str:
    if about.type is Type.DAYS:
        return _("days")
    return str(settings.CDP_CURRENCY) if about.type is Type.NUMBER else ""


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _consent(document: dict[str, Any], names: Names) -> Row:
    about, wanted = document["consent"], document.get("value", True)
    is_granted = wanted is (document.get("op", "=") == "=")
    return Row(
        "consent",
        parts={
            "purpose": _text(about.get("purpose")),
            "channel": _text(about.get("channel") or "any"),
            "granted": "yes" if is_granted else "no",
            "purposes": names.purposes.items(),
            "channels": names.channels.items(),
        },
    )


def _segment(key: str, names: Names, *, is_in: bool) -> Row:
    listed = list(names.segments.items())
    if key and key not in names.segments:
        listed.append((key, key))
    return Row("segment", value=key, op="in" if is_in else "out", choices=listed)


def _order(document: dict[str, Any]) -> Row:
    about = document["order"]
    which = next((name for name in ("product", "category", "sku") if about.get(name)), "any")
    if len([name for name in ("product", "category", "sku") if about.get(name)]) > 1:
        return Row("raw", document=written(document))  # two conditions on one line have no row of their own
    return Row("order", parts={"which": which, "what": _text(about.get(which)), **_how_often(document)})


def _survey(document: dict[str, Any], names: Names) -> Row:
    about, op, value = document["survey"], _text(document.get("op")), document.get("value")
    if op not in choices.ANSWERS or isinstance(value, list | dict):
        return Row("raw", document=written(document))
    asked = f"{_text(about.get('slug'))}/{_text(about.get('question'))}"
    listed = list(names.answers.items())
    if asked != "/" and asked not in names.answers:
        listed.append((asked, asked))
    shown = ("yes" if value else "no") if isinstance(value, bool) else _text(value)
    return Row("survey", op=op, operators=list(choices.ANSWERS.items()), choices=listed, value=shown, key=asked)


def _event(document: dict[str, Any]) -> Row:
    where = document.get("where")
    pairs = [(name, _property(value)) for name, value in where.items()] if isinstance(where, dict) else []
    return Row(
        "event", suggestions=choices.EVENTS, parts={"name": document["event"], "pairs": pairs, **_how_often(document)}
    )


def _property(value: Any) -> str:
    """A text as it is; what is no text, or would be taken for something else, as JSON writes it."""
    return value if isinstance(value, str) and not _LITERAL.fullmatch(value) else json.dumps(value, default=str)


def _how_often(document: dict[str, Any]) -> dict[str, Any]:
    count = document.get("count")
    count = count if isinstance(count, dict) else {"op": ">=", "value": 1}
    within = document.get("within_days")
    return {
        "count_op": _text(count.get("op")),
        "count": _text(count.get("value")),
        "counts": choices.count_operators(),
        "within": _text(within),
        "is_ever": within is None,
    }
