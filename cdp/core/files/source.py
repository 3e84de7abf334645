"""From bytes to blocks of whole text lines.

A source is a path or anything with `read(n)` that gives bytes: an open file, a decrypted upload, a gzip stream. Gzip is
seen by its first bytes and opened by itself. Blocks end at line ends, so that whoever reads them need not glue lines.
An undecodable byte becomes MARK and is judged row by row later: one bad line must not stop a million good ones.
"""

from __future__ import annotations

import codecs
import contextlib
import gzip
import io
import pathlib
import zlib
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Protocol, cast

from cdp.core.files import problems

BLOCK = 1 << 18
LONGEST_LINE = 1 << 23
# A lone surrogate cannot come out of any sound text, so it cannot be mistaken for one.
MARK = "\udcff"

ERRORS = "cdp-mark"
codecs.register_error(ERRORS, lambda error: (MARK, getattr(error, "end", 0)))


class Readable(Protocol):
    """The least that a source must be able to do."""

    def read(self, size: int = ..., /) -> bytes: ...


class Decoder(Protocol):
    """What turns pieces of bytes into text (codecs.IncrementalDecoder, encodings.Guessing)."""

    def decode(self, data: bytes, final: bool = ..., /) -> str: ...  # noqa: FBT001 - the shape of codecs


type_of_source = str | pathlib.Path | Readable


class _Joined(io.RawIOBase):
    """A stream with its first bytes put back, for sources that cannot seek."""

    def __init__(self, head: bytes, tail: Readable) -> None:
        self._head = head
        self._tail = tail

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        if self._head:
            if size < 0:
                part, self._head = self._head + self._tail.read(), b""
            else:
                part, self._head = self._head[:size], self._head[size:]
            return part
        return self._tail.read(size)

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # gzip reads this way
        part = self.read(len(buffer))
        buffer[: len(part)] = part
        return len(part)


@contextlib.contextmanager
def opened(source: type_of_source) -> Iterator[Readable]:
    """The source as plain bytes, gzip removed. A path is closed afterwards, a stream stays its owner's."""
    with contextlib.ExitStack() as stack:
        if isinstance(source, str | pathlib.Path):
            try:
                stream: Readable = stack.enter_context(pathlib.Path(source).open("rb"))
            except OSError as error:
                raise problems.FileProblem("unreadable_file") from error
        else:
            stream = source
        head = _read(stream, 2)
        joined = _Joined(head, stream)
        yield gzip.GzipFile(fileobj=joined) if head == b"\x1f\x8b" else joined


@contextlib.contextmanager
def random_access(source: type_of_source) -> Iterator[BinaryIO]:
    """The source from its first byte on as a stream that can seek, gzip removed, for formats with an index inside."""
    with contextlib.ExitStack() as stack:
        try:
            if isinstance(source, str | pathlib.Path):
                stream: BinaryIO = stack.enter_context(pathlib.Path(source).open("rb"))
            else:
                stream = cast("BinaryIO", source)
            stream.seek(0)
        except (OSError, AttributeError) as error:
            raise problems.FileProblem("unreadable_file") from error
        head = stream.read(2)
        stream.seek(0)
        yield cast("BinaryIO", gzip.GzipFile(fileobj=stream)) if head == b"\x1f\x8b" else stream


def blocks(stream: Readable) -> Iterator[bytes]:
    """The bytes of a stream in handy pieces. A damaged gzip stream is a FileProblem, not a zlib error."""
    try:
        while block := _read(stream, BLOCK):
            yield block
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise problems.FileProblem("damaged_file") from error


def decoder(encoding: str) -> Decoder:
    """A decoder that marks what it cannot decode."""
    return codecs.getincrementaldecoder(encoding)(errors=ERRORS)


def texts(pieces: Iterable[bytes], decoder: Decoder) -> Iterator[str]:
    """Blocks of whole lines. The byte order mark is gone, line ends are as in the file."""
    rest = ""
    first = True
    for piece in pieces:
        text = rest + decoder.decode(piece)
        if first and text:
            text, first = text.removeprefix("\ufeff"), False
        cut = _end_of_last_line(text)
        rest = text[cut:]
        if cut:
            yield text[:cut]
        elif len(rest) > LONGEST_LINE:
            raise problems.FileProblem("not_text")
    rest += decoder.decode(b"", True)
    if first:
        rest = rest.removeprefix("\ufeff")
    if rest:
        yield rest


def lines(text: str) -> list[str]:
    """Physical lines with their line ends: LF, CR LF or a lone CR, and nothing else (str.splitlines knows more)."""
    return list(io.StringIO(text, newline=""))


def _end_of_last_line(text: str) -> int:
    cut = text.rfind("\n") + 1
    if not cut:
        # Old Mac files have no \n at all. The last character stays: a \n may follow a \r.
        cut = text.rfind("\r", 0, -1) + 1
    return cut


def _read(stream: Readable, size: int) -> bytes:
    """Read until there are `size` bytes or the end: raw streams may give less than asked."""
    parts = []
    while size > 0 and (part := stream.read(size)):
        parts.append(part)
        size -= len(part)
    return parts[0] if len(parts) == 1 else b"".join(parts)
