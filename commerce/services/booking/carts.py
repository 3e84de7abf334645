"""Carts as tracking tells them: what was put in and taken out, the steps of the checkout, and the order that ends it.

Clients rarely tell a cart by one name: a product is added under a cart, the checkout has a number of its own, the order
another, and many send none at all. So an event belongs to the cart of any of its names, else to the visitor's current
one: an open cart of the same person and website in which something happened within a day. A name that was ordered
begins a new cart with the next event: shops use one name for a visitor's whole life.
"""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from commerce.hooks.reading import Unreadable
from commerce.models import Cart
from commerce.rules import cart_moves, digests
from commerce.rules import carts as rules
from commerce.rules.cart_moves import Move
from commerce.rules.carts import CartInput
from commerce.services import carts, keys, rows
from commerce.services.booking.hearing import Desk, Heard
from commerce.services.hooks import marks
from commerce.tracking import carts as telling
from commerce.tracking import names
from commerce.tracking import orders as ordering

CURRENT = dt.timedelta(days=1)


@dataclass(slots=True)
class _Cart:
    """A cart while the events of a batch happen to it."""

    tokens: dict[str, None]
    person: uuid.UUID | None
    began_at: dt.datetime
    told_at: dt.datetime
    status: str = rules.OPEN
    is_fresh: bool = False
    is_touched: bool = False
    moves: list[Move] = field(default_factory=list)
    currency: str = ""
    total: Decimal | None = None
    checkout_at: dt.datetime | None = None
    step: str = ""
    payment_method: str = ""
    was_left: bool | None = None
    ordered: tuple[uuid.UUID, uuid.UUID] | None = None
    resolved_by: bytes | None = None

    @property
    def is_over(self) -> bool:
        """Whether it was ordered or thrown away."""
        return self.status != rules.OPEN

    @property
    def is_nameless(self) -> bool:
        """Whether it only goes by what happened to it."""
        return all(token.startswith((telling.ORDER, telling.EVENT)) for token in self.tokens)

    def hear(self, one: Heard, told: telling.Told, *, apart: dt.timedelta) -> None:
        """Take in one event."""
        is_newest = not self.is_touched or one.at >= self.told_at
        self.tokens |= dict.fromkeys(told.tokens)
        self.began_at, self.told_at = min(self.began_at, one.at), max(self.told_at, one.at)
        self.person = self.person or one.person
        self.resolved_by = one.resolved_by or self.resolved_by
        self.is_touched = True
        self.moves += _moves(one, told, apart)
        self.currency = told.currency or self.currency
        if told.total is not None and is_newest:
            self.total = told.total
        if told.is_checkout:
            self.checkout_at = min(filter(None, (self.checkout_at, one.at)))
            self.step, self.payment_method = told.step or self.step, told.payment_method or self.payment_method

    def end(self, one: Heard, ordered: tuple[uuid.UUID, uuid.UUID] | None) -> None:
        """It was ordered."""
        self.was_left = rules.is_left(self.status, told_at=self.told_at, now=one.at)
        self.status, self.ordered = rules.ORDERED, ordered

    def input(self, customer: uuid.UUID | None) -> tuple[CartInput, uuid.UUID | None, uuid.UUID | None]:
        """As the service of carts takes it."""
        told = CartInput(
            tokens=tuple(self.tokens),
            at=self.told_at,
            status=self.status,
            currency=self.currency,
            total=self.total,
            moves=tuple(self.moves),
            began_at=self.began_at,
            checkout_at=self.checkout_at,
            step=self.step,
            payment_method=self.payment_method,
            is_fresh=self.is_fresh,
            was_left=self.was_left,
            resolved_by=self.resolved_by,
        )
        return told, customer, self.ordered[1] if self.ordered else None


