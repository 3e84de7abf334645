"""What a purchase is worth in points, with the reasons: one pure function for the pipeline, the till's question (“this
basket would earn 37”), the simulation of a new programme and the tests.

Amounts are reckoned as fractions, so that a third of a discount never costs a point; only what is given is rounded.
Days, weeks and weekdays are those of the shop's clock: `at` is in its zone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from math import floor, lcm

from loyalty.rules.fraction import Fraction
from loyalty.rules.programme import MAIN, Action, Bonus, Cap, Item, Programme, Some, Spend, Visit, Window

ZERO = Decimal(0)
Rule = Spend | Visit | Item | Action


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a basket: what was paid for it after its own discount, before that of the whole."""

    sku: str
    category: str
    quantity: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Basket:
    """A purchase in the programme's currency. `total` as the store gave it tells whether tax is inside the lines.
    `rewards` is how much of `discount` was paid with points, vouchers and coupons of ours.
    """

    at: datetime
    lines: Sequence[Line]
    discount: Decimal = ZERO
    shipping: Decimal = ZERO
    tax: Decimal = ZERO
    total: Decimal | None = None
    rewards: Decimal = ZERO

    @property
    def sum(self) -> Decimal:
        """What the lines come to."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def has_tax_inside(self) -> bool:
        """Whether the lines hold the tax already: the total fits better without adding it."""
        if self.total is None or not self.tax:
            return False
        rest = self.sum - self.discount + self.shipping
        return abs(self.total - rest) < abs(self.total - rest - self.tax)


class WhyNot(StrEnum):
    """Why a rule gave nothing, or less."""

    WINDOW = "window"
    TIER = "tier"
    ARTICLES = "articles"
    MINIMUM = "minimum"
    REWARDS = "rewards"  # paid with rewards, and the rule gives nothing then
    CAP = "cap"
    STACK = "stack"  # another rule gave more, or was the last to be looked at
    TOO_LITTLE = "too_little"  # less than one full unit


@dataclass(frozen=True, slots=True)
class Reason:
    """What one rule or bonus did. `of` is the money or number it looked at, `factor` what multiplied it, `cut` what a
    cap took away.
    """

    rule: str
    wallet: str
    points: Decimal
    of: Decimal = ZERO
    factor: Decimal = Decimal(1)
    cut: Decimal = ZERO
    why_not: WhyNot | None = None


@dataclass(slots=True)
class Worth:
    """What goes into one wallet: in all, by line of the basket, and how much of it counts for tiers."""

    points: Decimal = ZERO
    lines: list[Decimal] = field(default_factory=list)
    qualifying: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a basket is worth, by wallet, and why. `counts`: its spend, visits and items, for tiers that count those.
    `paid`: what was paid for each line in the end, with its share of the discount and with tax.
    """

    wallets: Mapping[str, Worth]
    reasons: Sequence[Reason]
    counts: Mapping[str, Decimal]
    paid: Sequence[Fraction] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What a rule gave a member in a period so far."""

    points: Decimal = ZERO
    times: int = 0


So_far = Mapping[tuple[str, str], Given]
"""By rule and period (`period`)."""


def period(cap: Cap, on: date) -> str:
    """The name of the period of a cap that a day lies in; empty for one that only looks at the fact itself."""
    week = on.isocalendar()
    return {
        "fact": "",
        "day": on.isoformat(),
        "week": f"{week.year}-W{week.week:02d}",
        "month": f"{on:%Y-%m}",
        "year": f"{on:%Y}",
        "ever": "ever",
    }[cap.per]


def periods(cap: Cap, on: date) -> tuple[date, date] | None:
    """The first day of the period and the day behind its last; None for the fact itself and for ever."""
    if cap.per == "day":
        return on, on + timedelta(days=1)
    if cap.per == "week":
        first = on - timedelta(days=on.isoweekday() - 1)
        return first, first + timedelta(days=7)
    if cap.per == "month":
        return on.replace(day=1), (on.replace(day=28) + timedelta(days=4)).replace(day=1)
    if cap.per == "year":
        return date(on.year, 1, 1), date(on.year + 1, 1, 1)
    return None


def is_open(window: Window, at: datetime) -> bool:
    """Whether a moment of the shop's clock lies in a window. One that closes before it opens lasts over midnight."""
    if (window.since and at.date() < window.since) or (window.until and at.date() > window.until):
        return False
    if window.weekdays and at.isoweekday() not in window.weekdays:
        return False
    now = at.time()
    if window.opens and window.closes and window.closes < window.opens:
        return now >= window.opens or now < window.closes
    return not (window.opens and now < window.opens) and not (window.closes and now >= window.closes)


