"""Goods that come back to the counter: what money, points and credit go where, shown before and then done.

Everything is reckoned over all returns of the purchase together, so that parts never add up to more than the whole.
"""

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core.actors import Actor
from cdp.core.models import Source
from cdp.web.desk import earnings, prizes, sales
from cdp.web.desk.earnings import Effect
from commerce.models import Order, OrderLine
from commerce.rules import money
from commerce.rules.inputs import LineInput, RefundInput
from commerce.selectors import orders
from commerce.services import refunds
from customers.selectors import lineage
from customers.services import standing
from loyalty.models import Hold, WalletType
from loyalty.rules import paying
from loyalty.rules.earning import decimal
from loyalty.rules.fraction import Fraction
from loyalty.rules.programme import MAIN
from loyalty.rules.purse import ZERO
from loyalty.rules.spending import Refusal, Refused
from loyalty.selectors import purses, wallets
from loyalty.selectors import rewards as catalogue
from loyalty.selectors.wallets import Wallet
from loyalty.services import holds
from loyalty.services.tills import Asked

KIND = WalletType.Kind


class UnableToReturn(Exception):
    """Nothing was changed; `field` is where the reason belongs, empty for the whole."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.reason, self.field = reason, field


class Different(Exception):
    """What would happen now is not what was shown: nothing was changed. `instead` is what it would be."""

    def __init__(self, instead: "Returned") -> None:
        super().__init__("not as it was shown")
        self.instead = instead


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a purchase, and how many of it have not come back yet."""

    line: OrderLine
    left: Decimal

    @property
    def pieces(self) -> Sequence[int]:
        """The numbers one can choose, where it is counted in pieces."""
        return range(int(self.left) + 1) if self.left == int(self.left) and self.left <= 20 else ()

    @property
    def quantity(self) -> str:
        """How many are left, without needless zeros."""
        return money.quantity(self.left)

    @property
    def name(self) -> str:
        """What it is called."""
        return self.line.name or self.line.sku or _("An article without a name")


