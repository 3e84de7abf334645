"""What can be imported. A room declares a kind in its declarations.py."""

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from cdp.core.actors import Actor
from cdp.core.files import dates
from cdp.core.files.dialect import Survey
from cdp.core.models import Source

Row = tuple[int, list[str]]
"""Physical line in the file and its cells."""


_IN_UTC = re.compile(r"\b(?:UTC|GMT)\b")


@dataclass(frozen=True)
class Context:
    """What a handler works with. `columns` maps targets to cell positions, `constants` targets to fixed texts."""

    import_id: uuid.UUID
    source: Source
    actor: Actor
    now: dt.datetime
    zone: dt.tzinfo
    survey: Survey
    columns: Mapping[str, int]
    constants: Mapping[str, str]
    options: Mapping[str, Any]
    measured: Mapping[str, str] = field(default_factory=dict)
    """Of the constants those that nobody told and the file shows (see Kind.measured)."""

    def cell(self, cells: Sequence[str], target: str) -> str:
        """What a row says of a target: its cell, else what the mapping says of all rows."""
        position = self.columns.get(target)
        constant = self.constants.get(target, "")
        return constant if position is None else cells[position] or constant

    def dayfirst(self, target: str) -> bool | None:
        """How 03/04 reads in the column of a target: as the mapping says, else as the whole column shows."""
        if self.options.get("dayfirst") is not None:
            return bool(self.options["dayfirst"])
        position = self.columns.get(target)
        return None if position is None else self.survey.dayfirst.get(self.survey.columns[position])

    def era(self, target: str) -> str:
        """Of which era two-digit years in the column of a target are: as the mapping says, else as the column shows."""
        position = self.columns.get(target)
        found = "" if position is None else self.survey.eras.get(self.survey.columns[position], "")
        return str(self.options.get("era") or found)

    def style(self, target: str) -> dates.Style:
        """How the column of a target writes its days."""
        return {"dayfirst": self.dayfirst(target), "era": self.era(target)}

    def zone_of(self, target: str) -> dt.tzinfo:
        """The zone of times that name none in the column of a target: what its name says, else the shop's."""
        position = self.columns.get(target)
        is_utc = position is not None and _IN_UTC.search(self.survey.columns[position])
        return dt.UTC if is_utc else self.zone

    def further(self, option: str) -> dict[str, list[int]]:
        """Target → the cells of its further columns, as the option `otherwise` or `behind` names them: those that are
        not mapped to anything by themselves.
        """
        names, used = self.survey.columns, set(self.columns.values())
        told = {
            target: [names.index(column) for column in columns if column in names]
            for target, columns in (self.options.get(option) or {}).items()
            if target in self.columns
        }
        return {target: [one for one in positions if one not in used] for target, positions in told.items()}

    def name_of(self, target: str) -> str:
        """The file's own name of the column behind a target, for messages."""
        position = self.columns.get(target)
        return target if position is None else self.survey.columns[position]


Reject = Callable[[int, str, str, str], None]
"""(line, target, value, reason code): the row is left out."""


Note = tuple[int, str, str, str, bool]
"""Line, target, raw value, reason code, whether the row was rejected."""


def noting(notes: list[Any]) -> tuple[Reject, Reject]:
    """How a handler rejects and warns so that it is noted there."""
    return (
        lambda line, target, value, code: notes.append((line, target, value, code, True)),
        lambda line, target, value, code: notes.append((line, target, value, code, False)),
    )


class RowRefused(Exception):
    """A row cannot be taken; handlers raise it where they read a cell and reject the row where they loop."""

    def __init__(self, target: str, value: str, code: str) -> None:
        """Say which target, the raw value, and the reason code."""
        super().__init__(code)
        self.target, self.value, self.code = target, value, code


Told = tuple[int, str, str, str]
"""Line, target, value and reason code of something worth knowing about a row that is taken as it is."""


@dataclass
class Counts:
    """What a chunk did, in the unit of the kind (customers, orders, records)."""

    created: int = 0
    updated: int = 0
    also: Mapping[str, int] = field(default_factory=dict)
    """What else was written, by a word of the kind's own: an orders file also brings refunds."""
    notes: Sequence[Told] = ()
    refused: Sequence[Told] = ()
    """Rows that turned out only now to be left out, with their reasons."""
    remarks: Mapping[str, int] = field(default_factory=dict)
    """What is said of the file as a whole with a number, by the code of its sentence."""


class Parser(Protocol):
    """Reads the rows of one import."""

    def parse(self, rows: Sequence[Row], reject: Reject, warn: Reject) -> Any:
        """Standardise rows; what cannot be used is rejected, what is left out of a good row is warned of."""


