"""Where files of people lie until they are fetched: in pieces under `CDP_VAR/exports`, each sealed under the key of the
hour with its place as context, an empty one at the end. Nothing readable is ever on a disk, whole or half.

A piece is a portion of rows with whose they are, so that whoever fetches the file is given only those who still may.
"""

import os
import uuid
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec
from django.conf import settings

from cdp.core.crypto import hourly
from cdp.core.crypto.envelope import Unopenable

Piece = Sequence[tuple[uuid.UUID | None, Sequence[str]]]
"""Rows with whose they are; None for what is nobody's."""
_HEAD = 4
_PLACE = b"core.export:"


def folder() -> Path:
    """Where they lie."""
    found: Path = settings.CDP_VAR / "exports"
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


def path_of(export: uuid.UUID) -> Path:
    """Where that one lies."""
    return folder() / str(export)


def size_of(export: uuid.UUID) -> int:
    """How many bytes of it lie there; 0 for none."""
    try:
        return path_of(export).stat().st_size
    except FileNotFoundError:
        return 0


class Keeper:
    """Appends pieces behind `offset`; what a killed process wrote behind it is cut off first."""

    def __init__(self, export: uuid.UUID, *, offset: int, position: int) -> None:
        """Open the file at the place of the last checkpoint. Raises OSError."""
        self._export, self._position = export, position
        self._file = os.fdopen(os.open(path_of(export), os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        self._file.truncate(offset)
        self._file.seek(offset)

    @property
    def position(self) -> int:
        """How many pieces there are."""
        return self._position

    def append(self, piece: Piece) -> int:
        """Write one piece through to the disk; returns where the file ends now."""
        plain = zlib.compress(msgspec.json.encode(list(piece))) if piece else b""
        sealed = hourly.seal(plain, context=_context(self._export, self._position))
        self._file.write(len(sealed).to_bytes(_HEAD) + sealed)
        self._file.flush()
        os.fsync(self._file.fileno())
        self._position += 1
        return self._file.tell()

    def __enter__(self) -> Self:
        """For `with`."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Close the file."""
        self._file.close()


def pieces(export: uuid.UUID) -> Iterator[list[tuple[uuid.UUID | None, list[str]]]]:
    """Its pieces in their order. Raises Unopenable where it was altered, cut off, never finished, or deleted."""
    try:
        file = path_of(export).open("rb")
    except FileNotFoundError as error:
        raise Unopenable("the stored file is gone") from error
    with file:
        position = 0
        while True:
            head = file.read(_HEAD)
            if len(head) < _HEAD:
                raise Unopenable("the stored file is cut off")
            plain = hourly.open_(file.read(int.from_bytes(head)), context=_context(export, position))
            if not plain:
                return
            yield msgspec.json.decode(zlib.decompress(plain), type=list[tuple[uuid.UUID | None, list[str]]])
            position += 1


def delete(export: uuid.UUID) -> None:
    """Remove one; it is no fault when it is gone already."""
    path_of(export).unlink(missing_ok=True)


def stored() -> list[uuid.UUID]:
    """Which lie there."""
    found = []
    for path in folder().iterdir():
        with suppress(ValueError):
            found.append(uuid.UUID(path.name))
    return found


def _context(export: uuid.UUID, position: int) -> bytes:
    return _PLACE + export.bytes + position.to_bytes(8)
