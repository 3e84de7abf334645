"""What a purchase was worth, frozen as it was judged, and what of it is due now: a difference (ADR 31). Pure.

Amounts here are in the programme's currency.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from loyalty.rules import keeping
from loyalty.rules.earning import Basket, Given, Judgement, Line, allotted, decimal, judge, paid, period
from loyalty.rules.fraction import Fraction
from loyalty.rules.keeping import Back, Earned
from loyalty.rules.programme import MAIN, Item, Programme, Spend

ZERO = Decimal(0)
CENT = Decimal("0.0001")
BASES = ("spend", "visits", "items", "points")


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order as it stands: its basket, what came back of it, and whether nothing of it counts any more."""

    basket: Basket
    returns: Sequence[tuple[Decimal, Sequence[Back]]] = ()
    is_void: bool = False

    @property
    def mark(self) -> str:
        """The same for the same basket: what was judged once is not judged again."""
        one = self.basket
        said = [(line.sku, line.category, line.quantity, line.amount) for line in one.lines]
        whole = (said, one.discount, one.shipping, one.tax, one.total, one.rewards, one.at.isoformat())
        return hashlib.sha256(repr(whole).encode()).hexdigest()[:16]

    def at_rate(self, rate: Decimal) -> "Purchase":
        """In another currency, of which one unit of this one is `rate`."""
        if rate == 1:
            return self

        def changed(amount: Decimal) -> Decimal:
            return (amount * rate).quantize(CENT)

        one = self.basket
        basket = Basket(
            one.at,
            [replace(line, amount=changed(line.amount)) for line in one.lines],
            discount=changed(one.discount),
            shipping=changed(one.shipping),
            tax=changed(one.tax),
            total=None if one.total is None else changed(one.total),
            rewards=changed(one.rewards),
        )
        returns = [
            (changed(amount), [replace(back, amount=changed(back.amount)) for back in backs])
            for amount, backs in self.returns
        ]
        return Purchase(basket, returns, self.is_void)

    def paid_with(self, rewards: Decimal) -> "Purchase":
        """So much more of its discount was paid with what had been earned."""
        if not rewards:
            return self
        one = self.basket
        return replace(self, basket=replace(one, rewards=min(one.rewards + rewards, one.discount)))


def gone(purchase: Purchase) -> Fraction:
    """How much of a purchase has come back, from 0 to 1: by what was paid for its articles, or by their prices where
    all of it was paid with what had been earned.
    """
    if purchase.is_void:
        return Fraction(1)
    if not purchase.returns:
        return Fraction(0)
    lines, amounts = purchase.basket.lines, paid(purchase.basket)
    weights = amounts if sum(amounts) else [Fraction(line.amount) for line in lines]
    if not sum(weights):
        return Fraction(0)
    bare = [Earned(line.sku, line.quantity, decimal(weight), ZERO) for line, weight in zip(lines, weights, strict=True)]
    shares = keeping.shares(bare, purchase.returns)
    return sum((share * weight for share, weight in zip(shares, weights, strict=True)), Fraction(0)) / sum(weights)


@dataclass(frozen=True, slots=True)
class Portion:
    """What one wallet got of a purchase: in all, by line, by rule, and how much of it counts for tiers."""

    points: Decimal
    qualifying: Decimal
    lines: Sequence[Decimal]
    rules: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Frozen:
    """A purchase as it was judged: under which circumstances, and what came of it.

    `lines` are SKU, quantity and what was paid. `so_far` is what caps had given before, by rule and period.
    """

    tier: str
    rate: Decimal
    mark: str
    so_far: Mapping[tuple[str, str], Given]
    lines: Sequence[tuple[str, Decimal, Decimal]]
    counts: Mapping[str, Decimal]
    portions: Mapping[str, Portion]


@dataclass(frozen=True, slots=True)
class Due:
    """What somebody may have for a purchase as it stands: by wallet, and what counts for tiers by basis."""

    points: Mapping[str, Decimal] = field(default_factory=dict)
    counts: Mapping[str, Decimal] = field(default_factory=dict)