def _is_meant(line: Line, of: Some, but: Some) -> bool:
    def named(some: Some) -> bool:
        return line.sku in some.skus or line.category in some.categories

    is_anything = not of.skus and not of.categories
    return (is_anything or named(of)) and not named(but)


class _Amounts:
    """What was paid line by line, each way a rule may look at it."""

    def __init__(self, basket: Basket) -> None:
        self.basket = basket
        self._plain = [Fraction(line.amount) for line in basket.lines]
        self._sum = sum(self._plain, Fraction(0))
        self._inside = basket.has_tax_inside
        self._known: dict[tuple[str, str], list[Fraction]] = {}

    def lines(self, basis: str, rewards: str) -> list[Fraction]:
        """By line, in order. Discounts and tax lie on the lines in proportion to what they come to."""
        if (basis, rewards) not in self._known:
            basket = self.basket
            change = (min(basket.rewards, basket.discount) if rewards == "gross" else ZERO) - basket.discount
            if basis == "before_tax" and self._inside:
                change -= basket.tax
            elif basis == "after_tax" and not self._inside:
                change += basket.tax
            if not change and self._sum > 0:
                self._known[basis, rewards] = [amount if amount > 0 else Fraction(0) for amount in self._plain]
            else:
                share = 1 + Fraction(change) / self._sum if self._sum else Fraction(0)
                self._known[basis, rewards] = [max(amount * share, Fraction(0)) for amount in self._plain]
        return self._known[basis, rewards]


def paid(basket: Basket) -> Sequence[Fraction]:
    """What was paid for each line in the end, with its share of the discount and with tax."""
    return _Amounts(basket).lines("after_tax", "net")


def judge(
    programme: Programme,
    basket: Basket,
    *,
    tier: str = "",
    so_far: So_far | None = None,
    digits: Mapping[str, int] | None = None,
) -> Judgement:
    """What a purchase is worth to a member of that tier who was given `so_far` in the periods of the rules' caps.

    `digits` is how finely a wallet counts (0 where nothing is said). The tier's factor is one of the factors.
    """
    sheet = _Sheet(programme, basket, tier, so_far or {}, digits or {})
    best: dict[str, list[_Gain]] = {}
    gains: list[_Gain] = []
    is_over = False
    for rule in sorted(programme.rules, key=lambda rule: (rule.priority, rule.key)):
        if isinstance(rule, Action):
            continue
        if is_over:
            sheet.refuse(rule.key, rule.wallet, WhyNot.STACK)
            continue
        gain = sheet.gain(rule)
        if gain is None:
            continue
        if rule.stack == "best":
            best.setdefault(rule.wallet, []).append(gain)
        else:
            gains.append(gain)
            is_over = rule.stack == "only"
    for rivals in best.values():
        first, *others = sorted(rivals, key=lambda gain: -gain.points)
        gains.append(first)
        for other in others:
            sheet.refuse(other.rule, other.wallet, WhyNot.STACK)
    more = (sheet.more(bonus) for bonus in programme.bonuses if bonus.extra is not None)
    gains += [gain for gain in more if gain]
    return sheet.sum_up(gains)


@dataclass(frozen=True, slots=True)
class _Gain:
    """What one rule gives: `weights` say which lines it is for."""

    rule: str
    wallet: str
    points: Decimal
    qualifying: Decimal
    weights: Sequence[Fraction]
    of: Decimal
    factor: Decimal
    cut: Decimal


