"""COPY: the fastest way of many new rows into a table.

Rows are written as text lines of our own: asking psycopg how to write each of sixty values of a person costs more than
all the rest of writing them. What has no spelling here is left to psycopg.
"""

import contextlib
import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection, models
from psycopg import Copy, adapt, sql

from cdp.core import binary

_BLOCK = 500  # rows sent at once: about a quarter of a megabyte of customers
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})
_marks = re.compile(r'["\\]').search
_QUOTED = str.maketrans({"\\": r"\\", '"': r"\""})

_Spelling = Callable[[Any], str]


def rows(model: type[models.Model], columns: Sequence[str], values: Iterable[Sequence[Any]]) -> int:
    """Append rows; `columns` are database columns and every row has one value for each. Returns how many.

    Values must be valid: a COPY fails as a whole. Columns left out get their database default, so name every column
    without one.
    """
    count = 0
    lines: list[str] = []
    with _copying(model, columns) as copy:
        for row in values:
            lines.append(line(row))
            if len(lines) == _BLOCK:
                count += _BLOCK
                copy.write("".join(lines))
                lines.clear()
        copy.write("".join(lines))
    return count + len(lines)


def packed(model: type[models.Model], columns: Sequence[str], lines: Sequence[bytes | memoryview]) -> None:
    """Append rows that are spelt in the binary format already (see `binary`), one or several in each of `lines`."""
    if not any(lines):
        return
    with _copying(model, columns, " WITH (FORMAT binary)") as copy:
        copy.write(binary.HEADER)
        for start in range(0, len(lines), _BLOCK):
            copy.write(b"".join(lines[start : start + _BLOCK]))
        copy.write(binary.TRAILER)


@contextlib.contextmanager
def _copying(model: type[models.Model], columns: Sequence[str], form: str = "") -> Iterator[Copy]:
    """An open COPY into those columns; what PostgreSQL refuses is raised as Django's errors."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN{}").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(form)
    )
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.cursor.copy(statement) as copy:
        yield copy


def array(values: Sequence[Any]) -> str:
    """An array as one text parameter (`%s::bytea[]`), many times faster than psycopg's own way of writing it."""
    if set(map(type, values)) == {bytes}:  # thousands of digests, mostly: without a call for each
        return r'{"\\x' + r'","\\x'.join(map(bytes.hex, values)) + '"}'
    return "{" + ",".join([_PARTS.get(value.__class__, _part)(value) for value in values]) + "}"


def _part(value: Any) -> str:
    """An element of an array: everything but numbers and ids in quotes, so that no text reads as NULL or a brace."""
    if value is None:
        return "NULL"
    if isinstance(value, list | tuple):
        return array(value)
    spelling = _spelling(value)
    spelt = _plain(value) if spelling is _other else value if spelling is _text else spelling(value)
    return '"' + spelt.translate(_QUOTED) + '"'


def line(row: Sequence[Any]) -> str:
    """One row in the text format of COPY, with its line feed."""
    try:
        return "\t".join([_SPELLINGS[value.__class__](value) for value in row]) + "\n"
    except KeyError:
        return "\t".join([_spelling(value)(value) for value in row]) + "\n"


def _text(value: str) -> str:
    if "\\" in value or "\n" in value or "\t" in value or "\r" in value:
        return value.translate(_ESCAPED)
    return value


def _list(values: Sequence[Any]) -> str:
    return _text(array(values)) if values else "{}"


def _other(value: Any) -> str:
    return _text(_plain(value))


def _plain(value: Any) -> str:
    """As psycopg writes a parameter of that type."""
    dumper = adapt.Transformer(connection.connection).get_dumper(value, adapt.PyFormat.TEXT)
    return bytes(dumper.dump(value) or b"").decode()


@lru_cache(maxsize=64)  # nearly all rows of a batch have the same moment, the now of whoever writes
def _moment(value: dt.datetime) -> str:
    return value.isoformat()


def _spelling(value: Any) -> _Spelling:
    """The spelling of a value's type or of the nearest type above it (a TextChoices member is a text)."""
    for above in value.__class__.__mro__:
        if above in _SPELLINGS:
            return _SPELLINGS[above]
    return _other


_SPELLINGS: dict[type, _Spelling] = {
    type(None): lambda _value: r"\N",
    str: _text,
    bool: lambda value: "t" if value else "f",
    int: int.__repr__,
    float: float.__repr__,
    Decimal: str,
    uuid.UUID: lambda value: f"{value.int:032x}",
    bytes: lambda value: r"\\x" + value.hex(),
    dt.datetime: _moment,
    dt.date: dt.date.isoformat,
    list: _list,
}
_PARTS: dict[type, _Spelling] = {
    str: lambda value: f'"{value.translate(_QUOTED) if _marks(value) else value}"',
    int: int.__repr__,
    uuid.UUID: _SPELLINGS[uuid.UUID],
    bytes: lambda value: r'"\\x' + value.hex() + '"',
}
