"""What somebody has in the loyalty programme, as a till shows it at one glance."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils.translation import get_language

from cdp.web import formats
from cdp.web.desk import sales
from loyalty.models import Member, WalletType
from loyalty.rules import paying
from loyalty.rules.programme import MAIN, Programme
from loyalty.rules.purse import ZERO
from loyalty.selectors import accounts, households, versions, wallets
from loyalty.selectors.accounts import Standing
from loyalty.selectors.wallets import Wallet

KIND = WalletType.Kind
SOON = timedelta(days=45)
MOST_STAMPS = 20
"""A card with more places than that is told in numbers."""


@dataclass(frozen=True, slots=True)
class Pocket:
    """One wallet in words. `full` is how many stamps make a card, where it is one."""

    wallet: Wallet
    standing: Standing
    at: datetime
    worth: str = ""
    full: int = 0

    @property
    def kind(self) -> str:
        """Points, stamps or credit."""
        return self.wallet.kind

    @property
    def amount(self) -> str:
        """What can be spent; what is owed as the programme shows it."""
        return self.wallet.amount(self.standing.balance)

    @property
    def pending(self) -> str:
        """What can be spent later; empty for nothing."""
        return self.wallet.counted(self.standing.pending) if self.standing.pending else ""

    @property
    def held(self) -> str:
        """What is put aside for a purchase elsewhere; empty for nothing."""
        return self.wallet.counted(self.standing.held) if self.standing.held else ""

    @property
    def owed(self) -> str:
        """What the next earnings pay first; empty for nothing."""
        return self.wallet.counted(self.standing.owed) if self.standing.owed else ""

    @property
    def ending(self) -> str:
        """What of it ends next; empty where nothing does."""
        return self.wallet.counted(self.standing.ending) if self.standing.ends_at and self.standing.ending else ""

    @property
    def is_ending_soon(self) -> bool:
        """Whether that is worth a word to the customer today."""
        ends = self.standing.ends_at
        return ends is not None and ends < self.at + SOON

    @property
    def stamps(self) -> Sequence[bool]:
        """The card that is being filled, place by place; empty where it is told in numbers."""
        if not self.full or self.full > MOST_STAMPS:
            return ()
        filled = int(self.standing.available) % self.full if self.standing.available else 0
        return [place < filled for place in range(self.full)]

    @property
    def full_cards(self) -> int:
        """How many cards are full."""
        return int(self.standing.available) // self.full if self.full else 0


@dataclass(frozen=True, slots=True)
class Account:
    """What there is and whether they take part. `credit` is what can be used of the shop's money, `points` what can be
    spent, where it has a price.
    """

    is_member: bool
    tier: str
    pockets: Sequence[Pocket]
    points: Decimal = ZERO
    credit: Decimal = ZERO
    step: Decimal = ZERO
    members: int = 1  # how many share it

    @property
    def shown_credit(self) -> str:
        """The credit as money."""
        return formats.money(self.credit, settings.CDP_CURRENCY)


def of(customer: uuid.UUID, *, at: datetime) -> Account | None:
    """Of who stands for themselves; None where there is no programme and nothing to show."""
    version = versions.in_force(at)
    member = Member.objects.filter(customer_id=customer, left_at__isnull=True).first()
    standings = accounts.standings(customer, at=at)
    known = wallets.every()
    pockets = [
        _pocket(known[one.wallet.key], one, version.programme if version else None, at)
        for one in sorted(standings, key=lambda one: list(known).index(one.wallet.key))
        if _is_shown(one, version.programme if version else None)
    ]
    if version is None and not any(_has(one) for one in standings):
        return None
    how = sales.priced(at)
    points = next((one.available for one in standings if one.wallet.key == MAIN), ZERO)
    credit = [
        one.available
        for one in standings
        if one.wallet.kind == KIND.CREDIT and one.wallet.currency == settings.CDP_CURRENCY
    ]
    return Account(
        is_member=member is not None,
        tier=_tier(version.programme, member.tier) if version and member and member.tier else "",
        pockets=pockets,
        points=points if member and how.worth and points >= how.smallest else ZERO,
        credit=sum(credit, ZERO) if member else ZERO,
        step=how.step,
        members=len(households.others(customer)) + 1 if member else 1,
    )


def most_points(customer: Account, basket: Decimal, *, at: datetime) -> Decimal:
    """How many points they can spend on a basket of that much."""
    return paying.most_points(customer.points, basket, sales.priced(at))


def _has(one: Standing) -> bool:
    return bool(one.balance or one.pending or one.held or one.owed)


def _is_shown(one: Standing, programme: Programme | None) -> bool:
    """Points always, everything else where something is in it or the programme gives it."""
    if _has(one) or programme is None:
        return _has(one)
    given = {part.wallet for part in (*programme.rules, *programme.bonuses)}
    return one.wallet.key in given


def _pocket(wallet: Wallet, one: Standing, programme: Programme | None, at: datetime) -> Pocket:
    kept = programme.wallet(wallet.key) if programme else None
    worth = ""
    if not wallet.is_money and one.available and wallet.kind == KIND.POINTS:
        value, currency = accounts.worth(wallet.key, one.available, at=at)
        worth = formats.money(value, currency) if value is not None else ""
    return Pocket(wallet, one, at, worth, (kept.full or 0) if kept else 0)


def _tier(programme: Programme, key: str) -> str:
    names = next((rank.names for rank in programme.tiering.tiers if rank.key == key), {})
    return names.get((get_language() or "en").split("-")[0]) or names.get("en") or key  # type: ignore[call-overload]
