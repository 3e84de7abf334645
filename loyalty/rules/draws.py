"""Prize draws: what counts as an entry, what can be won, and who wins. Anybody can repeat it from what is published.

    {"entries": [{"on": "answers"}, {"on": "orders", "at_least": "500"}], "most": 3,
     "prizes": [{"names": {"en": "A bag of tea", …}, "what": "words", "count": 2},
                {"names": {"en": "500 points", …}, "what": "points", "points": 500, "count": 10}]}

Everybody who takes part has one place: a number, and how many entries it has. A ticket is the SHA-256 of
`seed:number:entry`; a place stands by the smallest of its tickets, and places win in that order. So every entry has the
same chance, nobody wins twice, and whoever has the seed and the list has the winners (docs/guides/loyalty-draws.md).
"""

import hashlib
import heapq
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from cdp.core import structures
from cdp.core.structures import Problem

MOST_ENTRIES, MOST_PRIZES, MOST_OF_ONE = 1000, 20, 1000
MOST_AMOUNT = Decimal(10) ** 12
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Language = Annotated[str, Meta(pattern="^(en|th|ko)$")]
Names = Annotated[dict[Language, Text], Meta(min_length=1)]
Key = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,39}$")]


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="on"):
    """One kind of entry."""


class Answers(_Part, tag="answers", frozen=True, kw_only=True):
    """One for each questionnaire that promised this draw and was answered whole. `surveys` are those that promise a
    draw without saying which.
    """

    surveys: Annotated[list[uuid.UUID], Meta(max_length=200)] = []


class Orders(_Part, tag="orders", frozen=True, kw_only=True):
    """One for each order that still comes to so much after what was given back; `each`: one for each so much of it."""

    at_least: Decimal | None = None
    each: Decimal | None = None


class Visits(_Part, tag="visits", frozen=True, kw_only=True):
    """One for each day on which somebody bought anything."""


class Members(_Part, tag="members", frozen=True, kw_only=True):
    """One for each member; where tiers are named, of those alone."""

    tiers: list[Key] = []


Part = Answers | Orders | Visits | Members


class Prize(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What can be won so many times. Points and coupons come by themselves; the rest is handed over."""

    names: Names
    what: Literal["points", "coupon", "words"] = "words"
    points: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    offer: Key | None = None
    count: Annotated[int, Meta(ge=1, le=MOST_OF_ONE)] = 1


class Terms(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is fixed when a draw opens. `most` is how many entries one person has at most."""

    entries: Annotated[list[Part], Meta(min_length=1, max_length=4)]
    prizes: Annotated[list[Prize], Meta(min_length=1, max_length=MOST_PRIZES)]
    most: Annotated[int, Meta(ge=1, le=MOST_ENTRIES)] = 1

    @property
    def winners(self) -> int:
        """How many can win."""
        return sum(prize.count for prize in self.prizes)

    def prize(self, place: int) -> int:
        """Which prize the winner at that place gets, counted from zero. Raises IndexError beyond the last."""
        for number, prize in enumerate(self.prizes):
            if place < prize.count:
                return number
            place -= prize.count
        raise IndexError(place)

    def part(self, on: str) -> Part | None:
        """The entries of that kind, if they count."""
        return next((part for part in self.entries if part.__struct_config__.tag == on), None)


def read(value: Mapping[str, Any]) -> Terms:
    """The terms as JSON tells them. Raises `structures.Invalid` with every mistake and its place."""
    terms = structures.read(value, Terms, parts={"entries": Part, "prizes": Prize})
    problems = list(_problems(terms))
    if problems:
        raise structures.Invalid(problems)
    return terms


def _problems(terms: Terms) -> Iterable[Problem]:
    seen = set()
    for number, part in enumerate(terms.entries):
        if part.__struct_config__.tag in seen:
            yield Problem(f"/entries/{number}", _("This stands here twice."))
        seen.add(part.__struct_config__.tag)
        if isinstance(part, Orders):
            for name in ("at_least", "each"):
                if (amount := getattr(part, name)) is not None and not 0 < amount < MOST_AMOUNT:
                    yield Problem(f"/entries/{number}/{name}", _("Give an amount above zero."))
    for number, prize in enumerate(terms.prizes):
        if prize.what == "points" and not prize.points:
            yield Problem(f"/prizes/{number}/points", _("Say how many points."))
        if prize.what == "coupon" and not prize.offer:
            yield Problem(f"/prizes/{number}/offer", _("Say which coupon."))


def written(terms: Terms) -> dict[str, Any]:
    """The JSON of it."""
    found: dict[str, Any] = msgspec.to_builtins(terms, str_keys=True)
    return found


# --- the proof --------------------------------------------------------------------------------------------------------


def commitment(seed: str) -> str:
    """What is shown before anybody takes part: it gives nothing away, and no other seed has it."""
    return hashlib.sha256(seed.encode()).hexdigest()


def mixed(seed: str, witness: str) -> str:
    """The seed that tickets are made of: with what was drawn in public elsewhere, where the draw waits for that."""
    return f"{seed}:{witness}" if witness else seed


def line(number: int, entries: int) -> bytes:
    """One line of the published list."""
    return b"%d,%d\n" % (number, entries)


def digest(places: Iterable[tuple[int, int]]) -> str:
    """The SHA-256 of the list, places by their number: of the very file that anybody can download."""
    found = hashlib.sha256()
    for number, entries in places:
        found.update(line(number, entries))
    return found.hexdigest()


def order(seed: str, places: Iterable[tuple[int, int]], most: int) -> list[int]:
    """The numbers of the first so many places in the order in which they win."""
    start = hashlib.sha256(f"{seed}:".encode())

    def ticket(number: int, entry: int) -> bytes:
        found = start.copy()
        found.update(b"%d:%d" % (number, entry))
        return found.digest()

    best = (
        (ticket(number, 1) if entries == 1 else min(ticket(number, n) for n in range(1, entries + 1)), number)
        for number, entries in places
    )
    return [number for _ticket, number in heapq.nsmallest(most, best)]


@dataclass(frozen=True, slots=True)
class Odds:
    """How likely somebody with one entry, and with the most there can be, wins anything."""

    one: float
    most: float


def odds(*, entries: int, places: int, winners: int, most: int) -> Odds | None:
    """Near enough for words: drawing without replacement, as if every place drawn took the mean of entries away. None
    while nobody takes part.
    """
    if not places or not entries:
        return None
    if winners >= places:
        return Odds(1.0, 1.0)
    mean = entries / places

    def wins(own: int) -> float:
        loses = 1.0
        for taken in range(winners):
            left = max(entries - taken * mean, own)
            loses *= 1 - min(own / left, 1.0)
        return 1 - loses

    return Odds(wins(1), wins(most))
