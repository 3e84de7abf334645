"""Who shares a wallet with somebody, as staff, tills and the members themselves see it."""

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from cdp.core.crypto import index
from customers.selectors import lineage, profiles
from loyalty.models import Act, HouseholdKey, Seat
from loyalty.rules.coupons import LETTERS
from loyalty.rules.households import LENGTH
from loyalty.rules.programme import MAIN
from loyalty.selectors import accounts, purses, versions, wallets

_CONFUSED = str.maketrans("OIL", "011")


@dataclass(frozen=True, slots=True)
class Household:
    """The others with whom somebody shares; first names alone are shown to members."""

    others: Sequence[uuid.UUID]
    names: Sequence[str]

    @property
    def members(self) -> int:
        """How many they are, the asked one too."""
        return len(self.others) + 1


def others(customer: uuid.UUID) -> list[uuid.UUID]:
    """Who shares with somebody who stands for themselves."""
    return [mate for mate in purses.sharing([customer]).circles.get(customer, ()) if mate != customer]


def of(customer: uuid.UUID) -> Household | None:
    """The household of somebody who stands for themselves; None for who shares with nobody."""
    found = others(customer)
    return Household(found, [first_name(mate) for mate in found]) if found else None


def standing(customer: uuid.UUID) -> uuid.UUID | None:
    """Who stands for that id today."""
    return lineage.standing([customer]).get(customer)


def own_points(customer: uuid.UUID, *, at: datetime) -> str:
    """What of the shared points is somebody's own, in words."""
    points = next((one for one in accounts.own(customer, at=at) if one.wallet.key == MAIN), None)
    known = wallets.every().get(MAIN)
    return known.counted(points.balance) if known and points else ""


def acts(customer: uuid.UUID, *, most: int) -> tuple[list[Act], dict[uuid.UUID, str]]:
    """What the others did since they share, newest first, with their first names by row: of wallets that are shared."""
    shared = purses.sharing([customer])
    mates = [mate for mate in shared.circles.get(customer, ()) if mate != customer]
    if not mates:
        return [], {}
    rows = {row: mate for mate in (customer, *mates) for row in shared.persons[mate]}
    since: dict[uuid.UUID, datetime] = {}
    for row, moment in Seat.objects.filter(customer_id__in=rows, until=None).values_list("customer_id", "since"):
        since[rows[row]] = min(moment, since.get(rows[row], moment))
    names = {mate: first_name(mate) for mate in mates}
    theirs = Q()
    for mate in mates:
        theirs |= Q(customer_id__in=shared.persons[mate], at__gte=max(since[mate], since[customer]))
    found = Act.objects.filter(theirs).exclude(wallet__in=purses.money()).order_by("-id")[:most]
    return list(found), {row: names[mate] for row, mate in rows.items() if mate != customer}


def first_name(customer: uuid.UUID) -> str:
    """What others of a household read of somebody; empty where nobody knows."""
    profile = profiles.one(customer, shown=False)
    return (profile.given_name or profile.name.split(" ")[0]) if profile else ""


def limit(at: datetime) -> int:
    """How many the programme in force lets share; 1 where nobody may."""
    version = versions.in_force(at)
    return version.programme.household if version else 1


def seats(people: Collection[uuid.UUID]) -> list[Seat]:
    """Every seat of these, newest first."""
    return list(Seat.objects.filter(customer_id__in=people).order_by("-since", "-id"))


# --- invitations ---


def read(text: str) -> str:
    """The letters of an invitation however it was typed; else empty."""
    plain = "".join(text[:40].upper().split()).replace("-", "").translate(_CONFUSED)
    return plain if len(plain) == LENGTH and set(plain) <= set(LETTERS) else ""


def digest(plain: str) -> bytes:
    """The keyed digest of its letters."""
    return index.lasting("loyalty.household", plain)


def inviter(text: str, *, at: datetime) -> uuid.UUID | None:
    """Who invites with that code at that moment, as who stands for them."""
    plain = read(text)
    key = HouseholdKey.objects.filter(digest=digest(plain), until__gt=at).first() if plain else None
    return lineage.standing([key.customer_id]).get(key.customer_id) if key else None


def keys_of(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """The keys of these customers' invitations."""
    found = HouseholdKey.objects.filter(customer_id__in=customers).values_list("digest", "customer_id")
    return {bytes(digest): customer for digest, customer in found}
