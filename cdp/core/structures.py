"""JSON read into structures of msgspec: every mistake with its place and a sentence, and the schema told.

A place is a JSON pointer (RFC 6901); the sentence is for whoever writes the JSON, in their language.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from django.utils.functional import Promise, keep_lazy
from django.utils.translation import gettext_lazy as _

_Structure = TypeVar("_Structure", bound=msgspec.Struct)


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


def read(value: Any, kind: type[_Structure], *, parts: Mapping[str, Any]) -> _Structure:
    """The structure that a decoded JSON value describes.

    A decoder stops at the first mistake it meets; so the entries of the lists that `parts` names, each with the kind of
    its entries, are looked at one by one. Raises Invalid with every mistake that can be seen like that.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise Invalid(_every(value, kind, parts) or [problem(str(error))]) from None


def _every(value: Any, kind: Any, parts: Mapping[str, Any]) -> list[Problem]:
    if not isinstance(value, dict):
        return []
    lists = {name: value[name] for name in parts if isinstance(value.get(name), list)}
    found = mistakes({name: one for name, one in value.items() if name not in lists}, kind)
    for name, entries in lists.items():
        for place, entry in enumerate(entries[:_MOST]):
            found += mistakes(entry, parts[name], f"/{name}/{place}")
    return found


def mistakes(value: Any, kind: Any, pointer: str = "") -> list[Problem]:
    """The first mistake of one value, if it has any."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        return [problem(str(error), pointer)]
    return []


def schema(kind: type[msgspec.Struct], *, title: str) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a structure, made of the classes that read it."""
    (_ref,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    whole = parts.pop(kind.__name__)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **{key: value for key, value in whole.items() if key != "title"},
        "$defs": parts,
    }


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
    r"Expected `(\w+)` > 0": _("“%(what)s” is a number above zero."),
    r"Expected `(\w+)` >= 0": _("“%(what)s” is a number, and not below zero."),
    r"Expected `(\w+)` from 0 to 1": _("“%(what)s” is a number from 0 to 1."),
    r"Expected `(?:int|float|decimal)`.*": _("A number belongs here."),
    r"Invalid decimal string": _("A number belongs here."),
    r"(?:Invalid RFC3339 encoded|Expected) `?(?:date|time|datetime)\b.*": _(
        "A date like 2026-01-31 or a time like 09:30:00 belongs here."
    ),
    r"Expected `bool`.*": _("This is true or false."),
    r"Expected `str`.*": _("A text belongs here."),
    r"Expected `array`.*": _("A list belongs here."),
    r"Expected `object`.*": _("Named values in braces belong here."),
}
_MOST = 200  # entries of a list that are looked at one by one


def problem(told: str, pointer: str = "") -> Problem:
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
