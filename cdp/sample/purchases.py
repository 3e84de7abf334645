"""What people order: favourites that run out, things that go together, coupons, and now and then a return."""

import random
from collections.abc import Iterator
from datetime import date
from typing import Final

from cdp.sample import dice, humans, rhythm, rows
from cdp.sample.data import catalogue

COLUMNS: Final = (
    "order.external_id", "order.placed_at", "order.status", "order.currency", "order.total", "order.discount",
    "order.shipping", "order.coupon", "order.channel", "order.store", "customer.external_id", "customer.email",
    "line.sku", "line.name", "line.category", "line.quantity", "line.unit_price",
)  # fmt: skip

_CURRENCIES: Final = {"TH": "THB", "KR": "KRW"}
# Shipping, the amount from which it is free, and the smallest step of a discount, in minor units.
_SHIPPING: Final = {"THB": (4000, 69_900, 100), "KRW": (3000, 30_000, 100), "USD": (990, 6000, 1)}
_STORES: Final = {
    "TH": ("Siam Square", "Siam Square", "Chiang Mai Nimman", "Phuket Old Town", "Hat Yai"),
    "KR": ("Seongsu", "Haeundae"),
}
_EPOCH: Final = date(1970, 1, 1).toordinal()
_MORE_LINES: Final = 0.42

Line = tuple[catalogue.Product, int, int]


class Order:
    """One order or, where its quantities are negative, one return."""

    __slots__ = (
        "channel", "coupon", "currency", "discount", "external_id", "guest", "is_return", "lines", "placed", "shipping",
        "status", "store",
    )  # fmt: skip

    channel: str
    coupon: str
    currency: str
    discount: int
    external_id: str
    guest: str  # empty, "email" (bought without signing in) or "nobody" (over the counter)
    is_return: bool
    lines: list[Line]
    placed: int
    shipping: int
    status: str
    store: str

    @property
    def subtotal(self) -> int:
        """The sum of the lines in minor units."""
        return sum(quantity * price for _, quantity, price in self.lines)

    @property
    def total(self) -> int:
        """What the customer paid, in minor units."""
        return self.subtotal - self.discount + self.shipping


def money(minor: int, currency: str) -> str:
    """A decimal string: no decimals for won."""
    if currency == "KRW":
        return str(minor)
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def as_rows(order: Order, entry: rows.Entry) -> Iterator[rows.Row]:
    """One row a line, in the columns of `COLUMNS`. A return gives no total: its lines are the amount."""
    currency = order.currency
    head = {
        "order.external_id": order.external_id,
        "order.placed_at": rows.stamp(order.placed, entry.human.country),
        "order.status": order.status,
        "order.currency": currency,
        "order.total": "" if order.is_return else money(order.total, currency),
        "order.discount": "" if order.is_return else money(order.discount, currency),
        "order.shipping": "" if order.is_return else money(order.shipping, currency),
        "order.coupon": order.coupon,
        "order.channel": order.channel,
        "order.store": order.store,
        "customer.external_id": "" if order.guest else rows.external_id(entry.index),
        "customer.email": entry.email if order.guest == "email" else "",
    }
    for product, quantity, price in order.lines:
        yield head | {
            "line.sku": product.sku,
            "line.name": product.name,
            "line.category": product.category,
            "line.quantity": str(quantity),
            "line.unit_price": money(price, currency),
        }