class _Shelf:
    """The carts of a batch: those that are known, and those that begin in it."""

    def __init__(self, known: Iterable[Cart]) -> None:
        self.by_token: dict[str, _Cart] = {}
        self.of_person: dict[uuid.UUID, list[_Cart]] = {}
        self.touched: dict[int, _Cart] = {}
        # Of two carts with one name the open one has it; it began after the other was ordered.
        for stored in sorted(known, key=lambda cart: (cart.status != rules.ORDERED, cart.told_at, cart.id)):
            cart = _Cart(dict.fromkeys(stored.tokens), None, stored.started_at, stored.told_at, stored.status)
            self.of_person.setdefault(stored.customer_id, []).append(cart)
            self.by_token |= dict.fromkeys(stored.tokens, cart)

    def find(self, one: Heard, told: telling.Told, *, begins: bool) -> tuple[_Cart | None, bool]:
        """The cart an event belongs to, and whether it still happens to it: what is older than the order that ended a
        cart only tells under which names that one went. None where it is of none and `begins` none.
        """
        named = [self.by_token[token] for token in told.tokens if token in self.by_token]
        cart = next((cart for cart in named if not cart.is_over), named[0] if named else None)
        if cart is None and one.person is not None:
            cart = self._near(one, told)
        elif cart is not None and cart.is_over and one.at > cart.told_at and one.person is not None and not told.cart:
            cart = self._near(one, told) or cart
        if cart is not None and cart.is_over and one.at <= cart.told_at:
            return cart, False
        if cart is None or cart.is_over:
            cart = self._begin(one, told, after=cart) if begins else None
        return cart, True

    def _near(self, one: Heard, told: telling.Told) -> _Cart | None:
        """What the person had in hand at that time: for an event that names no cart the open one, for one that does an
        open one that has no name yet, for any the one that was ordered soon after.
        """
        near = [
            cart
            for cart in self.of_person.get(one.event.customer_id, ())
            if cart.began_at - CURRENT <= one.at <= (cart.told_at if cart.is_over else cart.told_at + CURRENT)
            and (cart.is_over or not told.cart or cart.is_nameless)
        ]
        return max(near, key=lambda cart: (not cart.is_over, cart.told_at), default=None)

    def _begin(self, one: Heard, told: telling.Told, *, after: _Cart | None) -> _Cart | None:
        if not told.tokens and one.person is None:
            return None  # nobody's, and without a name: nothing would ever find it again
        tokens = dict.fromkeys(told.tokens or (f"{telling.EVENT}{one.event.id.hex}",))
        cart = _Cart(tokens, one.person, one.at, one.at, is_fresh=after is not None)
        if after is not None:  # what happened before the last order was that order's
            cart.moves.append(cart_moves.move(cart_moves.SET, at=_time(after.told_at), by=""))
        self.of_person.setdefault(one.event.customer_id, []).append(cart)
        return cart

    def touch(self, cart: _Cart) -> None:
        """Remember that something happened to it, and all its names."""
        self.touched[id(cart)] = cart
        self.by_token |= dict.fromkeys(cart.tokens, cart)


def book(desk: Desk) -> None:
    """Write what happened to carts in these events."""
    refused = desk.refused()
    told = _tellings(desk, refused)
    if not told:
        return
    shelf = _Shelf(_known(desk, told))
    ties: Counter[tuple[uuid.UUID, dt.datetime]] = Counter()
    for one, said in told:
        # Who ordered is not to be asked about the cart any more, though of the order itself nothing could be written.
        is_refused = one.event.id in refused
        cart, happens = shelf.find(one, said, begins=not is_refused)
        if is_refused and cart is not None and cart.is_over:
            continue
        if cart is None or (not happens and cart.tokens.keys() >= set(said.tokens)):
            continue
        if not happens:
            cart.tokens |= dict.fromkeys(said.tokens)
        else:
            if one.kind == names.COMPLETED:
                cart.end(one, desk.ordered.get(said.order))
            # Of what is told for one moment the order of telling stands: a microsecond apart each.
            apart = ties[one.event.customer_id, one.at]
            ties[one.event.customer_id, one.at] += 1
            cart.hear(one, said, apart=dt.timedelta(microseconds=apart))
        shelf.touch(cart)
    inputs = [cart.input(_owner(cart)) for cart in shelf.touched.values()]
    for start in range(0, len(inputs), carts.MOST):
        carts.record_many(carts=inputs[start : start + carts.MOST], source=desk.source, now=desk.now)


def _owner(cart: _Cart) -> uuid.UUID | None:
    return cart.ordered[0] if cart.ordered and cart.person is None else cart.person


def _tellings(desk: Desk, refused: Collection[uuid.UUID]) -> list[tuple[Heard, telling.Told]]:
    heard = desk.of(names.CARTS)
    orders = {one.event.id: ordering.number(one.body) for one in heard if _has_number(one)}
    inner = marks.numbers(desk.source.key, "order", filter(None, orders.values()))
    found = []
    for one in heard:
        try:
            number = orders.get(one.event.id, "")
            number = "" if one.event.id in refused else number  # an order that does not exist names no cart
            said = telling.told(one.kind, one.body, order=inner.get(number) or desk.number(number))
        except Unreadable as problem:
            desk.refuse(one, problem)
            continue
        if said is not None:
            found.append((one, said))
    return found


def _has_number(one: Heard) -> bool:
    try:
        return bool(ordering.number(one.body))
    except Unreadable:
        return False


def _known(desk: Desk, told: list[tuple[Heard, telling.Told]]) -> list[Cart]:
    """The carts that these events may belong to: by their names, and what these people had in hand at the time."""
    tokens = {digests.key(desk.source.key, token) for _one, said in told for token in said.tokens}
    found = rows.owned(Cart, list(keys.find(carts.CARTS, tokens).values()))
    people = {one.person for one, _said in told if one.person is not None}
    if people:
        since = min(one.at for one, _said in told) - CURRENT
        near = Cart.objects.filter(customer_id__in=people, source=desk.source.key, told_at__gte=since)
        found |= {cart.id: cart for cart in near}
    return list(found.values())


def _moves(one: Heard, told: telling.Told, apart: dt.timedelta) -> list[Move]:
    by, at = one.event.id.hex, _time(one.at + apart)
    if told.content is not None:
        return [cart_moves.move(cart_moves.SET, at=at, by=by, lines=told.content)]
    if told.added is not None:
        return [cart_moves.move(cart_moves.ADD, at=at, by=by, lines=[told.added])]
    if told.removed is not None:
        return [cart_moves.move(cart_moves.TAKE, at=at, by=by, lines=[told.removed])]
    return []


def _time(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="microseconds")
