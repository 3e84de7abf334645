"""Pre-orders: placed by the customer, moved on by staff until they are handed over."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import audit, ids, pipeline
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from commerce.models import PreOrder
from commerce.rules import preorders as rules
from commerce.selectors import preorders as reading
from commerce.selectors import products
from customers.services import standing


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to be kept. `product` is a SKU, a name, or words of their own."""

    product: str
    quantity: int = 1
    wish_on: dt.date | None = None
    way: str = PreOrder.Way.PICKUP
    address: str = ""
    note: str = ""


class UnableToPlace(Exception):
    """The pre-order has nobody to belong to."""


class UnableToMove(Exception):
    """The pre-order cannot get that state; `reason` is the sentence for the reader."""

    def __init__(self, reason: object) -> None:
        super().__init__(str(reason))
        self.reason = reason


def place(
    *,
    customer: uuid.UUID,
    wish: Wish,
    source: str,
    actor: Actor,
    now: dt.datetime,
    resolved_by: bytes | None = None,
) -> PreOrder:
    """Keep a pre-order under a new number. Raises UnableToPlace for a customer who is no longer there."""
    product = products.named(wish.product)
    with transaction.atomic():
        owner = standing.hold([customer]).get(customer)
        if owner is None:
            raise UnableToPlace
        row, keyring = ids.uuid7(), subjects.load([owner])

        def sealed(column: str, text: str) -> bytes | None:
            return keyring.seal(text, customer=owner, table=reading.TABLE, column=column, row=row)

        placed = PreOrder.objects.create(
            id=row,
            customer_id=owner,
            number=rules.number(),
            sku=product.sku if product else "",
            name=product.name if product else "",
            typed=sealed("typed", "" if product else wish.product),
            quantity=wish.quantity,
            wish_on=wish.wish_on,
            way=wish.way,
            address=sealed("address", wish.address if wish.way == PreOrder.Way.DELIVERY else ""),
            note=sealed("note", wish.note),
            source=source,
            placed_at=now,
            state_at=now,
            resolved_by=resolved_by,
        )
        audit.record(
            audit.Action.PREORDER_PLACED,
            actor=actor,
            at=now,
            customer=owner,
            subject=row,
            details={"sku": placed.sku, "quantity": placed.quantity},
        )
        pipeline.mark([owner], cause="commerce.preorder")
    return placed


def move(*, preorder: uuid.UUID, state: str, actor: Actor, now: dt.datetime) -> PreOrder:
    """Give a pre-order its next state. The same state again changes nothing. Raises UnableToMove."""
    with transaction.atomic():
        owner = PreOrder.objects.filter(id=preorder).values_list("customer_id", flat=True).first()
        if owner is None or standing.hold([owner]).get(owner) != owner:
            raise UnableToMove(_("This pre-order is no longer here."))
        row = PreOrder.objects.select_for_update().filter(customer_id=owner, id=preorder).first()
        if row is None:
            raise UnableToMove(_("This pre-order is no longer here."))
        before = row.state
        if before == state:
            return row
        if not rules.may_follow(before, state):
            raise UnableToMove(_("Somebody else has changed this pre-order meanwhile. Look at it again."))
        row.state, row.state_at = state, now
        row.save(update_fields=["state", "state_at"])
        audit.record(
            audit.Action.PREORDER_MOVED,
            actor=actor,
            at=now,
            customer=owner,
            subject=row.id,
            details={"state": [before, state]},
        )
        pipeline.mark([owner], cause="commerce.preorder")
    return row
