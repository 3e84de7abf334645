"""One person's purse behind its lock, as whoever spends, gives or adjusts needs it: the checks they all begin with."""

import functools
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ParamSpec, TypeVar

from django.db.models import Max
from django.utils import timezone

from cdp.core.actors import Actor
from customers.selectors import lineage
from customers.services.merging import tries
from loyalty.models import Act, Balance, Member, WalletType
from loyalty.rules import ending, numbering
from loyalty.rules.programme import MAIN, Programme, Refunds, Wallets
from loyalty.rules.purse import Purse
from loyalty.rules.spending import SKEW, Refusal, Refused
from loyalty.selectors import accounts, versions
from loyalty.selectors.versions import Timeline
from loyalty.services import ends
from loyalty.services.book import Book, Draft


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what, and from where: the same for every call. `reference` is the asker's own number of it."""

    customer: uuid.UUID
    actor: Actor
    now: datetime
    source: str
    wallet: str = MAIN
    reference: str = ""
    place: str = ""
    approved_by: uuid.UUID | None = None

    @property
    def name(self) -> uuid.UUID:
        """The same for the same number of the same source, so that an act told again is found; else a new one."""
        return numbering.number(self.source, self.reference) if self.reference else uuid.uuid4()

    @property
    def details(self) -> Mapping[str, Any] | None:
        """What an act keeps of it."""
        said = {"reference": self.reference, "approved_by": str(self.approved_by or "")}
        return {name: value for name, value in said.items() if value} or None


@dataclass(frozen=True, slots=True)
class Till:
    """An open book of one person: `who` stands for them."""

    book: Book
    who: uuid.UUID
    wallet: WalletType
    programme: Programme | None
    version: uuid.UUID | None
    timeline: Timeline | None = None
    rank: str | None = None
    """Their tier, where it was read beside their membership."""
    shelf: Counter[str] = field(default_factory=Counter)
    """Rewards taken and put back by what is about to be written (services.rewards)."""

    @property
    def purse(self) -> Purse:
        """What they have in this wallet."""
        return self.book.purse(self.who, self.wallet.key)

    @property
    def own(self) -> Purse:
        """What of it is theirs alone."""
        return self.purse.own()

    @property
    def people(self) -> list[uuid.UUID]:
        """Every row that is this person."""
        return list(self.book.members[self.book.tops[self.who]])

    @property
    def sharers(self) -> list[uuid.UUID]:
        """Every row of the household, their own first."""
        return self.book.sharers(self.who)

    @property
    def tier(self) -> str:
        """Their rank; empty for none."""
        if self.rank is not None:
            return self.rank
        return Member.objects.filter(customer_id=self.who).values_list("tier", flat=True).first() or ""

    @property
    def how(self) -> Wallets:
        """How the wallet is kept today."""
        return self.programme.wallet(self.wallet.key) if self.programme else Wallets()

    @property
    def grace(self) -> timedelta:
        """How long points that come back can be spent where their own end has passed."""
        return timedelta(days=(self.programme.refunds if self.programme else Refunds()).grace_days)

    def end(self, active_from: datetime) -> datetime | None:
        """When a lot that somebody is given now ends."""
        expiry = self.programme.expiry(self.wallet.key, self.tier) if self.programme else self.how.expiry
        zone = timezone.get_default_timezone()
        now = self.book.now
        return ending.end(expiry, earned_at=now, active_from=active_from, last_active_at=now, zone=zone)

    def end_of(self, wallet: str) -> datetime | None:
        """The same of any of their wallets, of what can be spent at once."""
        expiry = self.programme.expiry(wallet, self.tier) if self.programme else Wallets().expiry
        zone, now = timezone.get_default_timezone(), self.book.now
        return ending.end(expiry, earned_at=now, active_from=now, last_active_at=now, zone=zone)

    @property
    def digits(self) -> int:
        """How many decimals the wallet counts in."""
        return self.wallet.digits

    @property
    def available(self) -> Decimal:
        """What can be spent now."""
        return self.purse.available(self.book.now)

    def worth(self, points: Decimal) -> tuple[Decimal | None, str]:
        """What so much of the wallet is in money when it is spent, and in which; None where it has no price."""
        return accounts.price(self.wallet, points, self.programme)

    def act(self, kind: Act.Kind, cause: str, **more: Any) -> Draft:
        """A new act in this wallet, of the version in force."""
        return self.book.act(self.who, self.wallet.key, kind, cause=cause, version=self.version, **more)

    def note_redemption(self) -> None:
        """Who redeems is active: what ends by idleness lasts longer."""
        if any(lot.ends for purse in self.book.purses().values() for lot in purse.lots.values()):
            ends.prolong(self.book, self.who, at=self.book.now, tier=self.tier, timeline=self.timeline)

    def told(self, kind: Act.Kind, cause: str) -> Act | None:
        """The act of that cause, if it was written before."""
        wallet = self.wallet.key
        return Act.objects.filter(customer_id__in=self.people, wallet=wallet, kind=kind, cause=cause).first()


Said = ParamSpec("Said")
Outcome = TypeVar("Outcome")


def patiently(work: Callable[Said, Outcome]) -> Callable[Said, Outcome]:
    """Do it again where PostgreSQL ended it: tills and a merge of the same people may wait for each other in a ring,
    and whoever stands at the till is not to hear of that. Raises `tries.Blocked` where others go on for too long.
    """

    @functools.wraps(work)
    def done(*args: Said.args, **more: Said.kwargs) -> Outcome:
        return tries.tried(lambda: work(*args, **more))

    return done


def open_till(asked: Asked, *, members_only: bool = True) -> Till:
    """Lock somebody's purse; call it inside a transaction.

    Raises Refused for a wallet that is not there, for who takes no part, and where the clock went back. Raises
    `lineage.Erased` for who is nobody any more.
    """
    wallet = accounts.wallet(asked.wallet)
    if wallet is None:
        raise Refused(Refusal.UNKNOWN_WALLET, known=", ".join(accounts.wallets()))
    book = Book.open([asked.customer], now=asked.now, actor=asked.actor, source=asked.source, place=asked.place)
    who = book.stands.get(asked.customer)
    if who is None:
        raise lineage.Erased
    written = Balance.objects.filter(customer_id__in=book.sharers(who)).aggregate(last=Max("moved_at"))["last"]
    if written is not None and asked.now < written - SKEW:
        raise Refused(Refusal.CLOCK)
    rank = None
    if members_only:
        rank = Member.objects.filter(customer_id=who, left_at__isnull=True).values_list("tier", flat=True).first()
        if rank is None:
            raise Refused(Refusal.NOT_MEMBER)
    timeline = versions.published()
    version = timeline.at(asked.now)
    if version is None:
        return Till(book, who, wallet, None, None, timeline, rank)
    return Till(book, who, wallet, version.programme, version.id, timeline, rank)
