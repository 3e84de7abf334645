"""The catalogue of rewards: what there is, what a member can have now, and what stands in the way of the others."""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any, cast

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language

from loyalty.models import Hold, Member, Reward
from loyalty.rules import rewards as rules
from loyalty.rules.earning import periods
from loyalty.rules.programme import Cap
from loyalty.rules.purse import ZERO
from loyalty.rules.spending import Refusal
from loyalty.selectors import accounts, purses


@dataclass(frozen=True, slots=True)
class Offered:
    """One reward as somebody sees it: `why` they cannot have it now, and how much of the wallet is missing."""

    reward: Reward
    why: Refusal | None
    missing: Decimal
    taken: int

    @property
    def left(self) -> int | None:
        """How many pieces there are; None for as many as are wanted."""
        return left(self.reward)


def left(reward: Reward) -> int | None:
    """How many pieces there are; None for as many as are wanted."""
    return None if reward.stock is None else max(reward.stock - reward.taken, 0)


def name(names: Mapping[str, str], key: str) -> str:
    """In the reader's language, else in English, else by its key."""
    return names.get((get_language() or "en").split("-")[0]) or names.get("en") or key


def terms(reward: Reward) -> rules.Terms:
    """What it costs and who can have it."""
    return rules.Terms(
        cost=reward.cost,
        is_on=reward.is_on,
        starts_at=reward.starts_at,
        ends_at=reward.ends_at,
        tiers=reward.tiers,
        left=left(reward),
        each=reward.each,
    )


def taken(people: Collection[uuid.UUID], rewards: Sequence[Reward], *, at: datetime) -> Counter[str]:
    """How often these people (who share a purse) took each in the period of its limit: put aside or redeemed, and not
    given back. At most one query.
    """
    limited = [reward for reward in rewards if reward.each is not None]
    if not limited:
        return Counter()
    wanted = Q()
    for reward in limited:
        since = _since(reward.per, at)
        wanted |= Q(reward=reward.key) & (Q(made_at__gte=since) if since else Q())
    states = [Hold.State.OPEN, Hold.State.CAPTURED]
    found = Hold.objects.filter(wanted, customer_id__in=list(people), state__in=states, restored=0)
    return Counter(dict(found.order_by().values_list("reward").annotate(n=Count("id"))))


def given(at: datetime) -> QuerySet[Reward]:
    """Every reward that is given now or will be."""
    return Reward.objects.filter(Q(ends_at=None) | Q(ends_at__gt=at), is_on=True)


def catalogue(customer: uuid.UUID, *, at: datetime) -> list[Offered]:
    """The whole of it in the order in which people see it, as somebody who stands for themselves does."""
    return offered(list(given(at)), customer, at=at)


def offered(rewards: Sequence[Reward], customer: uuid.UUID, *, at: datetime) -> list[Offered]:
    """These rewards as somebody who stands for themselves sees them. A handful of queries."""
    people = purses.persons([customer])[customer]
    tier = Member.objects.filter(customer_id=customer, left_at=None).values_list("tier", flat=True).first()
    has = {one.wallet.key: one.available for one in accounts.standings(customer, at=at)}
    counts = taken(people, rewards, at=at)
    found = []
    for reward in rewards:
        available = has.get(reward.wallet, ZERO)
        why = (
            Refusal.NOT_MEMBER
            if tier is None
            else rules.refusal(terms(reward), at=at, tier=tier, taken=counts[reward.key], available=available)
        )
        found.append(Offered(reward, why, max(reward.cost - available, ZERO), counts[reward.key]))
    return found


def _since(per: str, at: datetime) -> datetime | None:
    """When the period began that a limit counts in, by the shop's calendar; None for ever."""
    span = periods(Cap(per=cast("Any", per), times=1), timezone.localdate(at))
    return timezone.make_aware(datetime.combine(span[0], time())) if span else None
