"""What a coupon, a public code or a reward gives, as data, and what that is in a basket (ADR 32). Pure.

One structure for all of them: a percentage, an amount, an article for nothing, or store credit; on everything or on
some articles, from a smallest basket on, and at most so much. Money is in `currency`, as decimal strings; without one
it is in the basket's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from cdp.core import structures
from loyalty.rules.earning import Line, allotted
from loyalty.rules.fraction import Fraction
from loyalty.rules.programme import Some

ZERO = Decimal(0)
HUNDRED = Decimal(100)
MOST_AMOUNT = Decimal(10) ** 12
"""More than the ledger's columns hold is a slip of the hand."""
Currency = Annotated[str, Meta(pattern="^([A-Z]{3})?$")]


class _Benefit(
    msgspec.Struct, tag_field="gives", frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """What every benefit has. `minimum` is what the whole basket must come to."""

    minimum: Decimal | None = None
    currency: Currency = ""

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _check(self, "minimum")
        if self.has_money and not self.currency:
            raise ValueError("Expected `currency`, because there is money in it")

    @property
    def has_money(self) -> bool:
        """Whether something of it is in a currency."""
        return self.minimum is not None


class Percent(_Benefit, tag="percent", frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """So many percent off, of everything or of some articles, at most `most`."""

    percent: Decimal
    of: Some = Some()
    most: Decimal | None = None

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _check(self, "percent", "most")
        if self.percent > HUNDRED:
            raise ValueError("Expected `percent` <= 100")
        super().__post_init__()

    @property
    def has_money(self) -> bool:
        """Whether something of it is in a currency."""
        return self.minimum is not None or self.most is not None


class Amount(_Benefit, tag="amount", frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """So much off, of everything or of some articles; never more than these come to."""

    amount: Decimal
    of: Some = Some()

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _check(self, "amount")
        super().__post_init__()

    @property
    def has_money(self) -> bool:
        """It is money."""
        return True


class Item(_Benefit, tag="item", frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One of these articles for nothing, the dearest that is in the basket; up to `most` where one may be dearer."""

    of: Some
    most: Decimal | None = None

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _check(self, "most")
        if not self.of.skus and not self.of.categories:
            raise ValueError("Expected `of` to name articles")
        super().__post_init__()

    @property
    def has_money(self) -> bool:
        """Whether something of it is in a currency."""
        return self.minimum is not None or self.most is not None


class Credit(_Benefit, tag="credit", frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """So much into a wallet of store credit; nothing comes off the basket."""

    amount: Decimal
    wallet: Annotated[str, Meta(pattern="^[a-z][a-z0-9_-]{0,19}$")] = "credit"

    def __post_init__(self) -> None:
        """Decimals have limits of their own. Raises ValueError, as the decoder expects."""
        _check(self, "amount")
        super().__post_init__()

    @property
    def has_money(self) -> bool:
        """It is money."""
        return True


Benefit = Percent | Amount | Item | Credit


class _Read(msgspec.Struct):
    benefit: Benefit


def _check(part: Any, *names: str) -> None:
    for name in names:
        value = getattr(part, name)
        if value is not None and not (value.is_finite() and 0 < value <= MOST_AMOUNT):
            raise ValueError(f"Expected `{name}` > 0")


def read(value: Any) -> Benefit:
    """The benefit that a decoded JSON value describes. Raises `structures.Invalid` with its first mistake."""
    return structures.read({"benefit": value}, _Read, parts={}).benefit


def known(value: Any) -> Benefit:
    """The same of what we wrote ourselves."""
    found: Benefit = msgspec.convert(value, Benefit)
    return found


def written(benefit: Benefit) -> dict[str, Any]:
    """The benefit as JSON value, always the same for the same: what has its default is left out, `10.00` is `10`."""
    found: dict[str, Any] = msgspec.to_builtins(benefit)
    for name in found:
        value = getattr(benefit, name, None)
        if isinstance(value, Decimal):
            found[name] = format(value.normalize(), "f")
    return found


# --- in a basket ---


class Why(StrEnum):
    """Why it gives nothing in this basket."""

    AMOUNT_NEEDED = "amount_needed"
    LINES_NEEDED = "lines_needed"
    CURRENCY = "other_currency"
    TOO_SMALL = "basket_too_small"
    NO_ARTICLE = "no_such_article"


@dataclass(frozen=True, slots=True)
class Basket:
    """What is being paid for, before anything comes off; without an amount and lines nothing is known of it."""

    amount: Decimal | None = None
    currency: str = ""
    lines: Sequence[Line] = ()

    @property
    def whole(self) -> Decimal | None:
        """What it comes to: as told, else what its lines come to."""
        if self.amount is not None or not self.lines:
            return self.amount
        return sum((max(line.amount, ZERO) for line in self.lines), ZERO)


@dataclass(frozen=True, slots=True)
class Gives:
    """What comes off a basket, in its currency: in all and by line (which add up to it; none where no lines were told).
    `off` is None where nothing is known of the basket; `why` says why it gives nothing.
    """

    off: Decimal | None = None
    lines: Sequence[Decimal] = ()
    why: Why | None = None


def judge(benefit: Benefit, basket: Basket, *, digits: int) -> Gives:
    """What it gives in that basket, rounded once to so many decimals (half up), never more than what it is on."""
    why = _refused(benefit, basket)
    if why is not None:
        return Gives(why=why)
    whole = basket.whole
    if whole is None:
        return Gives()
    if isinstance(benefit, Credit):
        return Gives(_exact(ZERO, digits), [ZERO for _ in basket.lines])
    amounts = [Fraction(max(line.amount, ZERO)) for line in basket.lines]
    if isinstance(benefit, Item):
        return _item(benefit, basket, amounts, digits)
    meant = [is_meant(line, benefit.of) for line in basket.lines]
    parts = [amount if is_in else Fraction(0) for amount, is_in in zip(amounts, meant, strict=True)]
    if not is_any(benefit.of) and not any(parts):
        return Gives(why=Why.NO_ARTICLE)
    base = Fraction(whole) if is_any(benefit.of) else min(sum(parts, Fraction(0)), Fraction(whole))
    off = base * Fraction(benefit.percent) / 100 if isinstance(benefit, Percent) else Fraction(benefit.amount)
    if isinstance(benefit, Percent) and benefit.most is not None:
        off = min(off, Fraction(benefit.most))
    return _told(min(off, base), base, parts, digits)


def _refused(benefit: Benefit, basket: Basket) -> Why | None:
    """A minimum or an amount is in a currency; what was not told cannot be judged, so a minimum asks for it."""
    whole = basket.whole
    if whole is None:
        if benefit.minimum is not None:
            return Why.AMOUNT_NEEDED
        return None if isinstance(benefit, Credit) or is_any(benefit.of) else Why.LINES_NEEDED
    if benefit.has_money and basket.currency != benefit.currency:
        return Why.CURRENCY
    if benefit.minimum is not None and whole < benefit.minimum:
        return Why.TOO_SMALL
    if not basket.lines and not isinstance(benefit, Credit) and not is_any(benefit.of):
        return Why.LINES_NEEDED
    return None


def _item(benefit: Item, basket: Basket, amounts: Sequence[Fraction], digits: int) -> Gives:
    """One piece: the dearest there is (of two as dear the first)."""
    best, place = Fraction(0), -1
    for number, (line, amount) in enumerate(zip(basket.lines, amounts, strict=True)):
        if line.quantity <= 0 or not is_meant(line, benefit.of):
            continue
        piece = amount / max(Fraction(line.quantity), Fraction(1))
        if piece > best:
            best, place = piece, number
    if place < 0:
        return Gives(why=Why.NO_ARTICLE)
    most = min(best, Fraction(basket.whole or ZERO))
    off = most if benefit.most is None else min(most, Fraction(benefit.most))
    weights = [Fraction(number == place) for number in range(len(amounts))]
    return _told(off, most, weights, digits)


def _told(off: Fraction, base: Fraction, parts: Sequence[Fraction], digits: int) -> Gives:
    """Rounded half up, but never above what it is on; shared out over the lines it is on, to the last cent."""
    rounded = _exact(Decimal(off.numerator) / Decimal(off.denominator), digits)
    if Fraction(rounded) > base:
        rounded -= Decimal(1).scaleb(-digits)
    lines = allotted(rounded, parts, digits=digits) if any(parts) else [ZERO for _ in parts]
    return Gives(max(rounded, _exact(ZERO, digits)), lines)


def _exact(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def is_any(some: Some) -> bool:
    """Whether it is on everything."""
    return not some.skus and not some.categories


def is_meant(line: Line, some: Some) -> bool:
    """Whether it is on that line."""
    return is_any(some) or line.sku in some.skus or line.category in some.categories


def parts(value: Mapping[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """The percentage and the amount of what we wrote, where it has one."""
    one = known(value)
    percent = one.percent if isinstance(one, Percent) else None
    return percent, one.amount if isinstance(one, Amount | Credit) else None
