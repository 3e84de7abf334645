"""P4, P5: a person with a row in every table is erased; then every byte of the shop is searched for what they told."""

import base64
import gzip
import json
import re
import subprocess
import unicodedata
import urllib.parse
from pathlib import Path

import pytest

from cdp.run import postgres
from tests import planting, running

pytestmark = pytest.mark.long
CHUNK = 1 << 24


def spellings(text: str) -> set[bytes]:
    """Every way in which a text may lie in a file."""
    found: set[bytes] = set()
    cases = {text, text.lower(), text.upper(), text.casefold()}
    for written in {unicodedata.normalize(form, case) for case in cases for form in ("NFC", "NFD")}:
        raw = written.encode()
        found |= {raw, written.encode("utf-16-le"), written.encode("utf-16-be")}
        found |= {raw.hex().encode(), raw.hex().upper().encode()}
        found |= {urllib.parse.quote(written).encode(), urllib.parse.quote_plus(written).encode()}
        found.add(json.dumps(written)[1:-1].encode())
        for shift in range(3):
            whole = base64.b64encode(b"\0" * shift + raw)
            # Without what the neighbours before and behind would change.
            inner = whole[4 if shift else 0 : len(whole) - (4 if (len(raw) + shift) % 3 else 0)]
            found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return {needle for needle in found if len(needle) >= 8}


NEEDLES = set().union(*(spellings(text) for text in (planting.MARK, planting.ACCENT, planting.PHONE[1:])))
PATTERN = re.compile(b"|".join(re.escape(needle) for needle in sorted(NEEDLES, key=len, reverse=True)))
LONGEST = max(len(needle) for needle in NEEDLES)


def hits(data: bytes) -> list[bytes]:
    return sorted(set(PATTERN.findall(data)))


def search(root: Path) -> dict[str, list[bytes]]:
    """File → what was found in it, packed ones unpacked."""
    found: dict[str, list[bytes]] = {}
    for path in sorted(root.rglob("*")):
        if not path.is_file() or path.is_symlink():
            continue
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            before = b""
            while chunk := file.read(CHUNK):
                if seen := hits(before + chunk):
                    found.setdefault(str(path.relative_to(root)), []).extend(seen)
                before = chunk[-LONGEST:]
    return found


@pytest.mark.parametrize("text", [planting.MARK, planting.ACCENT, planting.PHONE[1:]])
@pytest.mark.parametrize(
    "write",
    [
        lambda text: text.encode(),
        lambda text: text.lower().encode("utf-16-le"),
        lambda text: unicodedata.normalize("NFD", text).encode(),
        lambda text: text.encode().hex().encode(),
        lambda text: json.dumps({"a": text}).encode(),
        lambda text: urllib.parse.quote(f"x {text}").encode(),
        lambda text: base64.b64encode(f"a{text}bc".encode()),
        lambda text: base64.b64encode(f"ab{text}".encode()),
        lambda text: base64.urlsafe_b64encode(f"abc{text}x".encode()),
    ],
)
def test_the_search_finds_what_is_there(text, write):
    assert hits(b"before " + write(text) + b" behind")


def test_nothing_of_somebody_who_was_erased_is_anywhere(tmp_path):
    told, asked, done = (str(tmp_path / name) for name in ("told.json", "asked", "done.json"))
    with running.shop() as shop:
        shop.run("shell", "-c", f"from tests import planting; planting.plant({told!r})")
        planted = json.loads(Path(told).read_text())
        empty = [label for label, count in planted["counts"].items() if not count]
        assert empty == [], "the person is in every table"
        shop.wait_for(lambda: shop.scalar("SELECT count(*) FROM core_mark") == 0)
        shop.run("shell", "-c", f"from tests import planting; planting.ask({asked!r})")
        request = Path(asked).read_text()
        # A message to the person lies there as a file, once the worker has been.
        shop.wait_for(lambda: bool(search(shop.var / "outbox")))
        shop.run("shell", "-c", f"from tests import planting; planting.erase({request!r}, {done!r})")
        result = json.loads(Path(done).read_text())
        assert result["books"] == planted["books"], "the books still balance"
        assert hits(json.dumps(result["certificate"]).encode()) == []
        shop.wait_for(lambda: shop.scalar("SELECT count(*) FROM core_mark") == 0)
        assert shop.scalar(f"SELECT status FROM customers_customer WHERE id = '{planted['customer']}'") == "erased"
        shop.run("verify_ledgers")
        dump = subprocess.run(
            [postgres.binaries() / "pg_dump", "--dbname", shop.servers["database_url"], "--inserts"],
            capture_output=True,
            check=True,
            timeout=600,
        ).stdout
        assert hits(dump) == []
        assert len(dump) > 100_000
        assert shop.stop() == 0
        assert search(shop.var) == {}, "data files, write-ahead log, queue, outbox, uploads, logs"
        assert hits("".join(shop.lines).encode()) == [], "what it printed"
