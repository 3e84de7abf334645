"""Answers that are chosen: one, several, an order of preference, one for each line, one of two pictures."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from surveys.rules.conditions.judging import Answer
from surveys.rules.kinds.base import Code, Domain, Option, Question, Refused, Row, Texts, Why, cleaned, is_empty

Options = Annotated[list[Option], Meta(min_length=2, max_length=100)]
LONGEST_OTHER = 200


class Chosen(Question, frozen=True, kw_only=True):
    """A list to choose from, in the order given or in one drawn for each person (and kept with the answer)."""

    options: Options
    shuffled: bool = False

    def option(self, code: Any) -> Option:
        """The option with this key. Raises Refused."""
        found = next((option for option in self.options if option.key == code), None)
        if found is None:
            raise Refused(Why.OPTION)
        return found

    def domain(self) -> Domain:
        """Every option."""
        return Domain(tuple(option.key for option in self.options))

    def texts(self) -> list[tuple[str, Texts]]:
        """Also those of the options."""
        return super().texts() + [(f"options/{n}/text", option.text) for n, option in enumerate(self.options)]

    def parts(self) -> dict[str, list[str]]:
        """Options."""
        return {"options": [option.key for option in self.options]}

    def conditions(self) -> list[tuple[str, str]]:
        """Also those of the options."""
        return super().conditions() + [
            (f"options/{n}/when", option.when) for n, option in enumerate(self.options) if option.when
        ]

    def _row(self, value: Any) -> Row:
        """One choice: a key, or a key with the words of an "other"."""
        words = ""
        if isinstance(value, dict):
            if not set(value) <= {"key", "text"}:
                raise Refused(Why.TYPE)
            words, value = cleaned(value.get("text") or "", longest=LONGEST_OTHER), value.get("key")
        if not isinstance(value, str):
            raise Refused(Why.TYPE)
        option = self.option(value)
        if words and not option.other:
            raise Refused(Why.TYPE)
        return Row(item=option.key, code=option.key, text=words)

    def _choice(self, row: Row) -> str | dict[str, str]:
        """One choice as `_row` reads it."""
        return {"key": row.code, "text": row.text} if row.text else row.code


class Single(Chosen, frozen=True, kw_only=True, tag="single"):
    """One of a list."""

    def take(self, value: Any) -> tuple[Row, ...]:
        """One row with the key of the option."""
        return () if is_empty(value) else (self._row(value),)

    def told(self, rows: Sequence[Row]) -> str | dict[str, str]:
        """The key, with the words of an "other"."""
        return self._choice(rows[0])

    def answer(self, rows: Sequence[Row]) -> Answer:
        """The key."""
        return rows[0].code if rows else None


class Multiple(Chosen, frozen=True, kw_only=True, tag="multiple"):
    """Several of a list, at least and at most so many."""

    least: Annotated[int, Meta(ge=0, le=100)] = 0
    most: Annotated[int, Meta(ge=0, le=100, description="0: as many as one likes")] = 0

    def take(self, value: Any) -> tuple[Row, ...]:
        """One row for each option, in the order of the question."""
        if is_empty(value):
            return ()
        if not isinstance(value, list):
            raise Refused(Why.TYPE)
        rows = [self._row(one) for one in value[: len(self.options) + 1]]
        keys = [row.code for row in rows]
        if len(set(keys)) < len(keys):
            raise Refused(Why.TWICE)
        if len(keys) > 1 and any(self.option(key).exclusive for key in keys):
            raise Refused(Why.EXCLUSIVE)
        if len(keys) < self.least and not self.option(keys[0]).exclusive:
            raise Refused(Why.TOO_FEW, self.least)
        if self.most and len(keys) > self.most:
            raise Refused(Why.TOO_MANY, self.most)
        order = [option.key for option in self.options]
        return tuple(sorted(rows, key=lambda row: order.index(row.code)))

    def told(self, rows: Sequence[Row]) -> list[str | dict[str, str]]:
        """All choices, in the order of the question."""
        order = [option.key for option in self.options]
        return [self._choice(row) for row in sorted(rows, key=lambda row: order.index(row.code))]

    def answer(self, rows: Sequence[Row]) -> Answer:
        """All keys."""
        return tuple(row.code for row in rows)

    def domain(self) -> Domain:
        """Any of the options together."""
        return Domain(
            tuple(option.key for option in self.options),
            is_several=True,
            alone=frozenset(option.key for option in self.options if option.exclusive),
            least=self.least,
            most=self.most,
        )


class Ranking(Chosen, frozen=True, kw_only=True, tag="ranking"):
    """An order of preference, of all options or of the first `top`."""

    top: Annotated[int, Meta(ge=0, le=100, description="how many to place; 0: all")] = 0

    @property
    def places(self) -> int:
        """How many are to be placed."""
        return min(self.top, len(self.options)) or len(self.options)

    def take(self, value: Any) -> tuple[Row, ...]:
        """One row for each placed option, its place as number: 1 is the first. Fewer than asked are taken too."""
        if is_empty(value):
            return ()
        if not isinstance(value, list):
            raise Refused(Why.TYPE)
        if len(value) > self.places:
            raise Refused(Why.TOO_MANY, self.places)
        rows = [self._row(one) for one in value]
        if len({row.code for row in rows}) < len(rows):
            raise Refused(Why.TWICE)
        return tuple(
            Row(item=row.code, code=row.code, number=Decimal(place), text=row.text) for place, row in enumerate(rows, 1)
        )

    def told(self, rows: Sequence[Row]) -> list[str | dict[str, str]]:
        """The choices, the first one first."""
        return [self._choice(row) for row in sorted(rows, key=lambda row: row.number or 0)]

    def answer(self, rows: Sequence[Row]) -> Answer:
        """The first: what conditions ask about is what somebody wants most."""
        first = min(rows, key=lambda row: row.number or 0, default=None)
        return first.code if first else None


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line of a matrix."""

    key: Code
    text: Texts