class Handler(Parser, Protocol):
    """Reads and writes the rows of one import."""

    def write(self, parsed: Any) -> Counts:
        """Write what was parsed; runs inside the transaction of the chunk."""

    def foresee(self, parsed: Any) -> Counts:
        """What writing it would tell, without writing: for a file that is only checked. Chunks come in their order."""


@runtime_checkable
class Parted(Handler, Protocol):
    """A handler that can parse in two steps, the first of which needs nothing but its rows."""

    def prepare(self, rows: Sequence[Row], reject: Reject, warn: Reject) -> Any:
        """The first step; gives what can be pickled."""

    def finish(self, prepared: Any, rows: Callable[[], Sequence[Row]], notes: Sequence[Note]) -> Any:
        """The second step, after the chunk before is written: what `write` takes. None where the rows have to be
        parsed as a whole after all. `notes` are those of the first step.
        """


@dataclass(frozen=True)
class Kind:
    """One kind of import. `targets` are all columns it understands, `synonyms` headers that mean a target.

    At least one target of each group in `required` must be mapped or constant.
    """

    key: str
    label: Any
    targets: Mapping[str, Any]
    handler: Callable[[Context], Handler]
    required: Sequence[Sequence[str]] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)
    doubtful: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Headers that may mean one of several targets, which nobody but the shop can tell."""
    identifiers: frozenset[str] = frozenset()  # targets whose column loses a `.0` that stands in every value
    several: frozenset[str] = frozenset()  # targets that a file may have in several columns, of which some are empty
    rest: str = ""  # the target of columns that nothing else takes; several columns may have it
    many: frozenset[str] = frozenset()  # other targets that several columns may have
    chunk: int = 5000
    is_undoable: bool = False  # its handler notes traces (see tracing) by which an import can be taken back
    remembers: bool = (
        False  # what its handler makes of a row depends on the rows before: going on, it parses them again
    )
    senses: Callable[[Mapping[str, str], Sequence[Mapping[str, str]]], Mapping[str, str]] | None = None
    """(target → column, first rows as column → cell) → the guess by names as the values show that it is."""
    asks: Mapping[str, str] = field(default_factory=dict)
    """What a call of the command can name beside the file: option (`survey` for --survey) → target."""
    choices: Mapping[str, Callable[[], Sequence[tuple[str, str]]]] = field(default_factory=dict)
    """Targets that are the same in every row and one of these: (value, label)."""
    measured: Mapping[str, tuple[str, Callable[[Iterable[str]], str]]] = field(default_factory=dict)
    """Targets that are the same in every row and that all values of another target's column show where nobody tells
    them: target → (the other one, what they show, empty where nothing).
    """
    is_pure: bool = False  # parsing needs nothing but its rows and gives what can be pickled: see reading.pieces


@dataclass(frozen=True)
class Beside:
    """What one column of a file may say beside its kind: another kind reads it from the same rows, with the columns
    that both understand. The mapping keeps each as a part of its own under the kind's key, a slash and the choice.
    """

    kind: str
    target: str
    choices: Callable[[], Mapping[str, Any]]
    """Choice → label for people; asked anew for each page, because rows of the shop may be choices."""
    constants: Callable[[str], Mapping[str, str]]
    """What every row has in common once that choice is made."""
    meant: Callable[[str, Sequence[str]], str] = lambda _column, _values: ""
    """The choice that a column by its name and its first values seems to mean; empty where they say nothing of it."""


_kinds: dict[str, Kind] = {}
_beside: dict[str, list[Beside]] = {}


def declare(kind: Kind) -> None:
    """Register a kind."""
    _kinds[kind.key] = kind


def get(key: str) -> Kind:
    """The kind of that key, or of what stands before its slash (see Beside). Raises KeyError."""
    return _kinds[key.partition("/")[0]]


def offer(kind: str, beside: Beside) -> None:
    """Let columns of a kind's files say something beside it."""
    _beside.setdefault(kind, []).append(beside)


def offers(kind: str) -> Sequence[Beside]:
    """What columns of a kind's files may say beside it, as it was offered."""
    return _beside.get(kind, ())


def besides(kind: str) -> Mapping[str, tuple[str, Beside]]:
    """What columns of a kind's files may say beside it: key → (label, what)."""
    return {
        f"{beside.kind}/{choice}": (str(label), beside)
        for beside in _beside.get(kind, ())
        for choice, label in beside.choices().items()
    }


def kinds() -> Mapping[str, Kind]:
    """Every kind by key."""
    return _kinds
