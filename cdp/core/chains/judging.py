"""What a link is, and what does not fit in a chain. No database: positions, links and rows go in, faults come out."""

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_noop

ALTERED, LINK_ALTERED, UNPROVED = "altered", "link_altered", "unproved"
MISSING, LINKS_MISSING, CUT, LOST = "missing", "links_missing", "cut", "chain_missing"
UNSEALED, BACKDATED, GONE, CLOSING = "unsealed", "backdated", "gone", "closing"
HEADS, KEY, HEAD_ALTERED = "heads", "key", "head_altered"
STATE, REOPENED, UNNAMED, MOVED = "state", "reopened", "unnamed", "moved"
WORDS = {
    ALTERED: gettext_noop("was changed after it was written"),
    LINK_ALTERED: gettext_noop("stands in the ledger as it was written, but its link was changed"),
    UNPROVED: gettext_noop("does not fit its place: it, its link or its order was changed"),
    MISSING: gettext_noop("was removed"),
    LINKS_MISSING: gettext_noop("follows a gap: the links before it were removed"),
    CUT: gettext_noop("was the newest of its chain, and the chain ends before it"),
    LOST: gettext_noop("was the newest of a chain that was removed as a whole"),
    UNSEALED: gettext_noop("was written behind the sealer's back"),
    BACKDATED: gettext_noop("claims a time that its chain had passed when it was written"),
    GONE: gettext_noop("was removed before it was sealed"),
    CLOSING: gettext_noop("ends a closed month, but the closing was changed"),
    HEAD_ALTERED: gettext_noop("is noted as the newest of its chain, but that note was changed"),
    STATE: gettext_noop("does not follow from the statements in the ledger"),
    REOPENED: gettext_noop("is noted as if it had never been chained; its rows of before were taken in long ago"),
    UNNAMED: gettext_noop("is a file that no statement names"),
    MOVED: gettext_noop("is noted as proved, but that note was changed"),
    HEADS: gettext_noop("the file of the newest links cannot be read"),
    KEY: gettext_noop("its key is not in CDP_CHAIN_KEYS"),
}
"""What each code says of the row it names."""
_EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Link:
    """One link as it stands in the database; `row` are the bytes of its row, None when there is none."""

    position: int
    row_id: str
    mac: bytes
    sealed_at: dt.datetime
    row: bytes | None


def genesis(key: bytes) -> bytes:
    """What the first link of a chain follows."""
    return hmac.digest(key, b"genesis", hashlib.sha256)


def link(key: bytes, before: bytes, *, position: int, sealed_at: dt.datetime, row: bytes) -> bytes:
    """The link of a row behind the link `before`: 32 bytes."""
    moment = (sealed_at - _EPOCH) // _MICROSECOND
    return hmac.digest(key, before + position.to_bytes(8) + moment.to_bytes(8, signed=True) + row, hashlib.sha256)


def closing(key: bytes, *, position: int, mac: bytes, closed_at: dt.datetime) -> bytes:
    """The proof of a closed month."""
    moment = (closed_at - _EPOCH) // _MICROSECOND
    message = b"closed" + position.to_bytes(8) + mac + moment.to_bytes(8, signed=True)
    return hmac.digest(key, message, hashlib.sha256)


class Judge:
    """Walks along one chain, link by link, and tells what does not fit: `(row id, fault, position)`.

    A link that does not fit is judged with the next one: if that follows the link as it stands, the row was changed;
    if it follows the link as it should be, the link was.
    """

    def __init__(self, key: bytes, *, after: tuple[int, bytes] | None = None) -> None:
        """At the beginning of the chain, or behind a link: its position and value."""
        self._key = key
        self.position, self.mac = after or (0, genesis(key))
        self._doubted: Link | None = None
        self._should: bytes = b""

    def hear(self, found: Link) -> Iterator[tuple[str, str, int]]:
        """The next link; those of one chain come in the order of their positions."""
        if found.position != self.position + 1:
            yield from self._settle(None)
            yield found.row_id, LINKS_MISSING, found.position
        elif found.row is None:
            yield from self._settle(None)
            yield found.row_id, MISSING, found.position
        else:
            fits = self._follows(self.mac, found)
            if self._doubted is not None:
                after_should = not fits and self._follows(self._should, found)
                yield from self._settle(ALTERED if fits else LINK_ALTERED if after_should else None)
                fits = fits or after_should
            if not fits:
                self._doubted = found
                self._should = link(
                    self._key, self.mac, position=found.position, sealed_at=found.sealed_at, row=found.row
                )
        self.position, self.mac = found.position, found.mac

    def end(self, head: bytes | None) -> Iterator[tuple[str, str, int]]:
        """No more links; `head` is what the newest should be, where somebody knows."""
        verdict = None
        if head is not None and self._doubted is not None:
            verdict = ALTERED if head == self.mac else LINK_ALTERED if head == self._should else None
        yield from self._settle(verdict)

    def _follows(self, before: bytes, found: Link) -> bool:
        assert found.row is not None, "only links with their rows are compared"  # noqa: S101
        should = link(self._key, before, position=found.position, sealed_at=found.sealed_at, row=found.row)
        return hmac.compare_digest(should, found.mac)

    def _settle(self, verdict: str | None) -> Iterator[tuple[str, str, int]]:
        if self._doubted is not None:
            yield self._doubted.row_id, verdict or UNPROVED, self._doubted.position
            self._doubted = None
