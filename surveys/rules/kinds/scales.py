"""Answers that are a point on a scale: stars, points, NPS, CSAT, CES, faces, thumbs, yes or no."""

import abc
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from surveys.rules.conditions.judging import Answer
from surveys.rules.kinds.base import Domain, Question, Refused, Row, Texts, Why, is_empty, whole
from surveys.rules.statistics import nps


class Scale(Question, frozen=True, kw_only=True):
    """A whole number between two ends, with words at the ends."""

    low: Texts = {}
    high: Texts = {}

    @abc.abstractmethod
    def ends(self) -> tuple[int, int]:
        """The lowest and the highest number."""

    def take(self, value: Any) -> tuple[Row, ...]:
        """One row with the number."""
        return () if is_empty(value) else (Row(number=Decimal(whole(value, *self.ends()))),)

    def told(self, rows: Sequence[Row]) -> int:
        """The number."""
        return int(rows[0].number or 0)

    def answer(self, rows: Sequence[Row]) -> Answer:
        """The number."""
        return rows[0].number if rows else None

    def domain(self) -> Domain:
        """Every point of the scale."""
        lowest, highest = self.ends()
        return Domain(tuple(Decimal(number) for number in range(lowest, highest + 1)))

    def texts(self) -> list[tuple[str, Texts]]:
        """Also the words at the ends."""
        return super().texts() + [(name, texts) for name in ("low", "high") if (texts := getattr(self, name))]


class Stars(Scale, frozen=True, kw_only=True, tag="stars"):
    """So many stars, five if nothing else is said."""

    steps: Annotated[int, Meta(ge=3, le=10)] = 5

    def ends(self) -> tuple[int, int]:
        """One star is the least."""
        return 1, self.steps


class Points(Scale, frozen=True, kw_only=True, tag="points"):
    """So many points, from 0 or 1 on."""

    lowest: Literal[0, 1] = 1
    steps: Annotated[int, Meta(ge=2, le=100, description="the highest number")] = 10

    def ends(self) -> tuple[int, int]:
        """As the shop chose."""
        return self.lowest, self.steps


class Nps(Scale, frozen=True, kw_only=True, tag="nps"):
    """How likely somebody is to recommend us, on the standard scale from 0 or on the one from 1 some shops keep."""

    scheme: Literal["nps_0_10", "nps_1_10"] = "nps_0_10"

    def ends(self) -> tuple[int, int]:
        """As the scheme says."""
        scheme = nps.SCHEMES[self.scheme]
        return scheme.lowest, scheme.highest


class Csat(Scale, frozen=True, kw_only=True, tag="csat"):
    """How satisfied somebody is; the upper two steps count as satisfied."""

    steps: Literal[5, 7, 10] = 5

    def ends(self) -> tuple[int, int]:
        """From 1 on."""
        return 1, self.steps


class Ces(Scale, frozen=True, kw_only=True, tag="ces"):
    """How easy something was. `easy` says which end is the easy one, so that means of two surveys can be read."""

    steps: Literal[5, 7] = 7
    easy: Literal["high", "low"] = "high"

    def ends(self) -> tuple[int, int]:
        """From 1 on."""
        return 1, self.steps


class Emoji(Scale, frozen=True, kw_only=True, tag="emoji"):
    """A face of three or five, from unhappy to happy; readers of screens hear its words."""

    steps: Literal[3, 5] = 5

    def ends(self) -> tuple[int, int]:
        """From 1 on."""
        return 1, self.steps


class YesNo(Question, frozen=True, kw_only=True, tag="yes_no"):
    """Yes or no."""

    TRUE: ClassVar[tuple[Any, ...]] = (True, "yes", "true", "1", 1)
    FALSE: ClassVar[tuple[Any, ...]] = (False, "no", "false", "0", 0)

    def take(self, value: Any) -> tuple[Row, ...]:
        """One row: 1 for yes, 0 for no."""
        if is_empty(value):
            return ()
        known = isinstance(value, bool | int | str)
        if known and value in self.TRUE:
            return (Row(number=Decimal(1), code="yes"),)
        if known and value in self.FALSE:
            return (Row(number=Decimal(0), code="no"),)
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


class Like(YesNo, frozen=True, kw_only=True, tag="like"):
    """Thumbs up or down."""

    TRUE: ClassVar[tuple[Any, ...]] = (*YesNo.TRUE, "like")
    FALSE: ClassVar[tuple[Any, ...]] = (*YesNo.FALSE, "dislike")
