"""Values of rules: checked against the type of what they are compared with, and standardised as the data is."""

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from analytics.rules import tree
from analytics.rules.fields import STAGES, Subject, Type
from customers.rules.unreadable import Unreadable

MOST_LISTED = 1000
LONGEST_TEXT = 200
LARGEST = Decimal(10) ** 12
FINEST = -4
MOST_DAYS = 36_500
YEARS = range(1900, 2200)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?([Zz]|[+-]\d{2}:\d{2})?")
_NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,20})?")


class BadValue(Exception):
    """A value that does not fit; `inner` is its place inside a list."""

    def __init__(self, message: str | Promise, inner: str = "") -> None:
        super().__init__(str(message))
        self.message, self.inner = message, inner


def read(value: Any, *, op: str, subject: Subject) -> tree.Value:
    """The standardised value, a tuple for `in`, `not_in` and `between`. Raises BadValue."""
    if op in {"in", "not_in"}:
        if not isinstance(value, list) or not 1 <= len(value) <= MOST_LISTED:
            raise BadValue(format_lazy(_("“{op}” takes a list of 1 to {most} values."), op=op, most=MOST_LISTED))
        return tuple(_within(value, subject))
    if op == "between":
        if not isinstance(value, list) or len(value) != 2:
            raise BadValue(_("“between” takes a list of two values."))
        low, high = _within(value, subject)
        if _in_order(low) > _in_order(high):
            raise BadValue(_("The first value is greater than the second."))
        return low, high
    return _one(value, subject, standardise=op != "contains")


def _within(items: list[Any], subject: Subject) -> list[tree.Scalar]:
    found = []
    for index, item in enumerate(items):
        try:
            found.append(_one(item, subject))
        except BadValue as bad:
            raise BadValue(bad.message, f"/{index}") from bad
    return found


def _in_order(value: tree.Scalar) -> Any:
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=value.tzinfo or dt.UTC)
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time(), dt.UTC)
    return value


def _one(value: Any, subject: Subject, *, standardise: bool = True) -> tree.Scalar:
    match subject.type:
        case Type.WHOLE:
            return whole(value)
        case Type.DAYS:
            days = whole(value)
            if not 0 <= days <= MOST_DAYS:
                raise BadValue(format_lazy(_("Days must be between {low} and {high}."), low=0, high=MOST_DAYS))
            return days
        case Type.NUMBER:
            return number(value)
        case Type.MOMENT:
            return moment(value)
    found = text(value, LONGEST_TEXT)
    if subject.standardise is not None and standardise:
        try:
            found = subject.standardise(found)
        except Unreadable as problem:
            raise BadValue(problem.reason) from problem
    if subject.key == "stage" and found not in STAGES:
        raise BadValue(format_lazy(_("Stages are: {stages}."), stages=", ".join(STAGES)))
    return found


def text(value: object, longest: int) -> str:
    """A text that PostgreSQL can hold."""
    if not isinstance(value, str):
        raise BadValue(_("This must be a text."))
    if not value or len(value) > longest:
        raise BadValue(format_lazy(_("This must have 1 to {longest} characters."), longest=longest))
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadValue(_("This has characters that are no text.")) from None
    if "\x00" in value:
        raise BadValue(_("This has characters that are no text."))
    return value


def scalar(value: object, longest: int) -> str | int | float | bool:
    """A value of an event's property: text, number or true/false."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float | Decimal):
        plain = number(value)
        return int(plain) if plain == plain.to_integral_value() else float(plain)
    return text(value, longest)


def number(value: object) -> Decimal:
    """An exact number, also from a decimal text such as "12.50". At most 12 digits before and 4 after the point."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise BadValue(_("This must be a number."))
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        raise BadValue(_("This must be a number."))
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise BadValue(_("This must be a number.")) from None
    if not found.is_finite() or abs(found) > LARGEST:
        raise BadValue(_("This number is too large."))
    if found != round(found, -FINEST):
        raise BadValue(format_lazy(_("This number has more than {most} decimals."), most=-FINEST))
    return found


def whole(value: object) -> int:
    """A whole number."""
    if isinstance(value, str):
        raise BadValue(_("This must be a whole number."))
    found = number(value)
    if found != found.to_integral_value():
        raise BadValue(_("This must be a whole number."))
    return int(found)


def moment(value: object) -> dt.date | dt.datetime:
    """A date (a whole day in the shop's zone) or a moment; without an offset it is in the shop's zone."""
    if isinstance(value, str):
        try:
            if _DAY.fullmatch(value):
                return _reasonable(dt.date.fromisoformat(value))
            if _MOMENT.fullmatch(value):
                return _reasonable(dt.datetime.fromisoformat(value.upper()))
        except ValueError:
            pass
    raise BadValue(_("This must be a date such as 2026-01-31 or a time such as 2026-01-31T09:00:00+07:00."))


def _reasonable(value: dt.date) -> dt.date:
    if value.year not in YEARS:
        raise ValueError
    return value
