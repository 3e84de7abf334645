"""What a basket would earn somebody, before it is bought: a till asks, and the judge of purchases answers."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from commerce.models import Product
from loyalty.models import Member
from loyalty.rules import earning, paying, settling
from loyalty.rules.earning import Basket, Judgement, Line, WhyNot
from loyalty.rules.programme import MAIN, Programme
from loyalty.selectors import booked, purses, versions

ZERO = Decimal(0)

WHY_NOT: Mapping[WhyNot, Promise] = MappingProxyType(
    {
        WhyNot.WINDOW: _("Not at this time."),
        WhyNot.TIER: _("For members of another rank."),
        WhyNot.ARTICLES: _("None of its articles is in the basket."),
        WhyNot.MINIMUM: _("The basket is too small for it."),
        WhyNot.REWARDS: _("Not where something is paid with rewards."),
        WhyNot.CAP: _("The most that it gives has been reached."),
        WhyNot.STACK: _("Another rule takes its place."),
        WhyNot.TOO_LITTLE: _("Too little for a whole one."),
    }
)
"""Why a rule gives nothing, in a sentence."""


@dataclass(frozen=True, slots=True)
class Quote:
    """What a basket would earn by the programme in force, and whether the person takes part in it already."""

    programme: Programme
    judged: Judgement
    lines: Sequence[Line]
    is_member: bool
    most_points: Decimal = ZERO  # how many could be spent on it


def quote(customer: uuid.UUID | None, basket: Basket) -> Quote | None:
    """For who stands for themselves, with their rank and what the rules gave them so far; for a guest (None) as for a
    new member. None without a programme.

    Articles without a category have that of the catalogue. `basket.at` is in the shop's zone.
    """
    version = versions.in_force(basket.at)
    if version is None:
        return None
    known = dict(
        Product.objects.filter(sku__in=[line.sku for line in basket.lines if not line.category]).values_list(
            "sku", "category"
        )
    )
    lines = [
        Line(line.sku, line.category or known.get(line.sku, ""), line.quantity, line.amount) for line in basket.lines
    ]
    whole = Basket(basket.at, lines, basket.discount, basket.shipping, basket.tax, basket.total, basket.rewards)
    member = Member.objects.filter(customer_id=customer, left_at__isnull=True).first() if customer else None
    history, most = booked.History(), ZERO
    if customer:
        tops = dict.fromkeys(purses.persons([customer])[customer], customer)
        history = booked.histories(tops, timezone.get_default_timezone()).get(customer, history)
    if customer and member:
        has = purses.balances([customer], MAIN, basket.at).get(customer, ZERO)
        most = paying.most_points(max(has, ZERO), whole.sum - whole.discount, version.programme.wallet(MAIN))
    judged = earning.judge(
        version.programme,
        whole,
        tier=member.tier if member else "",
        so_far=settling.given(version.programme, basket.at.date(), history.past()),
        digits=versions.digits(),
    )
    return Quote(version.programme, judged, lines, member is not None, most)