class _Sheet:
    """One judging: what is looked at, and the reasons so far."""

    def __init__(
        self, programme: Programme, basket: Basket, tier: str, so_far: So_far, digits: Mapping[str, int]
    ) -> None:
        self.programme, self.basket, self.tier, self.so_far, self.digits = programme, basket, tier, so_far, digits
        self.amounts = _Amounts(basket)
        self.reasons: list[Reason] = []
        ranks = {rank.key: rank for rank in programme.tiering.tiers}
        self.tier_factor = {MAIN: Fraction(ranks[tier].factor)} if tier in ranks else {}

    def refuse(self, rule: str, wallet: str, why: WhyNot) -> None:
        self.reasons.append(Reason(rule, wallet, ZERO, why_not=why))

    def gain(self, rule: Spend | Visit | Item) -> _Gain | None:
        """What a rule gives before stacking, capped; None with a reason where it gives nothing."""
        why = self._closed(rule)
        if why is None and isinstance(rule, Spend) and rule.rewards == "none" and self.basket.rewards > 0:
            why = WhyNot.REWARDS
        basis, rewards = (rule.basis, rule.rewards) if isinstance(rule, Spend) else ("after_tax", "net")
        paid = self.amounts.lines(basis, "gross" if rewards == "gross" else "net")
        meant = [_is_meant(line, rule.of, rule.but) for line in self.basket.lines]
        amounts = [amount if is_in else Fraction(0) for amount, is_in in zip(paid, meant, strict=True)]
        if why is None and not any(meant):
            why = WhyNot.ARTICLES
        if why is None and not isinstance(rule, Item) and sum(amounts) < Fraction(rule.minimum):
            why = WhyNot.MINIMUM
        if why is not None:
            self.refuse(rule.key, rule.wallet, why)
            return None
        of = sum(amounts, Fraction(0))
        return self._given(rule, of, *self._share(rule, of, amounts, meant))

    def _closed(self, rule: Rule | Bonus) -> WhyNot | None:
        if not is_open(rule.window, self.basket.at):
            return WhyNot.WINDOW
        return WhyNot.TIER if rule.tiers and self.tier not in rule.tiers else None

    def _share(
        self, rule: Spend | Visit | Item, of: Fraction, amounts: Sequence[Fraction], meant: Sequence[bool]
    ) -> tuple[Fraction, Sequence[Fraction]]:
        """What the rule gives before factors, and in which proportion it lies on the lines."""
        if isinstance(rule, Item):
            pieces = [
                Fraction(line.quantity) if is_in else Fraction(0)
                for line, is_in in zip(self.basket.lines, meant, strict=True)
            ]
            return sum(pieces, Fraction(0)) * Fraction(rule.points), pieces
        if isinstance(rule, Visit):
            # A gift without a price is a visit all the same, spread evenly.
            return Fraction(rule.points), amounts if of else [Fraction(is_in) for is_in in meant]
        if rule.each == "line":
            units = [Fraction(_units(amount, rule)) for amount in amounts]
            return sum(units, Fraction(0)) * Fraction(rule.points), units
        return _units(of, rule) * Fraction(rule.points) if of else Fraction(0), amounts

    def _given(
        self, rule: Spend | Visit | Item, of: Fraction, whole: Fraction, weights: Sequence[Fraction]
    ) -> _Gain | None:
        if isinstance(rule, Item):
            of = sum(weights, Fraction(0))
        factors = self._factors(rule.wallet)
        if factors is None:  # the same on every line
            factor = self.tier_factor.get(rule.wallet, Fraction(1))
            raised = counts = whole * factor
        else:
            parts = _spread(whole, weights)
            weights = [part * factor for part, factor in zip(parts, factors[0], strict=True)]
            raised = sum(weights, Fraction(0))
            counts = sum((part * factor for part, factor in zip(parts, factors[1], strict=True)), Fraction(0))
            factor = raised / whole if whole else Fraction(1)
        full = self._down(rule.wallet, raised)
        points = self._capped(rule.key, rule.caps, full)
        if points <= 0:
            self.refuse(rule.key, rule.wallet, WhyNot.CAP if full > 0 else WhyNot.TOO_LITTLE)
            return None
        return _Gain(
            rule.key,
            rule.wallet,
            points,
            min(points, self._down(rule.wallet, counts)) if rule.is_qualifying else ZERO,
            weights,
            decimal(of),
            decimal(factor) if factor != 1 else Decimal(1),
            full - points,
        )

    def _factors(self, wallet: str) -> tuple[list[Fraction], list[Fraction]] | None:
        """By line: what multiplies there, and what of it counts for tiers. None where it is the tier's alone."""
        if not any(bonus.factor is not None and bonus.wallet == wallet for bonus in self.programme.bonuses):
            return None
        tiers = self.tier_factor.get(wallet, Fraction(1))
        every = [[tiers] for _ in self.basket.lines]
        sure = [[tiers] for _ in self.basket.lines]
        paid = self.amounts.lines("after_tax", "net")
        for bonus in self.programme.bonuses:
            if bonus.factor is None or bonus.wallet != wallet or self._closed(bonus):
                continue
            meant = [_is_meant(line, bonus.of, bonus.but) for line in self.basket.lines]
            reached = sum((amount for amount, is_in in zip(paid, meant, strict=True) if is_in), Fraction(0))
            if reached < Fraction(bonus.minimum):
                continue
            for place in (place for place, is_in in enumerate(meant) if is_in):
                every[place].append(Fraction(bonus.factor))
                if bonus.is_qualifying:
                    sure[place].append(Fraction(bonus.factor))
        how = self.programme.factors
        return [_joined(how, some) for some in every], [_joined(how, some) for some in sure]

    def more(self, bonus: Bonus) -> _Gain | None:
        """What a bonus adds once."""
        why = self._closed(bonus)
        paid = self.amounts.lines("after_tax", "net")
        meant = [
            amount if _is_meant(line, bonus.of, bonus.but) else Fraction(0)
            for line, amount in zip(self.basket.lines, paid, strict=True)
        ]
        whole = sum(meant, Fraction(0))
        if why is None and not whole:
            why = WhyNot.ARTICLES
        if why is None and whole < Fraction(bonus.minimum):
            why = WhyNot.MINIMUM
        full = self._down(bonus.wallet, Fraction(bonus.extra or ZERO))
        points = ZERO if why else self._capped(bonus.key, bonus.caps, full)
        if points <= 0:
            self.refuse(bonus.key, bonus.wallet, why or WhyNot.CAP)
            return None
        qualifying = points if bonus.is_qualifying else ZERO
        return _Gain(bonus.key, bonus.wallet, points, qualifying, meant, decimal(whole), Decimal(1), full - points)

    def _capped(self, key: str, caps: Iterable[Cap], points: Decimal) -> Decimal:
        return capped(key, caps, self.so_far, self.basket.at.date(), points)

    def _down(self, wallet: str, value: Fraction) -> Decimal:
        """Never more than was earned: down to what the wallet counts in."""
        places = self.digits.get(wallet, 0)
        return Decimal(floor(value * 10**places)).scaleb(-places)

    def sum_up(self, gains: Sequence[_Gain]) -> Judgement:
        wallets: dict[str, Worth] = {}
        for gain in gains:
            worth = wallets.setdefault(gain.wallet, Worth(lines=[ZERO for _ in self.basket.lines]))
            worth.points += gain.points
            worth.qualifying += gain.qualifying
            for place, part in enumerate(allotted(gain.points, gain.weights, self.digits.get(gain.wallet, 0))):
                worth.lines[place] += part
            self.reasons.append(Reason(gain.rule, gain.wallet, gain.points, gain.of, gain.factor, gain.cut))
        paid = self.amounts.lines("after_tax", "net")
        counts = {
            "spend": decimal(sum(paid, Fraction(0))),
            "visits": Decimal(1),
            "items": sum((line.quantity for line in self.basket.lines), ZERO),
        }
        return Judgement(wallets, tuple(self.reasons), counts, paid)


