"""The card of a member: which one an address opens, and everything that stands on it."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from cdp.core import written_numbers
from cdp.core.crypto import subjects
from customers.rules import member_numbers
from customers.selectors import lineage, profiles, tongues
from customers.selectors.profiles import Kind, Profile
from loyalty.models import Card, CardKey, Member, WalletType
from loyalty.rules import ranks
from loyalty.rules.programme import MAIN, Programme
from loyalty.rules.purse import ZERO
from loyalty.rules.ranks import Rank
from loyalty.selectors import accounts, booked, coupons, households, purses, telling, versions, wallets
from loyalty.selectors.coupons import Usable
from loyalty.selectors.telling import Told
from loyalty.selectors.wallets import Wallet

TABLE = "loyalty_card"
LAST = 6
"""How many of the last acts stand on a card."""
LOOKED_AT = 30
"""Of how many acts those are the last that changed anything."""
ENDS = 3


def digest(secret: str) -> bytes:
    """A plain hash: the secret is 256 bits of chance."""
    return hashlib.sha256(b"card\n" + secret.encode()).digest()


def find(secret: str) -> Card | None:
    """The card that an address opens; None for one that was never given, or was ended."""
    key = CardKey.objects.filter(digest=digest(secret)).first()
    return Card.objects.filter(customer_id=key.customer_id, id=key.card_id).first() if key else None


def keys_of(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """The keys of these customers' cards."""
    found = Card.objects.filter(customer_id__in=customers).values_list("secret_digest", "customer_id")
    return {bytes(digest): customer for digest, customer in found}


def of(customer: uuid.UUID) -> Card | None:
    """The newest card of somebody, given to whoever of those who are one."""
    return Card.objects.filter(customer_id__in=lineage.of(customer)).order_by("-id").first()


def secret_of(card: Card) -> str:
    """What its address carries; empty once its key was destroyed."""
    return subjects.load([card.customer_id]).open(card.secret, table=TABLE, column="secret", row=card.id)


def path(secret: str) -> str:
    """The address of a card on this host."""
    return reverse("card:page", args=[secret])


def url(secret: str) -> str:
    """The full address, for a message or a code that a phone reads."""
    return settings.CDP_BASE_URL + path(secret)


@dataclass(frozen=True, slots=True)
class Ending:
    """What of a wallet ends when; `on` is the last day on which it is good."""

    on: dt.date
    amount: str


@dataclass(frozen=True, slots=True)
class Pot:
    """One wallet on the card, in words of the reader."""

    wallet: Wallet
    balance: str
    pending: str
    held: str
    owed: str
    ends: Sequence[Ending] = ()
    worth: str = ""


@dataclass(frozen=True, slots=True)
class Stamps:
    """A stamp card, drawn: `places` are true where there is a stamp. `more` are those of the next card."""

    wallet: Wallet
    have: int
    full: int
    places: Sequence[bool]
    more: int = 0

    @property
    def missing(self) -> int:
        """How many make it full."""
        return self.full - self.have


@dataclass(frozen=True, slots=True)
class Step:
    """The rank, and the way to the next: `share` of it from 0 to 100, `missing` written as it counts."""

    name: str
    perks: str
    next: str
    missing: str
    basis: str
    share: int


@dataclass(frozen=True, slots=True)
class Face:
    """Everything that stands on a card at a moment."""

    customer: uuid.UUID
    programme: str
    name: str
    number: str
    as_of: dt.datetime
    points: Pot | None = None
    credit: Sequence[Pot] = ()
    stamps: Sequence[Stamps] = ()
    step: Step | None = None
    coupons: Sequence[Usable] = ()
    acts: Sequence[tuple[Told, str]] = field(default=())

    @property
    def spaced(self) -> str:
        """The number as people read it."""
        return member_numbers.spaced(self.number)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who takes part by a card, and the language they read."""

    member: Member
    profile: Profile

    @property
    def language(self) -> str:
        """Empty where nobody knows."""
        return tongues.of_person(self.profile.customer)


def holder(card: Card) -> Holder | None:
    """Whose card it is today; None where nobody takes part by it any more."""
    who = lineage.standing([card.customer_id]).get(card.customer_id)
    member = Member.objects.filter(customer_id=who, left_at=None).first() if who else None
    profile = profiles.one(who, shown=False) if who and member else None
    return Holder(member, profile) if member and profile else None


def face(holder: Holder, *, now: dt.datetime) -> Face:
    """What stands on their card now, in the reader's language."""
    who, member, profile = holder.member.customer_id, holder.member, holder.profile
    timeline = versions.published()
    version = timeline.at(now)
    programme = version.programme if version else None
    known = wallets.every()
    pots = {one.wallet.key: one for one in accounts.standings(who, at=now)}
    ends = _ends(who, now)
    people = purses.persons([who])[who]
    theirs, others = households.acts(who, most=LOOKED_AT)
    rows = [*accounts.entries(who).order_by("-id")[:LOOKED_AT], *theirs]
    told = sorted(telling.of(rows, timeline, others=others), key=lambda one: one.at, reverse=True)[:LAST]
    shown = {key: _pot(known[key], one, ends.get(key, {}), programme) for key, one in pots.items()}
    used = {key for key, one in pots.items() if one.balance or one.pending or one.held or one.owed}
    return Face(
        who,
        programme=_text(programme.names) if programme else "",
        name=_first_name(profile),
        number=profile.value(Kind.MEMBER),
        as_of=now,
        points=shown.get(MAIN),
        credit=[shown[key] for key in known if known[key].kind == WalletType.Kind.CREDIT and key in used],
        stamps=[
            _stamps(known[key], int(max(pots[key].balance, ZERO)), programme.wallet(key).full or 0)
            for key in known
            if known[key].kind == WalletType.Kind.STAMPS and programme and programme.wallet(key).full
        ],
        step=_step(programme, member, people, now) if programme else None,
        coupons=coupons.usable(people, keyring=subjects.load(people), now=now),
        acts=[(one, _signed(known.get(one.wallet) or wallets.unknown(one.wallet), one.change)) for one in told],
    )


