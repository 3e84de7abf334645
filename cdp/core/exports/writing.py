"""How rows become a file, one piece at a time and never the whole in memory."""

import csv
import json
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

import duckdb

from cdp.core.files import safety


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
