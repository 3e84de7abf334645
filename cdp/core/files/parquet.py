"""Parquet files, read in pieces by DuckDB: a sealed upload too, where it lies. Nothing is written to disk."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import duckdb
import fsspec

from cdp.core.files import problems, records, surveys

LONGEST_ROW = 128 * 1024
"""Of a row's texts together, in bytes: a repeated text costs nothing in such a file, but memory wherever it is read."""
MOST_LISTED = 16 * 1024**2
"""Items of lists that one group of rows may have: they are unpacked together."""
_PIECE = 256
_MEMORY = "512MB"
_FILE = "cdp-import://file"
_SIZE = '"cdp: bytes of the row"'


class Parquet:
    """A table with typed columns; every value comes as text, days and moments in ISO 8601, a zone brought to UTC."""

    key = "parquet"

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins like this is one."""
        return head.startswith(b"PAR1")

    def header(self, stream: BinaryIO, options: surveys.Options) -> surveys.Header:
        """The names of the columns; those of a structure are joined by a dot."""
        with _opened(stream) as connection:
            return surveys.Header(tuple(column.name for column in _columns(connection)), 0, 1, 0)

    def rows(
        self,
        stream: BinaryIO,
        names: tuple[str, ...],
        data_line: int,
        report: records.Report,
    ) -> Iterator[records.type_of_record]:
        """Every row with its number, the first being 1."""
        with _opened(stream) as connection:
            columns = _columns(connection)
            length = " + ".join(f"coalesce({column.length}, 0)" for column in columns)
            texts = ", ".join(f"CASE WHEN {_SIZE} <= {LONGEST_ROW} THEN {column.text} END" for column in columns)
            cursor = connection.execute(
                f"SELECT {_SIZE}, {texts} FROM (SELECT *, {length} AS {_SIZE} FROM read_parquet(?))",  # noqa: S608 - quoted names
                [_FILE],
            )
            number = data_line
            while piece := cursor.fetchmany(_PIECE):
                for size, *values in piece:
                    if size > LONGEST_ROW:
                        report(problems.RowProblem(number, "field_too_large", rejected=True))
                    else:
                        yield number, ["" if value is None else value for value in values]
                    number += 1


@contextlib.contextmanager
def _opened(stream: BinaryIO) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        with duckdb.connect(config={"memory_limit": _MEMORY, "threads": 1, "temp_directory": ""}) as connection:
            connection.execute("SET enable_progress_bar = false")
            connection.execute("SET timezone = 'UTC'")
            connection.register_filesystem(_One(stream))
            _check(connection)
            yield connection
    except duckdb.Error as error:
        raise problems.FileProblem("damaged_file") from error


@dataclass(frozen=True, slots=True)
class _Column:
    """`text` and `length` are SQL: the value as text, and about how many bytes that has, found without making it."""

    name: str
    text: str
    length: str


def _check(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse lists that a machine cannot bear: a small file may repeat one item millions of times in a row."""
    listed = connection.execute(
        "SELECT max(num_values) FROM parquet_metadata(?) WHERE num_values > row_group_num_rows", [_FILE]
    ).fetchone()
    if listed and (listed[0] or 0) > MOST_LISTED:
        raise problems.FileProblem("table_too_large")


def _columns(connection: duckdb.DuckDBPyConnection) -> list[_Column]:
    """Every column as text: lists as words with commas between, structures as a column each."""
    cursor = connection.execute("SELECT * FROM read_parquet(?) LIMIT 0", [_FILE])
    found: list[_Column] = []
    for name, kind, *_rest in cursor.description or ():
        _add(found, str(name), _quoted(str(name)), kind)
    return found


def _add(found: list[_Column], name: str, expression: str, kind: Any) -> None:
    if kind.id == "struct":
        for part, inner in kind.children:
            _add(found, f"{name}.{part}", f"{expression}.{_quoted(part)}", inner)
    elif kind.id in {"list", "array"}:
        items = f"CAST({expression} AS VARCHAR[])"
        length = f"list_sum(list_transform({items}, lambda item: 2 + coalesce(strlen(item), 0)))"
        found.append(_Column(name, f"array_to_string({items}, ', ')", length))
    elif kind.id == "blob":
        found.append(_Column(name, f"TRY(decode({expression}))", f"octet_length({expression})"))
    else:
        text = f"CAST({expression} AS VARCHAR)"
        found.append(_Column(name, text, f"strlen({text})"))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class _One(fsspec.AbstractFileSystem):
    """A file system with one file in it: the stream."""

    protocol = "cdp-import"
    cachable = False

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._lock = threading.Lock()

    def _open(self, path: str, mode: str = "rb", **_options: Any) -> Any:
        return _Kept(self._stream, self._lock)

    def info(self, path: str, **_options: Any) -> dict[str, Any]:
        return {"name": path, "size": self._stream.seek(0, 2), "type": "file"}

    def ls(self, path: str, detail: bool = True, **_options: Any) -> list[Any]:  # noqa: FBT001, FBT002 - protocol
        return [self.info(path) if detail else path]

    def glob(self, path: str, **_options: Any) -> list[str]:
        return [path]

    def exists(self, path: str, **_options: Any) -> bool:
        return True

    def modified(self, path: str) -> dt.datetime:
        return dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class _Kept:
    """The stream with a place of its own, which closing leaves open for its owner."""

    def __init__(self, stream: BinaryIO, lock: threading.Lock) -> None:
        self._stream, self._lock, self._place = stream, lock, 0

    def read(self, size: int = -1) -> bytes:
        with self._lock:
            self._stream.seek(self._place)
            data = self._stream.read(size)
            self._place = self._stream.tell()
            return data

    def seek(self, place: int, whence: int = 0) -> int:
        with self._lock:
            self._place = self._stream.seek(place + (self._place if whence == 1 else 0), 0 if whence == 1 else whence)
            return self._place

    def tell(self) -> int:
        return self._place

    def close(self) -> None:
        """The stream stays its owner's."""
