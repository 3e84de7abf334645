"""JSON: a list of objects, an object around such a list, an object a line; read piece by piece.

An object becomes a row. What is nested gets a name with dots (`address.city`), lists of plain values become one text,
of lists of objects the first few get numbers (`phones.1.number`). An order's items become a row each, beside which the
order itself stands again, which is how every shop's table of orders looks. Numbers keep their digits as written.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from cdp.core.files import encodings, problems, records, source, surveys

LARGEST = 1 << 24
MOST_COLUMNS = 5000
MOST_LISTED = 5
DEEPEST = 12
ITEMS = ("line_items", "lineItems", "lines.data", "items", "lines", "variants")
# What stands beside a list of results and says nothing about any of them.
_AROUND = frozenset(
    "object has_more hasmore url next previous prev count total totalcount total_count page page_size pagesize "
    "per_page limit offset cursor next_cursor status success paging version exported_at".split()
)
_GONE = frozenset({"delete", "deleted", "errors"})
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_BLANK = re.compile(r"[\s\ufeff]*")


class Document:
    """One JSON value: a list, an object around a list, an object of objects, or a single object."""

    key = "json"

    def recognises(self, head: bytes) -> bool:
        """Whether it begins with an object, or with a list of them."""
        return re.match(r"\s*(?:\[\s*(?:\{|\]|\Z)|\{\s*(?:\"|\}|\Z))", _start(head)) is not None

    def header(self, stream: BinaryIO, options: surveys.Options) -> surveys.Header:
        """Every name that any object has, in the order of their first appearance."""
        return _header(lambda: _elements(_decoded(stream, options)), encodings.of(stream, options.encoding))

    def rows(
        self,
        stream: BinaryIO,
        names: tuple[str, ...],
        data_line: int,
        report: records.Report,
    ) -> Iterator[records.type_of_record]:
        """A row for every object, or for every item of its list of items; the line is where the object begins."""
        for line, value in _elements(_decoded(stream, surveys.Options())):
            if isinstance(value, dict):
                yield from ((line, cells) for cells in _cells(value, names))
            else:
                report(problems.RowProblem(line, "not_an_object", rejected=True, cells=(str(value)[:200],)))


class Lines:
    """An object a line (JSONL, NDJSON). A broken line costs only itself."""

    key = "jsonl"

    def recognises(self, head: bytes) -> bool:
        """Whether the first line is an object by itself and the next one begins another."""
        lines = [line for line in _start(head).splitlines() if line.strip()][:3]
        if not lines or not lines[0].lstrip().startswith("{"):
            return False
        try:
            first = _DECODER.decode(lines[0].strip())
        except (ValueError, RecursionError):
            return False
        return isinstance(first, dict) and len(lines) > 1 and lines[1].lstrip().startswith("{")

    def header(self, stream: BinaryIO, options: surveys.Options) -> surveys.Header:
        """Every name that any object has, in the order of their first appearance."""
        sound = lambda: ((line, value) for line, value, _ in _lines(_decoded(stream, options)))  # noqa: E731
        return _header(sound, encodings.of(stream, options.encoding))

    def rows(
        self,
        stream: BinaryIO,
        names: tuple[str, ...],
        data_line: int,
        report: records.Report,
    ) -> Iterator[records.type_of_record]:
        """A row for every object, or for every item of its list of items."""
        for line, value, text in _lines(_decoded(stream, surveys.Options())):
            if isinstance(value, dict):
                yield from ((line, cells) for cells in _cells(value, names))
            else:
                code = "bad_json" if value is None else "not_an_object"
                report(problems.RowProblem(line, code, rejected=True, cells=(text[:500],)))


def _start(head: bytes) -> str:
    name = encodings.marked(head) or "utf-8"
    return head.decode(name, errors="replace").removeprefix("\ufeff")


def _decoded(stream: BinaryIO, options: surveys.Options) -> Iterator[str]:
    decoder = source.decoder(encodings.of(stream, options.encoding))
    stream.seek(0)
    for piece in source.blocks(stream):
        yield decoder.decode(piece)
    yield decoder.decode(b"", True)


class _Text:
    """A text that comes piece by piece, and the place in it."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._text = ""
        self._place = 0
        self.line = 1

    def next(self) -> str:
        """The next character that is no blank, without taking it; empty at the end."""
        while True:
            match = _BLANK.match(self._text, self._place)
            self._go(match.end() if match else self._place)
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._more():
                return ""

    def take(self, expected: str) -> str:
        """Take the next character, which must be one of these."""
        found = self.next()
        if not found or found not in expected:
            raise problems.FileProblem("bad_json", line=self.line)
        self._go(self._place + 1)
        return found

    def value(self) -> Any:
        """Take a whole value."""
        self.next()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._place)
            except RecursionError as error:
                raise problems.FileProblem("bad_json", line=self.line) from error
            except json.JSONDecodeError as error:
                line = self.line + self._text.count("\n", self._place, error.pos)
                # It may only be cut off.
                if self.length() > LARGEST or not self._more():
                    raise problems.FileProblem("bad_json", line=line) from error
                continue
            self._go(end)
            return value

    def length(self) -> int:
        """How much lies ready."""
        return len(self._text) - self._place

    def _go(self, place: int) -> None:
        self.line += self._text.count("\n", self._place, place)
        self._place = place

    def _more(self) -> bool:
        # Twice as much as before, so that a long value is not begun too often.
        wanted = max(source.BLOCK // 4, len(self._text) - self._place)
        parts = [self._text[self._place :]]
        for piece in self._pieces:
            parts.append(piece)
            wanted -= len(piece)
            if wanted <= 0:
                break
        self._text, self._place = "".join(parts), 0
        return len(parts) > 1


def _elements(pieces: Iterator[str]) -> Iterator[tuple[int, Any]]:
    """Every object of the document that is a row, with the line on which it begins."""
    text = _Text(pieces)
    first = text.next()
    if first == "[":
        yield from _listed(text)
    elif first == "{":
        line = text.line
        if (whole := _small(text)) is None:
            yield from _wrapped(text)
        else:
            yield from ((line, value) for value in _unwrapped(whole))
    else:
        raise problems.FileProblem("bad_json", line=text.line)
    if text.next():
        raise problems.FileProblem("bad_json", line=text.line)


def _small(text: _Text) -> dict[str, Any] | None:
    """The object, if it is of a handy size: then its own shape says what in it are the rows."""
    try:
        value: dict[str, Any] = text.value()
    except problems.FileProblem:
        if text.length() > LARGEST:
            return None
        raise
    return value


def _listed(text: _Text) -> Iterator[tuple[int, Any]]:
    text.take("[")
    if text.next() == "]":
        text.take("]")
        return
    while True:
        text.next()
        line = text.line
        yield line, text.value()
        if text.take(",]") == "]":
            return


def _wrapped(text: _Text) -> Iterator[tuple[int, Any]]:
    """The lists in a large object."""
    text.take("{")
    while True:
        text.value()
        text.take(":")
        if text.next() == "[":
            yield from _listed(text)
        else:
            text.value()
        if text.take(",}") == "}":
            return


def _unwrapped(value: dict[str, Any]) -> Iterator[Any]:
    """The rows of an object: those of the one list or object in it, of its objects, or itself."""
    inner = [part for part in value.values() if isinstance(part, dict | list)]
    beside = [name for name, part in value.items() if not isinstance(part, dict | list)]
    if all(name.casefold() in _AROUND for name in beside) and inner:
        objects = [part for part in inner if isinstance(part, dict)]
        if len(inner) == 1 and isinstance(inner[0], list):
            yield from inner[0]
            return
        if len(objects) == 1 == len(inner):
            yield from _unwrapped(objects[0])
            return
        if len(objects) == len(inner) and not beside:
            yield from objects
            return
        if not objects and not beside:  # the answer to a batch: what was made and changed, and what is gone
            for name, part in value.items():
                if name.casefold() not in _GONE:
                    yield from part
            return
    if value:
        yield value


def _lines(pieces: Iterator[str]) -> Iterator[tuple[int, Any, str]]:
    """(line, value or None where it is no JSON, the line itself)."""
    number, rest = 1, ""
    for piece in itertools.chain(pieces, ["\n"]):
        *lines, rest = (rest + piece).split("\n")
        if len(rest) > LARGEST:
            raise problems.FileProblem("bad_json", line=number)
        for line in lines:
            text = line.strip(" \t\r\ufeff")
            if text:
                try:
                    yield number, _DECODER.decode(text), text
                except (ValueError, RecursionError):
                    yield number, None, text
            number += 1


def _header(elements: Callable[[], Iterator[tuple[int, Any]]], encoding: str) -> surveys.Header:
    names: dict[str, None] = {}
    first = 0
    for line, value in elements():
        if isinstance(value, dict):
            first = first or line
            for row in _rows(value):
                names.update(dict.fromkeys(row))
            if len(names) > MOST_COLUMNS:
                raise problems.FileProblem("too_many_names", line=line)
    return surveys.Header(tuple(names), first, first, first, encoding)


def _cells(value: dict[str, Any], names: tuple[str, ...]) -> Iterator[list[str]]:
    for row in _rows(value):
        yield [row.get(name, "") for name in names]


def _rows(value: dict[str, Any]) -> Iterator[dict[str, str]]:
    """The object as flat rows: one, or one for each of its items."""
    for key in ITEMS:
        outer, _, inner = key.partition(".")
        items = value.get(outer)
        if inner:
            items = items.get(inner) if isinstance(items, dict) else None
        if isinstance(items, list) and items and all(isinstance(item, dict) for item in items):
            whole: dict[str, str] = {}
            _flatten({name: part for name, part in value.items() if name != outer}, "", whole, 0)
            for item in items:
                row = dict(whole)
                _flatten(item, f"{outer}.", row, 1)
                yield row
            return
    found: dict[str, str] = {}
    _flatten(value, "", found, 0)
    yield found


def _flatten(value: Any, prefix: str, found: dict[str, str], depth: int) -> None:
    if depth > DEEPEST:
        return
    for key, part in value.items():
        name = f"{prefix}{key}"
        if isinstance(part, str):
            found[name] = part
        elif part is None:
            found[name] = ""
        elif isinstance(part, bool):
            found[name] = "true" if part else "false"
        elif isinstance(part, dict):
            _flatten(part, f"{name}.", found, depth + 1)
        else:
            _flatten_list(part, name, found, depth)


def _flatten_list(values: list[Any], name: str, found: dict[str, str], depth: int) -> None:
    plain = [str(value) for value in values if isinstance(value, str | bool)]
    if plain or not values:
        found[name] = ", ".join(plain)
    objects = [value for value in values if isinstance(value, dict)]
    for number, value in enumerate(objects[:MOST_LISTED], start=1):
        _flatten(value, f"{name}.{number}.", found, depth + 1)
