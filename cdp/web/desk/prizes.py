"""Rewards at the counter: what a member can have, what was taken a moment ago, and taking it back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from cdp.core.crypto import subjects
from commerce.models import Order
from commerce.rules import money
from customers.rules.profiling import Context
from customers.selectors import lineage
from loyalty.models import Coupon, Hold, Reward
from loyalty.rules import benefit
from loyalty.rules import coupons as rules
from loyalty.rules.benefit import Amount, Basket, Item, Percent
from loyalty.rules.coupons import Refusal as Reason
from loyalty.rules.spending import REASONS, Refusal, Refused
from loyalty.selectors import benefits, coupons, wallets
from loyalty.selectors import rewards as reading
from loyalty.services import holds, rewards
from loyalty.services.tills import Asked

MOST, LATELY, LAST = 40, timedelta(hours=12), 5
HANDED_OVER = {Reason.LINES_NEEDED, Reason.NO_ARTICLE}
"""An article for nothing that is not in the basket is given beside it."""


class UnableToTake(Exception):
    """It is not given; `words` say why."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


@dataclass(frozen=True, slots=True)
class Prize:
    """A reward as a till offers it: what it gives and costs, how much is missing, or why it cannot be had."""

    key: str
    name: str
    gives: str
    cost: str
    missing: str = ""
    why: str = ""
    needs_purchase: bool = False

    @property
    def can_take(self) -> bool:
        """Whether they can have it now."""
        return not (self.missing or self.why)


@dataclass(frozen=True, slots=True)
class Taken:
    """A reward that was taken here: with the code that it gave, and whether it can be taken back here."""

    id: uuid.UUID
    name: str
    gives: str
    cost: str
    code: str
    at: datetime
    may_go_back: bool


def offered(customer: uuid.UUID, *, at: datetime) -> list[Prize]:
    """What somebody who stands for themselves can have, then what is out of reach; at most MOST."""
    found = reading.offered(list(reading.given(at)[:MOST]), customer, at=at)
    found = [one for one in found if one.why is not Refusal.NOT_MEMBER]
    names = benefits.names_of(one.reward.gives for one in found)
    known = wallets.every()
    prizes = []
    for one in found:
        wallet = known.get(one.reward.wallet) or wallets.unknown(one.reward.wallet)
        is_short = one.why is Refusal.INSUFFICIENT
        prizes.append(
            Prize(
                one.reward.key,
                reading.name(one.reward.names, one.reward.key),
                benefits.words(one.reward.gives, names),
                wallet.counted(one.reward.cost),
                missing=wallet.amount(one.missing) if is_short else "",
                why=str(REASONS[one.why]) if one.why and not is_short else "",
                needs_purchase=_needs_purchase(one.reward),
            )
        )
    return sorted(prizes, key=lambda one: (not one.can_take, bool(one.why)))


def lately(people: Sequence[uuid.UUID], *, keyring: subjects.Keyring, at: datetime) -> list[Taken]:
    """What these people (who are one) took at the counter today, newest first."""
    rows = Hold.objects.filter(
        customer_id__in=list(people),
        source=Context.COUNTER.value,
        state=Hold.State.CAPTURED,
        restored=0,
        made_at__gt=at - LATELY,
    )
    found = [row for row in rows.exclude(reward="").order_by("-id")[:LAST] if row.gave]
    given = Coupon.objects.filter(customer_id__in=list(people), given_for__in=[row.id for row in found])
    codes = {row.given_for: coupons.code_of(row, keyring) for row in given}
    paid = _paid_by(found)
    known = wallets.every()
    taken = []
    for row in found:
        gave = row.gave or {}
        gives = benefit.known(gave["benefit"])
        wallet = known.get(row.wallet) or wallets.unknown(row.wallet)
        taken.append(
            Taken(
                row.id,
                reading.name(gave["names"], row.reward),
                benefits.words(gives, benefits.names_of([gives])),
                wallet.counted(row.captured),
                codes.get(row.id, ""),
                row.made_at,
                may_go_back=row.id not in paid,
            )
        )
    return taken


def off(key: str, basket: Basket) -> Decimal:
    """What a reward takes off a purchase; nothing for one that is given otherwise. Raises UnableToTake and Refused."""
    reward = rewards.known(key)
    if reward.how != Reward.How.NOW or not isinstance(reward.gives, Percent | Amount | Item):
        return Decimal(0)
    reason = rules.in_basket(reward.gives, basket)
    if reason in HANDED_OVER and isinstance(reward.gives, Item):
        return Decimal(0)
    if reason is not None:
        raise UnableToTake(str(rules.REASONS[reason]))
    return benefit.judge(reward.gives, basket, digits=money.decimals(settings.CDP_CURRENCY)).off or Decimal(0)


def take(asked: Asked, key: str, *, number: str, alone: bool = False) -> holds.Done:
    """Redeem a reward, the same one for the same number of a form once. Raises UnableToTake and Refused."""
    if alone and _needs_purchase(rewards.known(key)):
        raise UnableToTake(_("This comes off a purchase: write the amount, and save both together."))
    return holds.redeem(replace(asked, reference=f"{number}/{key}"), reward=key)


def give_back(asked: Asked, redemption: uuid.UUID) -> Hold:
    """Take a reward back: its points, its piece and its coupon. What came off a purchase goes back with that. Raises
    UnableToTake and Refused.
    """
    people = lineage.of(asked.customer)
    row = Hold.objects.filter(customer_id__in=people, id=redemption, source=Context.COUNTER.value).first()
    if row is None or not row.reward:
        raise Refused(Refusal.UNKNOWN_REDEMPTION)
    if row.id in _paid_by([row]):
        raise UnableToTake(_("This came off a purchase: it comes back when all of that does."))
    return holds.reverse(replace(asked, reference=f"back/{row.id}", wallet=row.wallet), row.id).hold


def of_purchase(order: Order, people: Sequence[uuid.UUID]) -> list[Hold]:
    """Rewards that came off that purchase."""
    rows = Hold.objects.filter(
        customer_id__in=list(people),
        source=order.source,
        reference__startswith=f"{order.external_id}/",
        state=Hold.State.CAPTURED,
        restored=0,
    )
    return [row for row in rows.order_by("id") if row.gave and _comes_off(row)]


def _paid_by(rows: Sequence[Hold]) -> set[uuid.UUID]:
    """Those of these that came off a purchase."""
    numbers = {row.id: row.reference.rpartition("/")[0] for row in rows if _comes_off(row)}
    if not numbers:
        return set()
    bought = Order.objects.filter(
        customer_id__in={row.customer_id for row in rows},
        source=Context.COUNTER.value,
        external_id__in=set(numbers.values()),
    )
    known = set(bought.values_list("external_id", flat=True))
    return {row for row, number in numbers.items() if number in known}


def _comes_off(row: Hold) -> bool:
    gave = row.gave or {}
    return gave.get("how") == Reward.How.NOW and isinstance(benefit.known(gave["benefit"]), Percent | Amount | Item)


def _needs_purchase(reward: Reward) -> bool:
    return reward.how == Reward.How.NOW and isinstance(reward.gives, Percent | Amount)
