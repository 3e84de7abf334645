"""Answers in somebody's own words, dates, ways of contact, and permissions."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from customers.rules import emails, phones, unreadable
from surveys.rules.conditions.judging import Answer
from surveys.rules.kinds.base import LONGEST_TEXT, Domain, Question, Refused, Row, Why, cleaned, is_empty

DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
Day = Annotated[str, Meta(pattern=DAY, description="a day: 2026-11-23")]


class Text(Question, frozen=True, kw_only=True, tag="text"):
    """Free words, of one line or several."""

    IS_WORDS: ClassVar[bool] = True

    height: Annotated[int, Meta(ge=1, le=20, description="lines that are shown")] = 4
    longest: Annotated[int, Meta(ge=1, le=LONGEST_TEXT)] = 2000

    def take(self, value: Any) -> tuple[Row, ...]:
        """One row with the words."""
        text = "" if value is None else cleaned(value, longest=self.longest)
        return (Row(text=text),) if text else ()

    def told(self, rows: Sequence[Row]) -> str:
        """As it is kept."""
        return rows[0].text

    def answer(self, rows: Sequence[Row]) -> Answer:
        """The words; conditions mostly ask whether there are any."""
        return rows[0].text if rows else None

    def domain(self) -> Domain:
        """Any words."""
        return Domain(None)


class Date(Question, frozen=True, kw_only=True, tag="date"):
    """A day of the calendar, between two others where the shop says so."""

    earliest: Day | None = None
    latest: Day | None = None

    def take(self, value: Any) -> tuple[Row, ...]:
        """One row with the day in ISO form as its code."""
        if is_empty(value):
            return ()
        if not isinstance(value, str):
            raise Refused(Why.TYPE)
        try:
            # fromisoformat() alone would take "20261123" and "2026-W47-1" too.
            day = dt.date.fromisoformat(value) if re.match(DAY, value) else None
        except ValueError:
            day = None
        if day is None:
            raise Refused(Why.FORMAT)
        if (self.earliest and value < self.earliest) or (self.latest and value > self.latest):
            raise Refused(Why.RANGE, (self.earliest, self.latest))
        return (Row(code=day.isoformat()),)

    def told(self, rows: Sequence[Row]) -> str:
        """As it is kept."""
        return rows[0].code

    def answer(self, rows: Sequence[Row]) -> Answer:
        """The day in ISO form, which compares as it should."""
        return rows[0].code if rows else None

    def domain(self) -> Domain:
        """Any day."""
        return Domain(None)


class Contact(Question, frozen=True, kw_only=True, tag="contact"):
    """Name, e-mail, phone or address of whoever answers; fills the profile. Never in an anonymous questionnaire."""

    IS_WORDS: ClassVar[bool] = True
    IS_PERSONAL: ClassVar[bool] = True
    LONGEST: ClassVar[int] = 254

    field: Literal[
        "name", "email", "phone", "line_id", "street", "city", "province", "postcode", "company", "job_title"
    ]
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$", description="whose numbers are meant without +")] = "TH"

    def take(self, value: Any) -> tuple[Row, ...]:
        """One row with the value as the profile keeps it."""
        text = "" if value is None else cleaned(value, longest=self.LONGEST)
        if not text:
            return ()
        if "\n" in text:
            raise Refused(Why.FORMAT)
        try:
            if self.field == "email":
                text = emails.normalise(text)
            elif self.field == "phone":
                text = phones.normalise(text, region=self.country)
        except unreadable.Unreadable as problem:
            raise Refused(Why.FORMAT, problem.reason) from None
        return (Row(text=text),)

    def told(self, rows: Sequence[Row]) -> str:
        """As it is kept."""
        return rows[0].text

    def answer(self, rows: Sequence[Row]) -> Answer:
        """The value."""
        return rows[0].text if rows else None

    def domain(self) -> Domain:
        """Any words."""
        return Domain(None)


class Consent(Question, frozen=True, kw_only=True, tag="consent"):
    """A permission: yes or no to one purpose by one way, with the words in force for it. Writes the ledger."""

    IS_PERSONAL: ClassVar[bool] = True

    purpose: Annotated[str, Meta(min_length=1, max_length=40)]
    channel: Annotated[str, Meta(min_length=1, max_length=20)]

    def take(self, value: Any) -> tuple[Row, ...]:
        """One row: yes or no. A box that was left alone is no answer, and no answer is no permission."""
        if is_empty(value):
            return ()
        if value is True or value == "yes":
            return (Row(code="yes"),)
        if value is False or value == "no":
            return (Row(code="no"),)
        raise Refused(Why.TYPE)

    def told(self, rows: Sequence[Row]) -> bool:
        """Yes or no."""
        return rows[0].code == "yes"

    def answer(self, rows: Sequence[Row]) -> Answer:
        """Yes or no."""
        return rows[0].code == "yes" if rows else None

    def domain(self) -> Domain:
        """Both."""
        return Domain((True, False))