def assess(
    programme: Programme,
    purchase: Purchase,
    *,
    tier: str,
    rate: Decimal,
    so_far: Mapping[tuple[str, str], Given],
    digits: Mapping[str, int],
) -> Frozen:
    """Judge a purchase (at that rate already) and freeze what came of it."""
    basket = purchase.basket
    judged = judge(programme, basket, tier=tier, so_far=so_far, digits=digits)
    parts = allotted(judged.counts["spend"], judged.paid, digits=4)
    lines = [(line.sku, line.quantity, part) for line, part in zip(basket.lines, parts, strict=True)]
    return Frozen(tier, rate, purchase.mark, so_far, lines, dict(judged.counts), _portions(judged))


def _portions(judged: Judgement) -> dict[str, Portion]:
    return {
        wallet: Portion(
            worth.points,
            worth.qualifying,
            tuple(worth.lines),
            {one.rule: one.points for one in judged.reasons if one.wallet == wallet and one.points > 0},
        )
        for wallet, worth in judged.wallets.items()
    }


def due(frozen: Frozen, purchase: Purchase, digits: Mapping[str, int]) -> Due:
    """What may be kept of a purchase after what came back of it."""
    if purchase.is_void:
        return Due(dict.fromkeys(frozen.portions, ZERO), dict.fromkeys(BASES, ZERO))
    points = {wallet: portion.points for wallet, portion in frozen.portions.items()}
    if not purchase.returns:
        main = frozen.portions.get(MAIN)
        counts = {"visits": frozen.counts["visits"], "points": main.qualifying if main else ZERO}
        return Due(points, counts | {basis: max(frozen.counts[basis], ZERO) for basis in ("spend", "items")})
    bare = [Earned(sku, quantity, amount, ZERO) for sku, quantity, amount in frozen.lines]
    gone = keeping.shares(bare, purchase.returns)
    for wallet, portion in frozen.portions.items():
        earned = [Earned(*line, points) for line, points in zip(frozen.lines, portion.lines, strict=True)]
        points[wallet] = keeping.kept(earned, gone, total=portion.points, digits=digits.get(wallet, 0))
    return Due(points, _counted(frozen, gone, points.get(MAIN, ZERO), digits.get(MAIN, 0)))


def _counted(frozen: Frozen, gone: Sequence[Fraction], kept: Decimal, digits: int) -> dict[str, Decimal]:
    main = frozen.portions.get(MAIN)
    qualifying = ZERO
    if main and main.points:
        qualifying = (main.qualifying * kept / main.points).quantize(Decimal(1).scaleb(-digits))
    stays = not gone or any(share < 1 for share in gone)
    back = sum(
        (share * Fraction(amount) for share, (_, _, amount) in zip(gone, frozen.lines, strict=True)), Fraction(0)
    )
    pieces = sum(
        (share * Fraction(quantity) for share, (_, quantity, _) in zip(gone, frozen.lines, strict=True)), Fraction(0)
    )
    return {
        "spend": max(frozen.counts["spend"] - decimal(back), ZERO) if stays else ZERO,
        "visits": frozen.counts["visits"] if stays else ZERO,
        "items": max(frozen.counts["items"] - decimal(pieces), ZERO) if stays else ZERO,
        "points": qualifying,
    }


def kept_by_rule(frozen: Frozen | None, due: Due, wallet: str) -> dict[str, Decimal]:
    """What rules still give into a wallet for a purchase, in proportion to what is due of it: what caps count. A rule
    that gives nothing any more is left out, so that the next purchase may have what this one had.
    """
    portion = frozen.portions.get(wallet) if frozen else None
    left = due.points.get(wallet, ZERO)
    if portion is None or left <= 0 or portion.points <= 0:
        return {}
    return {rule: (points * left / portion.points).quantize(CENT) for rule, points in portion.rules.items()}


