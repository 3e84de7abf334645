"""Writing carts: what somebody is about to buy, whoever tells it, in any order.

A cart and its checkout are told under different tokens; as soon as one telling names both they are one cart. A cart of
nobody belongs to a bucket until somebody is known. An order that names a token ends the cart.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain

from django.db import transaction

from cdp.core import ids, pipeline
from cdp.core.models import Source
from commerce.models import Cart, CartLine
from commerce.rules import cart_moves, digests
from commerce.rules import carts as rules
from commerce.rules.cart_moves import Move
from commerce.rules.carts import CartInput
from commerce.rules.inputs import LineInput
from commerce.services import keys, products, rows
from commerce.services.keys import KeyTable, Owner
from customers.services import buckets

MOST = 1000
CARTS = KeyTable("commerce_cartkey", "cart_id")


@dataclass(slots=True)
class _Draft:
    told: CartInput
    customer: uuid.UUID | None
    order_id: uuid.UUID | None
    keys: list[bytes]
    proposed: Owner
    known: list[Cart] = field(default_factory=list)


def record(
    *, cart: CartInput, customer_id: uuid.UUID | None, source: Source, now: datetime, order_id: uuid.UUID | None = None
) -> bool:
    """Write one cart; whether anything changed. See record_many."""
    return record_many(carts=[(cart, customer_id, order_id)], source=source, now=now) == 1


def record_many(
    *, carts: Sequence[tuple[CartInput, uuid.UUID | None, uuid.UUID | None]], source: Source, now: datetime
) -> int:
    """Write at most MOST carts with their customers (a surviving id, None for nobody known) and, for those that were
    ordered, their order, in one transaction and a fixed number of statements. Returns how many changed.

    A telling that is older than what is known changes nothing, except that it may be the one that names the person.
    """
    waiting = [_draft(cart, customer, order, source) for cart, customer, order in carts if cart.tokens]
    changed = 0
    with transaction.atomic():
        while waiting:
            once, waiting = _each_once(waiting)
            changed += _write(once, source=source, now=now)
    return changed


def _draft(cart: CartInput, customer: uuid.UUID | None, order_id: uuid.UUID | None, source: Source) -> _Draft:
    owner = customer or buckets.bucket_for(f"{source.key}/{cart.tokens[0]}")
    named = [digests.key(source.key, token) for token in cart.tokens]
    return _Draft(cart, customer, order_id, named, Owner(owner, ids.uuid7()))


def _write(batch: Sequence[_Draft], *, source: Source, now: datetime) -> int:
    claimed = keys.claim(CARTS, {key: draft.proposed for draft in batch for key in draft.keys})
    stored = rows.owned(Cart, set(claimed.values()) - {draft.proposed for draft in batch})
    gone: list[Cart] = []
    made: list[Cart] = []
    lines: list[CartLine] = []
    pointed: dict[bytes, Owner] = {}
    touched: set[uuid.UUID] = set()
    known_lines = _lines(stored.values())
    for draft in batch:
        found = {owner.row: stored[owner.row] for key in draft.keys if (owner := claimed[key]).row in stored}
        if draft.told.is_fresh:  # what was ordered stays as it is and gives its tokens up
            found = {row: cart for row, cart in found.items() if cart.status != rules.ORDERED}
        draft.known = sorted(found.values(), key=lambda cart: cart.id)
        before = list(chain.from_iterable(known_lines.get(known.id, []) for known in draft.known))
        moves, is_moved = _moves(draft, before)
        cart = _after(draft, source, is_filled=bool(before), is_moved=is_moved)
        if cart is None:
            continue
        gone += draft.known
        made.append(cart)
        if is_moved:
            cart.moves = moves
            lines += _lines_of(cart, cart_moves.content(moves))
        elif _takes_lines(draft, before):
            lines += _lines_of(cart, draft.told.lines or ())
        else:
            cart.moves = moves
            lines += _kept_lines(cart, before)
        pointed |= {digests.key(source.key, token): Owner(cart.customer_id, cart.id) for token in cart.tokens}
        touched |= {cart.customer_id, *(known.customer_id for known in draft.known)}
    rows.delete(gone, lines=CartLine, column="cart_id")
    rows.insert(Cart, made)
    rows.insert(CartLine, lines)
    keys.point(CARTS, {key: owner for key, owner in pointed.items() if claimed.get(key) != owner})
    if made:
        products.learn((line for draft in batch for line in draft.told.lines or ()), now=now)
        pipeline.mark(sorted(touched - buckets.ALL), cause="commerce.carts")
    return len(made)


def _moves(draft: _Draft, before: Sequence[CartLine]) -> tuple[list[Move], bool]:
    """The moves that the cart remembers after this telling, and whether any of them is new to it."""
    known = draft.known
    stored = list(known[0].moves) if len(known) == 1 else []
    if any(cart.status == rules.ORDERED for cart in known):
        return stored, False
    if not draft.told.moves:
        return stored, False
    base = stored
    if before and not stored:  # told whole by a store, or several carts that are one: what is in it is where it begins
        told_at = max(cart.told_at for cart in known).astimezone(UTC).isoformat(timespec="microseconds")
        base = [cart_moves.move(cart_moves.SET, at=told_at, by="", lines=map(_input, before))]
    moves = cart_moves.remember(base, draft.told.moves)
    began_at = draft.told.began_at or draft.told.at
    return moves, moves != base or any(began_at < cart.started_at for cart in known)


def _input(line: CartLine) -> LineInput:
    return LineInput(line.quantity, line.unit_price, line.sku, line.name)


def _after(draft: _Draft, source: Source, *, is_filled: bool, is_moved: bool) -> Cart | None:
    """The cart as it is to be stored; None where nothing changes."""
    told = draft.told
    began_at = told.began_at or told.at
    if not draft.known:
        return Cart(
            id=draft.proposed.row,
            customer_id=draft.proposed.customer,
            source=source.key,
            tokens=list(told.tokens),
            status=told.status,
            currency=told.currency,
            total=told.total,
            started_at=began_at,
            told_at=told.at,
            order_id=draft.order_id,
            is_recovered=told.status == rules.ORDERED and bool(told.was_left),
            checkout_at=told.checkout_at,
            step=told.step,
            payment_method=told.payment_method,
            resolved_by=told.resolved_by,
        )
    # What an order ended stays ended; of several open ones the newest telling counts.
    base = max(draft.known, key=lambda cart: (cart.status == rules.ORDERED, cart.told_at))
    tokens = list(dict.fromkeys([*chain.from_iterable(cart.tokens for cart in draft.known), *told.tokens]))
    owner = next((cart.customer_id for cart in draft.known if cart.customer_id not in buckets.ALL), None)
    owner = owner or draft.customer or base.customer_id
    known = rules.State(base.status, min(cart.started_at for cart in draft.known), base.told_at, base.is_recovered)
    state = rules.judge(known, told)
    is_same = len(draft.known) == 1 and (tokens, owner) == (base.tokens, base.customer_id)
    if state is None and is_same and not is_moved and (is_filled or not told.lines):
        return None
    is_newer = state is not None and told.at >= base.told_at and told.status != rules.ORDERED
    after = state or known
    return Cart(
        id=base.id,
        customer_id=owner,
        source=source.key,
        tokens=tokens,
        status=after.status,
        currency=(is_newer and told.currency) or base.currency or told.currency,
        total=told.total if is_newer and told.total is not None else base.total,
        started_at=min(after.started_at, began_at) if is_moved else after.started_at,
        told_at=after.told_at,
        order_id=base.order_id or draft.order_id,
        is_recovered=after.is_recovered,
        checkout_at=min(filter(None, (base.checkout_at, told.checkout_at)), default=None),
        step=(is_newer and told.step) or base.step or told.step,
        payment_method=(is_newer and told.payment_method) or base.payment_method or told.payment_method,
        resolved_by=told.resolved_by or base.resolved_by,
    )


def _takes_lines(draft: _Draft, before: Sequence[CartLine]) -> bool:
    """Whether what was told to be in a cart is what is in it now. An older telling is better than none."""
    if draft.told.lines is None:
        return False
    return not before or all(draft.told.at >= known.told_at for known in draft.known)


def _lines_of(cart: Cart, told: Iterable[LineInput]) -> list[CartLine]:
    return [
        CartLine(
            id=ids.uuid7(),
            customer_id=cart.customer_id,
            cart_id=cart.id,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            unit_price=line.unit_price,
        )
        for line in told
    ]


def _kept_lines(cart: Cart, lines: Iterable[CartLine]) -> list[CartLine]:
    kept = list(lines)
    for line in kept:
        line.customer_id, line.cart_id = cart.customer_id, cart.id
    return kept


def _lines(carts: Iterable[Cart]) -> dict[uuid.UUID, list[CartLine]]:
    wanted = list(carts)
    found: dict[uuid.UUID, list[CartLine]] = {}
    if wanted:
        owners, numbers = {cart.customer_id for cart in wanted}, [cart.id for cart in wanted]
        for line in CartLine.objects.filter(customer_id__in=owners, cart_id__in=numbers).order_by("id"):
            found.setdefault(line.cart_id, []).append(line)
    return found


def _each_once(waiting: Sequence[_Draft]) -> tuple[list[_Draft], list[_Draft]]:
    """The first telling of each cart, and the rest."""
    seen: set[bytes] = set()
    once: list[_Draft] = []
    rest: list[_Draft] = []
    for draft in waiting:
        (rest if seen & set(draft.keys) else once).append(draft)
        seen |= set(draft.keys)
    return once, rest