@dataclass(frozen=True, slots=True)
class Purchase:
    """An earlier purchase as it can be brought back: its lines, and how much money is left of it."""

    order: Order
    places: Sequence[Place]
    left: Decimal

    @property
    def is_listed(self) -> bool:
        """Whether its lines tell what was bought; else only an amount can be said."""
        return any(place.line.amount > 0 for place in self.places)

    @property
    def is_over(self) -> bool:
        """Whether everything has come back."""
        return not self.left and not any(place.left for place in self.places)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What comes back: how many of which lines, or an amount where the purchase has no lines. `number` is the return's
    own, the same for the same form.
    """

    number: str
    pieces: Mapping[uuid.UUID, Decimal] = field(default_factory=dict)
    amount: Decimal | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Back:
    """What comes back into a wallet of what was spent there for the purchase."""

    wallet: Wallet
    amount: Decimal

    @property
    def words(self) -> str:
        """How much of what."""
        return self.wallet.counted(self.amount)


@dataclass(frozen=True, slots=True)
class Returned:
    """What happened: the worth of what came back in money, what of it goes back as credit, what is kept back for points
    that were earned by it and are spent, what comes back of what was spent, and what became of what was earned. `used`
    names rewards whose voucher or credit has been spent: they cannot be undone.
    """

    currency: str
    money: Decimal
    credit: Decimal = ZERO
    kept: Decimal = ZERO
    back: Sequence[Back] = ()
    effect: Effect = field(default_factory=Effect)
    used: Sequence[str] = ()

    @property
    def cash(self) -> Decimal:
        """What is to be paid out."""
        return max(self.money - self.credit - self.kept, ZERO)

    @property
    def mark(self) -> str:
        """The same for the same outcome: what was shown is what is done."""
        said = [self.currency, self.money, self.credit, self.kept]
        said += [(one.wallet.key, one.amount) for one in self.back]
        said += self.used
        said += [
            (one.wallet.key, one.waiting, one.active, one.expired, one.later, one.money, one.forgiven)
            for one in self.effect.taken
        ]
        return hashlib.sha256(repr([_plain(part) for part in said]).encode()).hexdigest()[:16]


def _plain(part: object) -> str:
    """The same for the same number, however many zeros it was typed with."""
    return f"{part.normalize():f}" if isinstance(part, Decimal) else str(part)


class _TakenBack(Exception):
    """What was only tried is undone."""


def purchase(order: Order) -> Purchase:
    """What of an order can still come back."""
    detailed = orders.detailed([order])[0]
    before: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for one in detailed.refunds:
        for back in one.lines:
            before[back.sku, back.name] += back.quantity
    places = []
    for line in detailed.lines:
        gone = min(before[line.sku, line.name], line.quantity)
        before[line.sku, line.name] -= gone
        places.append(Place(line, line.quantity - gone))
    given = sum((one.refund.amount for one in detailed.refunds), ZERO)
    return Purchase(order, places, max(order.amount - given, ZERO))


def try_out(*, order: Order, wanted: Wanted, source: Source, actor: Actor, at: datetime) -> Returned:
    """What would happen: it is done and taken back at once. Raises UnableToReturn."""
    with suppress(_TakenBack), transaction.atomic():
        found = take(order=order, wanted=wanted, source=source, actor=actor, at=at)
        raise _TakenBack
    return found


def take(
    *, order: Order, wanted: Wanted, source: Source, actor: Actor, at: datetime, shown: str | None = None
) -> Returned:
    """Take goods back: the refund is written, what was spent for them comes back to its lots, and what they earned is
    taken back. `shown` is the mark of the outcome that was shown. Raises UnableToReturn and Different.
    """
    with transaction.atomic():
        # Whoever spends or takes back of this purse waits here, so that what is reckoned is what is written.
        whose = standing.hold([order.customer_id]).get(order.customer_id)
        if whose is None:
            raise UnableToReturn(_("This customer is no longer here."))
        standing.queue(purses.circle([whose]))  # taking back opens the book of a household
        found_order = Order.objects.filter(customer_id__in=lineage.of(whose), id=order.id).first()
        if found_order is None:
            raise UnableToReturn(_("This purchase is somebody else's now."))
        order = found_order
        before = purchase(order)
        lines, share, worth = _reckon(before, wanted)
        asked = Asked(whose, actor, at, source.key, reference=wanted.number)
        back, used = _give_back(_redeemed(order, whose, share), share, asked)
        if worth:
            told = RefundInput(wanted.number, amount=worth, lines=lines, at=at, reason=wanted.reason)
            try:
                refunds.write(refund=told, order=order, source=source, actor=actor, now=at)
            except refunds.UnableToWriteRefund as unable:
                raise UnableToReturn(unable.detail) from unable
            except refunds.RefundExists as exists:
                raise UnableToReturn(_("This was taken back before, otherwise.")) from exists
        elif not back:
            raise UnableToReturn(_("Nothing of this purchase is left to come back."))
        effect = earnings.book(whose, order.id, at=at, is_paying_back=True)
        credit = sum((one.amount for one in back if one.wallet.currency == order.currency), ZERO)
        found = Returned(order.currency, worth, min(credit, worth), _kept(effect, order, at), back, effect, used)
        if shown is not None and found.mark != shown:
            raise Different(found)
    return found


def _redeemed(order: Order, whose: uuid.UUID, share: Fraction) -> list[Hold]:
    """What was redeemed for that order, by the number its source told; rewards come back with the whole of it."""
    people = purses.persons([whose])[whose]
    found = Hold.objects.filter(
        customer_id__in=people, source=order.source, reference=order.external_id, state=Hold.State.CAPTURED
    )
    if share == 1:
        return [*found.order_by("id"), *prizes.of_purchase(order, people)]
    return [row for row in found.order_by("id") if not row.gave]


def _reckon(before: Purchase, wanted: Wanted) -> tuple[tuple[LineInput, ...], Fraction, Decimal]:
    """The lines of the refund, how much of the purchase has come back then (from 0 to 1), and what these are worth."""
    order, digits = before.order, money.decimals(before.order.currency)
    exact = Decimal(1).scaleb(-digits)
    if before.is_over:
        raise UnableToReturn(_("All of this purchase has come back before."))
    if not before.is_listed:
        if wanted.amount is None:
            raise UnableToReturn(_("Say how much goes back."), "amount")
        if wanted.amount > before.left:
            raise UnableToReturn(_("This is more than is left of the purchase."), "amount")
        if wanted.amount != wanted.amount.quantize(exact):
            raise UnableToReturn(_("Write the amount as it is paid out."), "amount")
        return (), 1 - Fraction(before.left - wanted.amount) / Fraction(order.amount), wanted.amount
    goods = sum((Fraction(place.line.amount) for place in before.places), Fraction(0))
    chosen = [(place, _chosen(place, wanted)) for place in before.places]
    if not any(count for _place, count in chosen):
        raise UnableToReturn(_("Choose what comes back."))
    left = sum((_part(place, place.left - count) for place, count in chosen), Fraction(0))
    now = sum((_part(place, count) for place, count in chosen), Fraction(0))
    if not left:
        worth = before.left
    else:
        paid = Fraction(max(order.amount - order.shipping, ZERO))
        # Cumulated: what is left keeps its exact worth, so that cents are neither lost nor made.
        worth = decimal(paid * (left + now) / goods).quantize(exact, rounding=ROUND_HALF_UP)
        worth -= decimal(paid * left / goods).quantize(exact, rounding=ROUND_HALF_UP)
        worth = min(worth, before.left)
    share = 1 - left / goods if goods else Fraction(1)
    if not order.amount and left:
        raise UnableToReturn(_("This purchase was paid with points alone: it comes back as a whole."))
    lines = []
    for place, count in chosen:
        if count:
            amount = decimal(Fraction(worth) * _part(place, count) / now).quantize(exact, rounding=ROUND_DOWN)
            line = place.line
            price = (amount / count).quantize(Decimal("0.0001"))
            lines.append(LineInput(count, price, line.sku, line.name, line.category, amount=amount))
    if lines:  # what rounding left over
        rest = worth - sum((line.amount or ZERO for line in lines), ZERO)
        lines[0] = replace(lines[0], amount=(lines[0].amount or ZERO) + rest)
    return tuple(lines), share, worth


def _part(place: Place, count: Decimal) -> Fraction:
    line = place.line
    return Fraction(line.amount) * Fraction(count) / Fraction(line.quantity) if line.quantity else Fraction(0)


def _chosen(place: Place, wanted: Wanted) -> Decimal:
    count = wanted.pieces.get(place.line.id, ZERO)
    if count < 0 or count > place.left:
        told = {"name": place.name, "left": money.quantity(place.left)}
        raise UnableToReturn(_("Of %(name)s there are %(left)s left to come back.") % told, f"line-{place.line.id}")
    return count


def _give_back(redeemed: Sequence[Hold], share: Fraction, asked: Asked) -> tuple[list[Back], list[str]]:
    """Give what was spent back to its lots, in proportion; a reward whose voucher has been used stays taken and is
    named. Raises UnableToReturn.
    """
    known = wallets.every()
    digits = {row.key: row.digits for row in WalletType.objects.all()}
    found: dict[str, Decimal] = {}
    used = []
    for hold in redeemed:
        exact = Decimal(1).scaleb(-digits.get(hold.wallet, 0))
        due = decimal(Fraction(hold.captured) * share).quantize(exact, rounding=ROUND_DOWN) - hold.restored
        if due <= 0:
            continue
        try:
            holds.reverse(replace(asked, wallet=hold.wallet), hold.id, due)
        except Refused as refused:
            if hold.gave and refused.reason is Refusal.REWARD_USED:
                used.append(catalogue.name(hold.gave["names"], hold.reward))
                continue
            raise UnableToReturn(refused.words) from refused
        found[hold.wallet] = found.get(hold.wallet, ZERO) + due
    return [Back(known.get(key) or wallets.unknown(key), amount) for key, amount in found.items()], used


def _kept(effect: Effect, order: Order, at: datetime) -> Decimal:
    """What less money is given back for points that are spent already, where the programme wants it so."""
    points = sum((one.money for one in effect.taken if one.wallet.key == MAIN), ZERO)
    money_taken = sum((one.money for one in effect.taken if one.wallet.currency == order.currency), ZERO)
    return money_taken + paying.worth(points, sales.priced(at), digits=money.decimals(order.currency))
