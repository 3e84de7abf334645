"""What is promised for a whole answer: points, a coupon, or a place in a prize draw. Kept as JSON on the questionnaire.

    {"kind": "points", "points": 50}
    {"kind": "coupon", "offer": "first-order"}
    {"kind": "draw", "draw": "tea-2026", "names": {"en": "Tea for winter", …}, "prize": {"en": "A bag of tea", …},
     "closes_at": "2026-12-24T00:00:00+07:00", "draws_on": "2026-12-31"}
    {}                                                     nothing

Loyalty reads it with the fact that somebody answered; `offer` and `draw` are keys of its offers and draws. What was
promised before draws had keys names none.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from surveys.rules.kinds import Texts
from surveys.rules.kinds.words import Day

MOST_POINTS = 100_000
OFFER = "^[a-z0-9](?:[a-z0-9_-]{0,38}[a-z0-9])?$"


class Unreadable(ValueError):
    """It promises nothing that there is."""


class Points(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="points"):
    """So many points."""

    points: Annotated[int, Meta(ge=1, le=MOST_POINTS)]


class Coupon(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="coupon"):
    """A coupon of that offer."""

    offer: Annotated[str, Meta(pattern=OFFER)]


class Draw(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag_field="kind", tag="draw"):
    """A place in a draw of that prize on that day, for answers before it closes."""

    prize: Texts
    draws_on: Day
    draw: str = ""
    names: Texts | None = None
    closes_at: Annotated[dt.datetime, Meta(tz=True)] | None = None


Reward = Points | Coupon | Draw


def read(value: Mapping[str, Any]) -> Reward | None:
    """What the JSON promises; None for nothing. Raises Unreadable."""
    if not value:
        return None
    try:
        return msgspec.convert(value, Reward)
    except msgspec.ValidationError as error:
        raise Unreadable(str(error)) from None


def written(reward: Reward | None) -> dict[str, Any]:
    """The JSON of it."""
    found: dict[str, Any] = msgspec.to_builtins(reward) if reward is not None else {}
    return found


def holding(value: Mapping[str, Any], at: dt.datetime) -> dict[str, Any]:
    """What an answer at that moment is promised: no place in a draw that is closed. What cannot be read holds."""
    try:
        found = read(value)
    except Unreadable:
        return dict(value)
    is_over = isinstance(found, Draw) and found.closes_at is not None and found.closes_at <= at
    return {} if is_over else dict(value)