def _first_name(profile: Profile) -> str:
    """Whoever looks over a shoulder learns no more than a first name."""
    return profile.given_name or profile.name.split(" ")[0]


def _text(texts: object) -> str:
    named = dict(texts) if isinstance(texts, dict) else {}
    return str(named.get((get_language() or "en")[:2]) or named.get("en") or "")


def _signed(wallet: Wallet, change: Decimal) -> str:
    sign = "+" if change > 0 else "−"
    return sign + wallet.counted(abs(change))


def _ends(who: uuid.UUID, now: dt.datetime) -> dict[str, dict[dt.datetime, Decimal]]:
    """By wallet, how much ends when."""
    found: dict[str, dict[dt.datetime, Decimal]] = {}
    for key, purse in purses.of(who).items():
        purse.catch_up(now)
        for lot in purse.lots.values():
            if lot.active and lot.ends and not lot.has_ended(now):
                by = found.setdefault(key, {})
                by[lot.ends] = by.get(lot.ends, ZERO) + lot.active
    return found


def _pot(wallet: Wallet, one: accounts.Standing, ends: dict[dt.datetime, Decimal], programme: Programme | None) -> Pot:
    price = programme.wallet(wallet.key).worth if programme else None
    worth = one.available * price if price and programme and not wallet.is_money else ZERO
    return Pot(
        wallet,
        balance=wallet.amount(one.balance),
        pending=wallet.counted(one.pending) if one.pending else "",
        held=wallet.counted(one.held) if one.held else "",
        owed=wallet.counted(one.owed) if one.owed else "",
        ends=[
            Ending(timezone.localdate(moment - dt.timedelta(microseconds=1)), wallet.counted(ends[moment]))
            for moment in sorted(ends)[:ENDS]
        ],
        worth=written_numbers.money(worth, programme.currency) if worth and programme else "",
    )


def _stamps(wallet: Wallet, have: int, full: int) -> Stamps:
    """The card that is being filled; full ones that wait for their reward count as more."""
    here = min(have, full)
    return Stamps(wallet, here, full, [place < here for place in range(full)], more=have - here)


def _step(programme: Programme, member: Member, people: Sequence[uuid.UUID], now: dt.datetime) -> Step | None:
    tiering = programme.tiering
    if not tiering.tiers:
        return None
    zone = timezone.get_default_timezone()
    history = booked.histories(dict.fromkeys(people, member.customer_id), zone)[member.customer_id]
    since = ranks.window(tiering, joined_at=member.joined_at, now=now, zone=zone)
    counter = history.counter(tiering.basis, since, now)
    found = ranks.progress(tiering, Rank(member.tier, member.tier_since, member.tier_until), counter)
    tiers = {tier.key: tier for tier in tiering.tiers}
    here, above = tiers.get(found.tier), tiers.get(found.next)
    floor = here.at_least if here else ZERO
    share = 100
    if above is not None:
        way = above.at_least - floor
        share = int(max(min((counter - floor) * 100 / way, Decimal(99)), ZERO)) if way else 0
    return Step(
        name=_text(here.names) if here else "",
        perks=_text(here.perks) if here else "",
        next=_text(above.names) if above else "",
        missing=_counted(tiering.basis, found.missing, programme) if above else "",
        basis=tiering.basis,
        share=share,
    )


def _counted(basis: str, value: Decimal, programme: Programme) -> str:
    if basis == "spend":
        return written_numbers.money(value, programme.currency)
    return written_numbers.number(value.normalize() if value else ZERO)