class Matrix(Chosen, frozen=True, kw_only=True, tag="matrix"):
    """One of the options for each line; on a phone each line is a card."""

    lines: Annotated[list[Line], Meta(min_length=1, max_length=50)]

    def take(self, value: Any) -> tuple[Row, ...]:
        """One row for each line that was answered: `{line: option}`."""
        if is_empty(value):
            return ()
        if not isinstance(value, dict):
            raise Refused(Why.TYPE)
        known = {line.key for line in self.lines}
        if not known.issuperset(value):
            raise Refused(Why.LINE)
        given = {line: option for line, option in value.items() if not is_empty(option)}
        if self.required and given and (missing := [line.text for line in self.lines if line.key not in given]):
            raise Refused(Why.MISSING, missing)
        numbers = {option.key: Decimal(number) for number, option in enumerate(self.options, 1)}
        return tuple(
            Row(item=line.key, code=(code := self._row(given[line.key]).code), number=numbers[code])
            for line in self.lines
            if line.key in given
        )

    def told(self, rows: Sequence[Row]) -> dict[str, str]:
        """`{line: option}`."""
        return {row.item: row.code for row in rows}

    def answer(self, rows: Sequence[Row]) -> Answer:
        """All that was chosen in any line; a line is asked about as {matrix.line}."""
        return tuple(row.code for row in rows)

    def domain(self) -> Domain:
        """The options, for each line."""
        return Domain(tuple(option.key for option in self.options), lines=tuple(line.key for line in self.lines))

    def parts(self) -> dict[str, list[str]]:
        """Options and lines."""
        return {**super().parts(), "lines": [line.key for line in self.lines]}

    def texts(self) -> list[tuple[str, Texts]]:
        """Also those of the lines."""
        return super().texts() + [(f"lines/{n}/text", line.text) for n, line in enumerate(self.lines)]


MOST_PICTURES = 4
"""More than four fit on no phone, and take many more people to tell apart."""


class Picture(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One of a few pictures: a file of the shop's own, and what it shows for who cannot see it."""

    key: Code
    image: Annotated[str, Meta(pattern="^[a-z0-9]{8,64}$", description="the name of an uploaded picture")]
    text: Texts


class Poll(Question, frozen=True, kw_only=True, tag="poll"):
    """Which of two (to four) designs somebody prefers. Their places are drawn for each person, and kept."""

    pictures: Annotated[list[Picture], Meta(min_length=2, max_length=MOST_PICTURES)]

    def take(self, value: Any) -> tuple[Row, ...]:
        """One row with the key of the picture."""
        if is_empty(value):
            return ()
        if value not in [picture.key for picture in self.pictures]:
            raise Refused(Why.OPTION if isinstance(value, str) else Why.TYPE)
        return (Row(item=value, code=value),)

    def told(self, rows: Sequence[Row]) -> str:
        """The key."""
        return rows[0].code

    def answer(self, rows: Sequence[Row]) -> Answer:
        """The key."""
        return rows[0].code if rows else None

    def domain(self) -> Domain:
        """Each of them."""
        return Domain(tuple(picture.key for picture in self.pictures))

    def parts(self) -> dict[str, list[str]]:
        """The pictures."""
        return {"pictures": [picture.key for picture in self.pictures]}

    def texts(self) -> list[tuple[str, Texts]]:
        """Also what the pictures show."""
        return super().texts() + [(f"pictures/{n}/text", picture.text) for n, picture in enumerate(self.pictures)]
