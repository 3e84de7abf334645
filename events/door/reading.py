"""Reading a request's body without ever holding more of it than the limit."""

import zlib
from typing import Any

from cdp.core import unread

_GZIP = 16 + zlib.MAX_WBITS


class TooLarge(Exception):
    """More bytes than allowed, before or after inflating."""


class UnknownEncoding(Exception):
    """A Content-Encoding that is neither gzip nor none."""


class BrokenGzip(Exception):
    """The body says it is gzip and is not."""


def body(environ: dict[str, Any], *, limit: int) -> bytes:
    """The body as it is meant, at most `limit` bytes. Raises TooLarge, UnknownEncoding and BrokenGzip."""
    encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise UnknownEncoding
    raw = _read(environ, limit)
    return _inflated(raw, limit) if encoding.endswith("gzip") else raw


def throw_away(environ: dict[str, Any]) -> None:
    """Read what nobody needs, so that the client gets to hear the answer."""
    unread.throw_away(environ["wsgi.input"], _length(environ) or 0)


def _read(environ: dict[str, Any], limit: int) -> bytes:
    stream = environ["wsgi.input"]
    length = _length(environ)
    if length is not None and length > limit:
        unread.throw_away(stream, length)
        raise TooLarge
    data: bytes = stream.read(limit + 1 if length is None else length)
    if len(data) > limit:
        unread.throw_away(stream)
        raise TooLarge
    return data


def _length(environ: dict[str, Any]) -> int | None:
    """What the request says of its length; None where it says nothing usable."""
    told = environ.get("CONTENT_LENGTH") or ""
    return int(told) if told.isascii() and told.isdigit() else None


def _inflated(raw: bytes, limit: int) -> bytes:
    found: list[bytes] = []
    left = limit
    while raw:
        inflater = zlib.decompressobj(_GZIP)
        try:
            part = inflater.decompress(raw, left + 1)
        except zlib.error:
            raise BrokenGzip from None
        if len(part) > left:
            raise TooLarge
        if not inflater.eof:
            raise BrokenGzip
        found.append(part)
        left -= len(part)
        raw = inflater.unused_data
    return b"".join(found)
