"""/cdp.js and the question it may ask (/cdp-banner.js), read once, without comments, compressed before anybody asks.

The sources beside this file are written so that dropping blank lines, lines that begin with `//` and indentation is all
it needs to be small (decision 13): no build step, and what browsers run is what reviewers read.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from events.door.answers import Headers

PATH, BANNER = "/cdp.js", "/cdp-banner.js"
PATHS = frozenset({PATH, BANNER})
FOLDER = Path(__file__).parent
CACHE_SECONDS = 3600


class Script(NamedTuple):
    """What is served."""

    plain: bytes
    zipped: bytes
    etag: str


@cache
def script(path: str = PATH) -> Script:
    """A script of this process."""
    source = FOLDER / path.removeprefix("/")
    lines = (line.strip() for line in source.read_text("utf-8").splitlines())
    plain = "\n".join(line for line in lines if line and not line.startswith("//")).encode()
    return Script(plain, gzip.compress(plain, 9, mtime=0), f'W/"{hashlib.sha256(plain).hexdigest()[:20]}"')


def answer(*, known: str, encodings: str, path: str = PATH) -> tuple[int, Headers, bytes]:
    """Status, headers and body; `known` is If-None-Match, `encodings` Accept-Encoding."""
    found = script(path)
    headers: Headers = [
        ("Content-Type", "text/javascript; charset=utf-8"),
        # An hour, and a day more while a newer one is fetched: a mistake must not stay in browsers for long.
        ("Cache-Control", f"public, max-age={CACHE_SECONDS}, stale-while-revalidate=86400"),
        ("ETag", found.etag),
        ("Vary", "Accept-Encoding"),
        # Shops load it from other origins, some of them with `crossorigin` or under COEP.
        ("Access-Control-Allow-Origin", "*"),
        ("Cross-Origin-Resource-Policy", "cross-origin"),
        ("X-Content-Type-Options", "nosniff"),
    ]
    if found.etag in known:
        return 304, headers, b""
    if "gzip" in encodings.lower():
        return 200, [*headers, ("Content-Encoding", "gzip")], found.zipped
    return 200, headers, found.plain