class Till:
    """Rings up the orders of a row; the same ones whenever it is asked."""

    def __init__(self, *, seed: int, now: int) -> None:
        self._habits = dice.stream(seed, dice.HABITS)
        self._orders = dice.stream(seed, dice.ORDERS)
        self._now = now
        self._calendar = rhythm.Calendar()
        self._rng = dice.generator()

    def orders(self, entry: rows.Entry) -> list[Order]:
        """Everything that was bought and sent back under this row, in the order of the purchases."""
        rng, human = self._rng, entry.human
        habit = rhythm.habits(rng, self._habits, human)
        dice.reseed(rng, self._orders, entry.index)
        found: list[Order] = []
        last: dict[str, int] = {}
        moments = rhythm.moments(
            rng,
            self._calendar,
            habit,
            country=human.country,
            since=human.created,
            now=self._now,
            again=human.index != entry.index,
        )
        for number, placed in enumerate(moments, start=1):
            order = self._order(entry, habit, number, placed, last)
            found.append(order)
            back = self._return(order)
            if back is not None:
                found.append(back)
        if human.country in _STORES and rng.random() < 0.05:
            found.append(self._walk_in(entry, habit))
        return found

    def _order(self, entry: rows.Entry, habit: rhythm.Habits, number: int, placed: int, last: dict[str, int]) -> Order:
        rng, country = self._rng, entry.human.country
        chance = rng.random
        order = Order()
        order.external_id = f"SO{entry.index + 1:06d}{number:03d}"
        order.placed = placed
        order.is_return = False
        order.currency = _CURRENCIES.get(country, "USD")
        in_store = chance() < habit.in_store
        order.channel = "store" if in_store else _distant_channel(rng, country)
        order.store = dice.pick(rng, _STORES[country]) if in_store else ""
        order.guest = "email" if order.channel == "web" and entry.email and chance() < 0.03 else ""
        order.lines = _basket(rng, habit, order.currency, placed, last)
        fee, free_from, step = _SHIPPING[order.currency]
        order.coupon, percent = _coupon(rng, entry, habit, placed, first=number == 1)
        order.discount = order.subtotal * percent // 100 // step * step
        order.shipping = 0 if in_store or order.subtotal - order.discount >= free_from else fee
        order.status = self._status(chance(), placed)
        return order

    def _status(self, share: float, placed: int) -> str:
        age = self._now - placed
        if age < 2 * rhythm.DAY:
            return "pending" if share < 0.08 else "paid"
        return "cancelled" if share < 0.012 else "fulfilled"

    def _return(self, order: Order) -> Order | None:
        """What came back of an order, as a document of its own; the order's status says so."""
        rng = self._rng
        share = rng.random()
        if share >= 0.055 or order.status != "fulfilled":
            return None
        at = order.placed + int((3 + rng.random() * 18) * rhythm.DAY)
        if at > self._now:
            return None
        back = Order()
        back.external_id = order.external_id.replace("SO", "RT", 1)
        back.placed, back.status, back.is_return = at, "refunded", True
        back.currency, back.channel, back.store, back.guest = order.currency, order.channel, order.store, order.guest
        back.discount = back.shipping = 0
        back.coupon = ""
        kept = order.lines if share < 0.018 else [dice.pick(rng, order.lines)]
        back.lines = [(product, -quantity, price) for product, quantity, price in kept]
        order.status = "refunded" if len(kept) == len(order.lines) else "partially_refunded"
        return back

    def _walk_in(self, entry: rows.Entry, habit: rhythm.Habits) -> Order:
        """A purchase over the counter by nobody we know, near the row only so that each row gives the same ones."""
        rng = self._rng
        at = entry.human.created + int(rng.random() * (self._now - entry.human.created))
        order = self._order(entry, habit, 0, at, {})
        order.external_id = f"SO{entry.index + 1:06d}000"
        order.channel, order.store, order.guest = "store", dice.pick(rng, _STORES[entry.human.country]), "nobody"
        order.shipping = order.discount = 0
        order.coupon = ""
        order.status = "fulfilled"
        return order


def _distant_channel(rng: random.Random, country: str) -> str:
    share = rng.random()
    if country == "TH":
        return "web" if share < 0.52 else "line" if share < 0.8 else "app" if share < 0.97 else "phone"
    return "web" if share < 0.75 else "app"


def _basket(rng: random.Random, habit: rhythm.Habits, currency: str, placed: int, last: dict[str, int]) -> list[Line]:
    """What runs out first, then favourites, then whatever the shop sells well; each product once."""
    chance = rng.random
    chosen: dict[str, catalogue.Product] = {}
    for product in habit.favourites:
        bought = last.get(product.sku)
        due = bought is not None and product.lasts_days and placed - bought > product.lasts_days * rhythm.DAY * 0.75
        if due and chance() < 0.7:
            chosen[product.sku] = product
    while not chosen or (len(chosen) < 8 and chance() < _MORE_LINES):
        table = habit.favourites if chance() < 0.45 else catalogue.BY_POPULARITY
        product = dice.pick(rng, table)
        chosen[product.sku] = product
        if product.goes_with and chance() < 0.3:
            chosen[product.goes_with] = catalogue.BY_SKU[product.goes_with]
    lines = []
    for sku, product in chosen.items():
        last[sku] = placed
        share = chance()
        quantity = 1 if share < 0.84 else 2 if share < 0.95 else 3 if share < 0.985 else 5
        lines.append((product, quantity, product.prices[currency]))
    return lines


def _coupon(
    rng: random.Random, entry: rows.Entry, habit: rhythm.Habits, placed: int, *, first: bool
) -> tuple[str, int]:
    """The code the customer typed and what it takes off, in per cent."""
    human, share = entry.human, rng.random()
    day = date.fromordinal(_EPOCH + (placed + humans.OFFSETS.get(human.country, 0)) // rhythm.DAY)
    if first and share < 0.35:
        return "WELCOME10", 10
    if (day.month, day.day) in {(11, 11), (12, 12)} and share < 0.7:
        return f"DOUBLE{day.month}", day.month
    if day.month == human.birth[1] and share < 0.15:
        return "BIRTHDAY15", 15
    if human.country == "TH" and day.month == 4 and day.day <= 16 and share < 0.35:
        return "SONGKRAN15", 15
    if share < habit.thrift * 0.25:
        return ("PAYDAY8", 8) if day.day >= 25 else ("FRIENDS5", 5)
    return "", 0
