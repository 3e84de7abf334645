"""Reading values out of a body, strictly: what is there but cannot be read is refused with its place.

Nothing here repeats a value: reasons and places go to lists and logs, values may be personal.
"""

import datetime as dt
import html
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from cdp.core.files import values
from commerce.rules.inputs import MOST_LINES

ZERO = Decimal(0)
LONGEST_NUMBER = 200
LARGEST = Decimal(10) ** 14
FINEST = -6
AHEAD = dt.timedelta(days=7)
"""How far a store's clock may run ahead for an order to be taken as placed when it was received."""
LITTLE = dt.timedelta(minutes=1)
"""By how much a store's clock may differ from ours and still be taken at its word."""


WHOLE = 100_000
"""Longer than anything that is kept: whoever keeps it says what is too long, and nothing is cut unseen."""


class Unreadable(Exception):
    """A body that cannot be used. `place` names the value, `code` says what is wrong with it."""

    def __init__(self, place: str, code: str) -> None:
        """Say where and what."""
        super().__init__(f"{place}: {code}")
        self.place, self.code = place, code


@dataclass(frozen=True, slots=True)
class Telling:
    """What readers may know besides the body: which source tells, when it was received, and when it is read, which may
    be days later when it is tried again.
    """

    source: str
    received_at: dt.datetime
    read_at: dt.datetime

    def clock(self, told: dt.datetime) -> dt.datetime:
        """A moment by the store's clock, but not behind the one at which it told of it.

        Nothing told afterwards would ever be newer than a clock that ran ahead. That it did is no reason to lose what
        it told: we said that we have it, and the store will not tell it again.
        """
        return min(told, self.received_at + LITTLE)


class Placed(NamedTuple):
    """When an order was placed; `is_ahead`: its store's clock runs ahead, so this is when it was first told of."""

    at: dt.datetime
    is_ahead: bool


Body = Mapping[str, Any]


def mapping(body: Body, name: str) -> Body:
    """An object; an absent one is empty."""
    value = body.get(name)
    if value is None or value == []:  # PHP writes an empty object as an empty list
        return {}
    if not isinstance(value, dict):
        raise Unreadable(name, "not_an_object")
    return value


def rows(body: Body, name: str) -> list[Body]:
    """A list of objects; an absent one is empty."""
    value = body.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise Unreadable(name, "not_a_list")
    if len(value) > MOST_LINES:
        raise Unreadable(name, "too_many")
    return value


def text(body: Body, name: str, *, longest: int = 300) -> str:
    """A text without control characters, cut to its column; numbers become text."""
    value = body.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unreadable(name, "not_a_text")
    plain = "".join(letter if letter.isprintable() else " " for letter in str(value))
    return " ".join(plain.split())[:longest].rstrip()


def lines(body: Body, name: str) -> str:
    """A text as it was written, with its lines."""
    value = body.get(name)
    return value.strip() if isinstance(value, str) else text(body, name, longest=WHOLE)


def words(body: Body, name: str, *, longest: int = 300) -> str:
    """A text in which a shop system wrote HTML entities."""
    return html.unescape(text(body, name, longest=longest * 2))[:longest].rstrip()


def number(body: Body, name: str) -> str:
    """The id of the thing itself: never empty, and never cut, or it might be another's."""
    value = text(body, name, longest=WHOLE)
    if not value:
        raise Unreadable(name, "missing")
    if len(value) > LONGEST_NUMBER:
        raise Unreadable(name, "too_long")
    return value


def money(body: Body, name: str) -> Decimal | None:
    """An amount; None where there is none."""
    value = body.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unreadable(name, "not_a_number")
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation as problem:
        raise Unreadable(name, "not_a_number") from problem
    if amount.is_nan():
        raise Unreadable(name, "not_a_number")
    if not amount.is_finite() or abs(amount) >= LARGEST:
        raise Unreadable(name, "too_large")
    return round(amount, -FINEST) if int(amount.as_tuple().exponent) < FINEST else amount


def not_below_zero(body: Body, name: str) -> Decimal:
    """An amount that cannot be negative; zero where there is none."""
    amount = money(body, name) or ZERO
    if amount < 0:
        raise Unreadable(name, "below_zero")
    return amount


def currency(body: Body, name: str) -> str:
    """An ISO 4217 code; empty where there is none."""
    code = text(body, name, longest=10).upper()
    if code and code not in values.currencies():
        raise Unreadable(name, "unknown_currency")
    return code


def moment(
    body: Body, name: str, telling: Telling | None = None, *, zone: dt.tzinfo | None = None
) -> dt.datetime | None:
    """A moment; one without a zone is in `zone`, or unreadable where none is given. With a telling it is one by the
    store's clock, which is not believed when it runs ahead.
    """
    value = body.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise Unreadable(name, "not_a_time")
    try:
        found = dt.datetime.fromisoformat(value)
    except ValueError as problem:
        raise Unreadable(name, "not_a_time") from problem
    if found.tzinfo is None:
        if zone is None:
            raise Unreadable(name, "without_a_zone")
        found = found.replace(tzinfo=zone)
    if not dt.datetime(1990, 1, 1, tzinfo=dt.UTC) <= found <= dt.datetime(2200, 1, 1, tzinfo=dt.UTC):
        raise Unreadable(name, "not_a_time")
    found = found.astimezone(dt.UTC)
    return found if telling is None else telling.clock(found)


def placed(body: Body, name: str, telling: Telling, *, zone: dt.tzinfo | None = None) -> Placed | None:
    """When an order was placed. No order is placed after it was told of; one placed years ahead is unreadable, until
    that moment is near: it would lie where no report looks, and it is no clock's fault.
    """
    told = moment(body, name, zone=zone)
    if told is None:
        return None
    if told > telling.read_at + AHEAD:
        raise Unreadable(name, "in_the_future")
    at = telling.clock(told)
    return Placed(at, at < told)


def filled(raw: Mapping[str, str]) -> dict[str, str]:
    """What was told, without what was not."""
    return {name: value for name, value in raw.items() if value}
