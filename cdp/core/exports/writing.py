"""How rows become a file, one piece at a time and never the whole in memory."""

import csv
import io
import json
import os
import select
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import duckdb

from cdp.core.files import safety

ROW_GROUP = 20_000


class Writer(Protocol):
    """Takes rows until it is closed."""

    def write(self, rows: Iterable[Sequence[str]]) -> int:
        """Write these; returns how many."""

    def close(self) -> None:
        """What is left."""


class CsvWriter:
    """UTF-8 with a mark that spreadsheets look for; no cell begins a formula, and importing takes the marks off."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        """Begin the file with its heading."""
        self._file = path.open("w", encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._file, lineterminator="\n")
        self._csv.writerow(columns)

    def write(self, rows: Iterable[Sequence[str]]) -> int:
        """Write these."""
        count = 0
        for row in rows:
            self._csv.writerow([safety.cell(cell) for cell in row])
            count += 1
        return count

    def close(self) -> None:
        """End the file."""
        self._file.close()


class JsonWriter:
    """One object a line; empty cells are left out."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        """Begin the file."""
        self._file, self._columns = path.open("w", encoding="utf-8", newline="\n"), columns

    def write(self, rows: Iterable[Sequence[str]]) -> int:
        """Write these."""
        count = 0
        for row in rows:
            told = {column: cell for column, cell in zip(self._columns, row, strict=True) if cell}
            self._file.write(json.dumps(told, ensure_ascii=False) + "\n")
            count += 1
        return count

    def close(self) -> None:
        """End the file."""
        self._file.close()


class ParquetWriter:
    """Texts in columns, packed by DuckDB from a list of lines that lies beside the file, readable for us alone."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        """Begin the lines."""
        handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".part")
        os.close(handle)
        self._path, self._draft, self._columns = path, Path(draft), columns
        self._lines = JsonWriter(self._draft, columns)

    def write(self, rows: Iterable[Sequence[str]]) -> int:
        """Write these."""
        return self._lines.write(rows)

    def close(self) -> None:
        """Pack the lines, and take them away whatever happens."""
        self._lines.close()
        typed = ", ".join(f"'{column}': 'VARCHAR'" for column in self._columns)
        try:
            with duckdb.connect(":memory:") as database:
                database.execute("SET memory_limit = '512MB'; SET preserve_insertion_order = true")
                database.execute(
                    f"COPY (SELECT * FROM read_json('{_quoted(self._draft)}', format = 'newline_delimited',"  # noqa: S608
                    f" columns = {{{typed}}})) TO '{_quoted(self._path)}' (FORMAT parquet)"
                )
        finally:
            self._draft.unlink(missing_ok=True)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


WRITERS: dict[str, Callable[[Path, Sequence[str]], Writer]] = {
    "csv": CsvWriter,
    "parquet": ParquetWriter,
    "jsonl": JsonWriter,
}
FORMATS = tuple(WRITERS)


def begin(path: Path, form: str, columns: Sequence[str]) -> Writer:
    """A writer for that form of file. Raises KeyError for one that does not exist."""
    return WRITERS[form](path, columns)


def stream(
    form: str, columns: Sequence[str], portions: Iterable[Sequence[Sequence[str]]], noted: Mapping[str, str]
) -> Iterator[bytes]:
    """The bytes of a file, as its portions come; nothing of it lies on a disk or stands whole in memory.

    `noted` goes into the head of a form that has one. Raises KeyError for a form that does not exist, and at the end
    whatever `portions` raised: the receiver sees that the file broke off.
    """
    return {"csv": _csv, "jsonl": _lines, "parquet": _parquet}[form](columns, portions, noted)


def _csv(
    columns: Sequence[str], portions: Iterable[Sequence[Sequence[str]]], noted: Mapping[str, str]
) -> Iterator[bytes]:
    yield ("\ufeff" + _csv_lines([columns])).encode()
    for rows in portions:
        if rows:
            yield _csv_lines([[safety.cell(cell) for cell in row] for row in rows]).encode()


def _csv_lines(rows: Iterable[Sequence[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def _lines(
    columns: Sequence[str], portions: Iterable[Sequence[Sequence[str]]], noted: Mapping[str, str]
) -> Iterator[bytes]:
    for rows in portions:
        told = ({column: cell for column, cell in zip(columns, row, strict=True) if cell} for row in rows)
        if written := "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in told):
            yield written.encode()


def _parquet(
    columns: Sequence[str], portions: Iterable[Sequence[Sequence[str]]], noted: Mapping[str, str]
) -> Iterator[bytes]:
    """Packed by DuckDB between two pipes: lines go in while pages come out, in the memory of a row group or two."""
    lines = _lines(columns, portions, noted)
    lines_out, lines_in = os.pipe()
    file_out, file_in = os.pipe()
    faults: list[BaseException] = []
    packer = threading.Thread(target=_pack, args=(columns, noted, lines_out, file_in, faults), daemon=True)
    packer.start()
    os.set_blocking(lines_in, False)
    waiting, is_open = b"", True
    try:
        while True:
            if is_open and not waiting:
                waiting = next(lines, b"")
                if not waiting:
                    os.close(lines_in)
                    is_open = False
            readable, writable, _broken = select.select([file_out], [lines_in] if is_open else [], [])
            if writable:
                try:
                    waiting = waiting[os.write(lines_in, waiting) :]
                except BrokenPipeError:  # the packer gave up; what it says comes below
                    os.close(lines_in)
                    waiting, is_open = b"", False
            if readable:
                packed = os.read(file_out, 1 << 16)
                if not packed:
                    break
                yield packed
    finally:
        if is_open:
            os.close(lines_in)
        os.close(file_out)
        packer.join()
    if faults:
        raise faults[0]


def _pack(
    columns: Sequence[str], noted: Mapping[str, str], source: int, target: int, faults: list[BaseException]
) -> None:
    typed = ", ".join(f"{_text(column)}: 'VARCHAR'" for column in columns)
    told = ", ".join(f"{name}: {_text(value)}" for name, value in noted.items())
    try:
        with duckdb.connect(":memory:") as database:
            database.execute("SET memory_limit = '512MB'; SET temp_directory = ''; SET threads = 1")
            database.execute(
                f"COPY (SELECT * FROM read_json('/dev/fd/{source}', format = 'newline_delimited',"  # noqa: S608
                f" columns = {{{typed}}})) TO '/dev/fd/{target}'"
                f" (FORMAT parquet, ROW_GROUP_SIZE {ROW_GROUP}, KV_METADATA {{{told}}})"
            )
    except duckdb.Error as error:
        faults.append(error)
    finally:
        os.close(target)
        os.close(source)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
