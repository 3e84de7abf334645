"""How the rows of each table read to the person whose they are: what people call that kind of data, which columns tell
them something, and what stands behind codes.

Every room declares its tables in its `readable.py`. Ids, digests and the like are simply not named: who needs them
finds them in the files for programs. A copy of somebody's data and the letter after an erasure are written with this.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

Row = Mapping[str, Any]
Label = str | Promise
_UUID = re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)
_TECHNICAL = re.compile(r"(?:^|_)(?:id|ids|uuid|token|hash|digest)$", re.IGNORECASE)
_MOST_PARTS = 40


@dataclass(frozen=True)
class Reading:
    """How one table reads.

    `title` is the kind of data in plain words, the same in every place that names it. `columns` gives name → label in
    the order in which people want them; a name that is no column of the table has to stand in `told`. `newest` is the
    column by which the newest come first. `names` gives, for a column of codes, a function that looks up code → words
    once for all rows (a code with a colon at its end is for all that begin so); `told` words that need the whole row;
    `money` the column with the currency of an amount.
    `part_of` is the table whose rows show these (the lines of an order), each written by `line(row, parent)`.
    """

    title: Label
    columns: Mapping[str, Label] = field(default_factory=dict)
    newest: str = ""
    names: Mapping[str, Callable[[], Mapping[Any, Any]]] = field(default_factory=dict)
    told: Mapping[str, Callable[[Row], str]] = field(default_factory=dict)
    money: Mapping[str, str] = field(default_factory=dict)
    part_of: str = ""
    line: Callable[[Row, Row], str] | None = None


_readings: dict[str, Reading] = {}
_inner: set[str] = set()


def declare(model: str, reading: Reading) -> None:
    """Declare how a table reads, by its model label, for example "commerce.Order"."""
    _readings[model.lower()] = reading


def declare_inner(*models: str) -> None:
    """Declare tables that tell people nothing: what the system keeps to know its own rows again."""
    _inner.update(model.lower() for model in models)


def of(model: str) -> Reading | None:
    """How the rows of that table read; None for a table that tells people nothing."""
    return _readings.get(model.lower())


def is_known(model: str) -> bool:
    """Whether somebody has said how that table reads, or that it tells people nothing."""
    return model.lower() in _readings or model.lower() in _inner


def kinds(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Counts per table as counts per kind of data, in plain words, the most telling first.

    Lines count with what they are part of; what tells people nothing comes last, together and under one name.
    """
    found: dict[str, int] = {}
    inner = 0
    for model in [*(one for one in _readings if one in {key.lower() for key in counts}), *map(str.lower, counts)]:
        count = next((value for key, value in counts.items() if key.lower() == model), 0)
        reading = _readings.get(model)
        if reading is None:
            inner += count
        elif not reading.part_of or not _has(counts, reading.part_of):
            found.setdefault(str(reading.title), count)
    rows = list(found.items())
    return [*rows, (_("Entries by which this system finds its own rows"), inner)] if inner else rows


def _has(counts: Mapping[str, int], model: str) -> bool:
    return any(key.lower() == model.lower() for key in counts)


def flat(value: Any, labels: Mapping[str, Label] | None = None) -> str:
    """Nested values as lines of "name: value", without ids and what is empty; a text that holds JSON is opened."""
    return "\n".join(
        f"{name}: {text}" if name else text for name, text in list(_parts(opened(value), labels or {}))[:_MOST_PARTS]
    )


def opened(value: Any) -> Any:
    """The value itself, and of a text that holds JSON what it holds."""
    if isinstance(value, str) and value[:1] in {"{", "["}:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _parts(value: Any, labels: Mapping[str, Label], name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not _TECHNICAL.search(str(key)):
                yield from _parts(inner, labels, str(labels.get(str(key), "")) or str(key).replace("_", " "))
    elif isinstance(value, (list, tuple)):
        simple = [str(one) for one in value if not isinstance(one, (list, tuple, Mapping)) and one not in {None, ""}]
        if text := ", ".join(one for one in simple if not _UUID.search(one)):
            yield name, text
        for one in value:
            if isinstance(one, (list, tuple, Mapping)):
                yield from _parts(one, labels, name)
    elif isinstance(value, bool):
        yield name, _("yes") if value else _("no")
    elif value not in (None, "") and not _UUID.search(str(value)):
        yield name, str(value)
