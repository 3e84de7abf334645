"""Which encoding a file is in, for the region where we live.

General detectors guess Korean for short Thai files and Cyrillic for short Korean ones. We know better what to expect:
UTF-8 or UTF-16 with or without a mark, Thai as Windows-874, Korean as CP949 or Johab, Japanese, Western, and only then
the general detector. A legacy guess is a contest: each candidate reads the same bytes, and the one whose reading is the
likeliest text wins (encoding_scores).
"""

from __future__ import annotations

import codecs
import re
from operator import itemgetter
from typing import BinaryIO

import charset_normalizer

from cdp.core.files import encoding_scores, problems, source

MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark starts with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAMPLE = 1 << 16
_WIDE = (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2))
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_NOT_ASCII_BYTES = re.compile(rb"[\x80-\xff]")
# Real text scores above this a byte; below it nobody made sense of the file, and the general detector may try.
_SENSE = {"cp874": -5.2, "cp949": -4.3, "johab": -4.3, "cp932": -4.5, "cp1252": -6.5}
_ALIASES = {"windows-874": "cp874", "windows874": "cp874", "x-windows-949": "cp949", "ks_c_5601-1987": "cp949"}


def known(name: str) -> str:
    """The codec's own name for an encoding that somebody chose. Unknown or binary codecs are a FileProblem."""
    try:
        info = codecs.lookup(_ALIASES.get(name.strip().lower(), name.strip()))
        "".encode(info.name)
        codecs.getincrementaldecoder(info.name)
    except (LookupError, TypeError, ValueError) as error:
        raise problems.FileProblem("unknown_encoding") from error
    # The mark is cut off by the source, and the plain codecs say where the bytes lie.
    return {"utf-8-sig": "utf-8", "utf-16": "utf-16-le", "utf-32": "utf-32-le", "ascii": "utf-8"}.get(
        info.name, info.name
    )


def marked(head: bytes) -> str | None:
    """The encoding that a byte order mark tells, or the one that the rhythm of NUL bytes tells."""
    for mark, name in MARKS:
        if head.startswith(mark):
            return name
    if b"\0" not in head[:4096]:
        return None
    for name, width in _WIDE:
        piece = head[: 4096 - 4096 % width][: len(head) - len(head) % width]
        try:
            text = piece.decode(name)
        except UnicodeDecodeError:
            continue
        # Text has line ends and separators, and few NULs once it is decoded rightly.
        if re.search(r"[\n\r,;\t|]", text) and text.count("\0") <= len(text) / 100 and _plausible(text):
            return name
    return None


def of(stream: BinaryIO, chosen: str | None) -> str:
    """The encoding of a whole file: the chosen one, else what its beginning tells. Unknown ones are a FileProblem."""
    if chosen:
        return known(chosen)
    stream.seek(0)
    head = stream.read(source.BLOCK)
    return marked(head) or ("utf-8" if head.isascii() else guess(head))


def guess(head: bytes) -> str:
    """The encoding of bytes that are not plain ASCII and have no mark."""
    # First, for Thai in UTF-8 makes sense as Windows-874 too, if one does not mind the sense.
    if _utf8(head) or _mostly_utf8(head):
        return "utf-8"
    sample = _telling(head)
    best, score = max(((name, likelihood) for name, likelihood in encoding_scores.contest(sample)), key=itemgetter(1))
    # Of a few bytes it knows no more than we do.
    if (
        score < _SENSE[best]
        and len(_NOT_ASCII_BYTES.findall(sample)) >= 32
        and (found := charset_normalizer.from_bytes(sample).best()) is not None
    ):
        return known(found.encoding)
    return best


class Guessing:
    """A decoder that makes up its mind at the first byte that is not plain ASCII, wherever in the file that is."""

    def __init__(self) -> None:
        self.encoding = "utf-8"
        self._decoder: source.Decoder | None = None

    def decode(self, data: bytes, final: bool = False, /) -> str:  # noqa: FBT001, FBT002 - the shape of codecs
        if self._decoder is None:
            if data.isascii():
                return data.decode("ascii")
            self.encoding = guess(data)
            self._decoder = source.decoder(self.encoding)
        return self._decoder.decode(data, final)


def _telling(head: bytes) -> bytes:
    """The lines that hold non-ASCII bytes, up to a sample's size: the others tell nothing."""
    parts = []
    size = 0
    for line in head.splitlines(keepends=True):
        if not line.isascii():
            parts.append(line)
            size += len(line)
            if size > _SAMPLE:
                break
    # The last line may be cut in the middle of a character.
    return b"".join(parts[:-1] if len(parts) > 1 and size > _SAMPLE else parts)


def _utf8(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def _mostly_utf8(head: bytes) -> bool:
    """UTF-8 with a few broken bytes in it, which are then rows to report and not another encoding."""
    text = head.decode("utf-8", errors=source.ERRORS)
    broken = text.count(source.MARK)
    sound = len(_NOT_ASCII.findall(text)) - broken
    return sound > 10 * broken


def _plausible(text: str) -> bool:
    plain = len(re.findall(r"[\t\r\n\x20-\x7e\u00a0-\u017f\u0e00-\u0e7f\u3000-\u30ff\u4e00-\u9fff\uac00-\ud7a3]", text))
    return plain > 0.9 * len(text)
