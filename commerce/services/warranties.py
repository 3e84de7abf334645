"""Warranty cards: registered by the customer, found by staff when something breaks, claimed and closed."""

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import audit, ids, pipeline
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from commerce.models import Order, OrderLine, Product, Warranty, WarrantyClaim
from commerce.rules import warranties as rules
from commerce.selectors import products
from commerce.selectors import warranties as reading
from customers.services import standing

LONGEST_TEXT = 4000
NEARBY = dt.timedelta(days=3)
"""How far the day of an order and the day that somebody remembers may lie apart."""


@dataclass(frozen=True, slots=True)
class Card:
    """What somebody wrote on a warranty card. `product` is a SKU, a name, or words of their own."""

    product: str
    bought_on: dt.date
    serial: str = ""
    place: str = ""
    order_number: str = ""


class UnableToRegister(Exception):
    """The card has nobody to belong to."""


class UnableToChange(Exception):
    """The card or claim cannot be changed like that; `reason` is the sentence for the reader."""

    def __init__(self, reason: object) -> None:
        super().__init__(str(reason))
        self.reason = reason


def register(
    *,
    customer: uuid.UUID,
    card: Card,
    source: str,
    actor: Actor,
    now: dt.datetime,
    resolved_by: bytes | None = None,
) -> Warranty:
    """Keep a card. The article is taken from the catalogue where it has it, the order only if it is this customer's.

    The same serial number may be there already: a card of the same customer stands and is the answer, nothing is
    written; beside somebody else's both are kept, and `selectors.warranties` shows that there are two.
    Raises UnableToRegister for a customer who is no longer there.
    """
    product = products.named(card.product)
    months = rules.DEFAULT_MONTHS
    if product is not None and product.warranty_months is not None:
        months = product.warranty_months
    with transaction.atomic():
        owner = standing.hold([customer]).get(customer)
        if owner is None:
            raise UnableToRegister
        if (before := _before(owner, card, product)) is not None:
            return before
        order = _order(owner, card, product)
        row, keyring = ids.uuid7(), subjects.load([owner])

        def sealed(column: str, text: str) -> bytes | None:
            return keyring.seal(text, customer=owner, table=reading.TABLE, column=column, row=row)

        warranty = Warranty.objects.create(
            id=row,
            customer_id=owner,
            sku=product.sku if product else "",
            name=product.name if product else "",
            typed=sealed("typed", "" if product else card.product),
            serial=sealed("serial", card.serial),
            serial_digest=reading.serial_digest(card.serial),
            place=sealed("place", card.place),
            order_number=sealed("order_number", card.order_number),
            order_id=order.id if order else None,
            bought_on=card.bought_on,
            months=months,
            ends_on=rules.ends_on(card.bought_on, months),
            source=source,
            registered_at=now,
            resolved_by=resolved_by,
        )
        audit.record(
            audit.Action.WARRANTY_REGISTERED,
            actor=actor,
            at=now,
            customer=owner,
            subject=row,
            details={"sku": warranty.sku, "ends_on": str(warranty.ends_on), "has_order": order is not None},
        )
        pipeline.mark([owner], cause="commerce.warranty")
    return warranty


def _before(customer: uuid.UUID, card: Card, product: Product | None) -> Warranty | None:
    """The card that this customer has of the same thing; the first one, where a merge brought two together."""
    cards = reading.of_serial(card.serial, sku=product.sku if product else "")
    return next((one for one in cards if one.customer_id == customer), None)