# --- as it stands in an act ---


def written(frozen: Frozen, wallet: str) -> dict[str, Any]:
    """What an act of that wallet keeps of a judgement, as JSON; decimals as text."""
    portion = frozen.portions.get(wallet) or Portion(ZERO, ZERO, [ZERO for _ in frozen.lines], {})
    found: dict[str, Any] = {
        "lines": [
            [sku, text(quantity), text(amount), text(points)]
            for (sku, quantity, amount), points in zip(frozen.lines, portion.lines, strict=True)
        ],
        "points": text(portion.points),
        "rules": {rule: text(points) for rule, points in portion.rules.items()},
        "mark": frozen.mark,
    }
    if portion.qualifying:
        found["qualifying"] = text(portion.qualifying)
    if frozen.tier:
        found["tier"] = frozen.tier
    if frozen.rate != 1:
        found["rate"] = text(frozen.rate)
    if frozen.so_far:
        found["so_far"] = [[*key, text(given.points), given.times] for key, given in frozen.so_far.items()]
    if wallet == MAIN:
        found["worth"] = {basis: text(value) for basis, value in frozen.counts.items()}
    return found


def read(details: Mapping[str, Mapping[str, Any]]) -> Frozen | None:
    """The judgement that acts keep, by wallet the newest that has one; None where none of them does.

    A wallet that got the same of an order that grew has no act of it, and so keeps its older judgement. Where wallets
    differ the mark is empty: no purchase has it, so what was bought is judged anew under the same circumstances.
    """
    newest = details.get(MAIN) or next(iter(details.values()), None)
    if newest is None:
        return None
    portions = {
        wallet: Portion(
            Decimal(one["points"]),
            Decimal(one.get("qualifying", 0)),
            [Decimal(line[3]) for line in one["lines"]],
            {rule: Decimal(points) for rule, points in one["rules"].items()},
        )
        for wallet, one in details.items()
    }
    return Frozen(
        newest.get("tier", ""),
        Decimal(newest.get("rate", 1)),
        newest["mark"] if len({one["mark"] for one in details.values()}) == 1 else "",
        {(rule, which): Given(Decimal(points), times) for rule, which, points, times in newest.get("so_far", ())},
        [(sku, Decimal(quantity), Decimal(amount)) for sku, quantity, amount, _ in newest["lines"]],
        {basis: Decimal(value) for basis, value in newest.get("worth", {}).items()},
        portions,
    )


def text(value: Decimal) -> str:
    """A decimal without needless zeros, never as a power."""
    return format(value.normalize(), "f") if value else "0"


# --- what caps look at ---


def given(
    programme: Programme, on: date, past: Mapping[str, Sequence[tuple[date, Decimal]]]
) -> dict[tuple[str, str], Given]:
    """What rules with a cap gave in the periods of that day, of what they ever gave: (day, points) by rule."""
    found: dict[tuple[str, str], Given] = {}
    for rule in (*programme.rules, *programme.bonuses):
        for cap in rule.caps:
            key = (rule.key, period(cap, on))
            if cap.per == "fact" or key in found:
                continue
            some = [points for day, points in past.get(rule.key, ()) if period(cap, day) == key[1]]
            if some:
                found[key] = Given(sum(some, ZERO), len(some))
    return found


# --- a return of no known order ---


def worth_back(
    programme: Programme, at: datetime, lines: Sequence[Line], *, tier: str, digits: Mapping[str, int]
) -> tuple[dict[str, Decimal], Decimal]:
    """What a return takes by wallet, as if its articles were bought at its time with nothing that is given once, and
    what it takes from what was spent.
    """
    plain = [rule for rule in programme.rules if isinstance(rule, Spend | Item)]
    bare = msgspec.structs.replace(programme, rules=plain, bonuses=[])
    judged = judge(bare, Basket(at, lines), tier=tier, digits=digits)
    return {wallet: worth.points for wallet, worth in judged.wallets.items()}, judged.counts["spend"]