def capped(key: str, caps: Iterable[Cap], so_far: So_far, on: date, points: Decimal) -> Decimal:
    """What of these points the caps of a rule leave on that day, after what it gave in their periods so far."""
    for cap in caps:
        given = so_far.get((key, period(cap, on)), Given()) if cap.per != "fact" else Given()
        if cap.times is not None and given.times >= cap.times:
            return ZERO
        if cap.points is not None:
            points = min(points, max(cap.points - given.points, ZERO))
    return points


def allotted(points: Decimal, weights: Sequence[Fraction], digits: int = 0) -> list[Decimal]:
    """Points shared out over lines, whole in the wallet's unit, by largest remainder: the parts are the whole."""
    if not weights:
        return []
    # In whole numbers: the same proportions, many times as fast as fractions.
    common = lcm(*(weight.denominator for weight in weights))
    shares = [weight.numerator * (common // weight.denominator) for weight in weights]
    whole = sum(shares)
    if not whole:
        shares, whole = [1] * len(weights), len(weights)
    units = int(points.scaleb(digits))
    found = [divmod(units * share, whole) for share in shares]
    parts = [part for part, _ in found]
    by_rest = sorted(range(len(parts)), key=lambda place: (-found[place][1], place))
    for place in by_rest[: units - sum(parts)]:
        parts[place] += 1
    return [Decimal(part).scaleb(-digits) for part in parts]


def _units(amount: Fraction, rule: Spend) -> int:
    exact = amount / Fraction(rule.per)
    if rule.rounding == "ceiling":
        return -floor(-exact)
    return floor(exact + Fraction(1, 2)) if rule.rounding == "half_up" else floor(exact)


def _spread(points: Fraction, weights: Sequence[Fraction]) -> list[Fraction]:
    whole = sum(weights, Fraction(0))
    return [points * weight / whole if whole else Fraction(0) for weight in weights]


def _joined(how: str, factors: Sequence[Fraction]) -> Fraction:
    if how == "largest":
        return max(factors)
    if how == "sum":
        return 1 + sum((factor - 1 for factor in factors), Fraction(0))
    product = Fraction(1)
    for factor in factors:
        product *= factor
    return product


def decimal(value: Fraction) -> Decimal:
    """To four places, as amounts are kept."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.0001"))