def _order(customer: uuid.UUID, card: Card, product: Product | None) -> Order | None:
    """This customer's order of that number, else the one order with that article around that day."""
    own = Order.objects.filter(customer_id=customer)
    number = card.order_number.strip()
    if number:
        spelt = {number, number.removeprefix("#"), f"#{number}"}
        return own.filter(external_id__in=spelt).order_by("-placed_at").first()
    if product is None:
        return None
    day = dt.datetime.combine(card.bought_on, dt.time(), tzinfo=dt.UTC)
    around = own.filter(placed_at__gte=day - NEARBY, placed_at__lt=day + NEARBY + dt.timedelta(days=1))
    found = list(around.order_by("-placed_at")[:20])
    with_it = set(
        OrderLine.objects.filter(
            customer_id=customer, order_id__in=[order.id for order in found], sku=product.sku
        ).values_list("order_id", flat=True)
    )
    fitting = [order for order in found if order.id in with_it]
    return fitting[0] if len(fitting) == 1 else None


def claim(*, warranty: uuid.UUID, text: str, actor: Actor, now: dt.datetime) -> WarrantyClaim:
    """Write down what is wrong and have the card be claimed.

    One claim is open at a time: the same words again are the same claim, others raise UnableToChange and are for the
    reader to add when it is closed.
    """
    text = _text(text)
    with transaction.atomic():
        card = _locked(warranty)
        waiting = reading.open_claim_of(card)
        if waiting is not None and waiting.text == text:
            return waiting.row
        if waiting is not None:
            raise UnableToChange(_("A claim is open for this card already. Add to it when you close it."))
        row, keyring = ids.uuid7(), subjects.load([card.customer_id])
        opened = WarrantyClaim.objects.create(
            id=row,
            customer_id=card.customer_id,
            warranty_id=card.id,
            opened_at=now,
            opened_by=actor.id,
            text=keyring.seal(text, customer=card.customer_id, table=reading.CLAIMS, column="text", row=row),
        )
        _set_state(card, Warranty.State.CLAIMED)
        audit.record(
            audit.Action.WARRANTY_CLAIMED,
            actor=actor,
            at=now,
            customer=card.customer_id,
            subject=card.id,
            details={"is_running": rules.is_running(card.ends_on, now.date())},
        )
        pipeline.mark([card.customer_id], cause="commerce.warranty")
    return opened


def close(*, warranty: uuid.UUID, outcome: str, actor: Actor, now: dt.datetime) -> None:
    """Write down what was done and close the open claims of a card. Raises UnableToChange."""
    outcome = _text(outcome)
    with transaction.atomic():
        card = _locked(warranty)
        waiting = list(
            WarrantyClaim.objects.filter(customer_id=card.customer_id, warranty_id=card.id, closed_at__isnull=True)
        )
        if not waiting:
            raise UnableToChange(_("This card has no open claim."))
        keyring = subjects.load([card.customer_id])
        for one in waiting:
            one.outcome = keyring.seal(
                outcome, customer=card.customer_id, table=reading.CLAIMS, column="outcome", row=one.id
            )
            one.closed_at = now
            one.save(update_fields=["outcome", "closed_at"])
        _set_state(card, Warranty.State.CLOSED)
        audit.record(
            audit.Action.WARRANTY_CLOSED, actor=actor, at=now, customer=card.customer_id, subject=card.id, details={}
        )
        pipeline.mark([card.customer_id], cause="commerce.warranty")


def _locked(warranty: uuid.UUID) -> Warranty:
    """The card, which nobody else changes until the end of the transaction, of a customer who is still there."""
    owner = Warranty.objects.filter(id=warranty).values_list("customer_id", flat=True).first()
    if owner is None or standing.hold([owner]).get(owner) != owner:
        raise UnableToChange(_("This card is no longer here."))
    card = Warranty.objects.select_for_update().filter(customer_id=owner, id=warranty).first()
    if card is None:
        raise UnableToChange(_("This card is no longer here."))
    return card


def _set_state(card: Warranty, state: str) -> None:
    card.state = state
    card.save(update_fields=["state"])


def _text(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if not text:
        raise UnableToChange(_("Write something first."))
    if len(text) > LONGEST_TEXT:
        raise UnableToChange(_("This note is too long; the limit is 4,000 characters."))
    return text
