"""Codes for friends, and who came by them."""

import uuid
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.urls import reverse

from cdp.core import copying
from cdp.core.crypto import index, subjects
from customers.models import MergeSuggestion
from customers.selectors import lineage, profiles
from loyalty.models import FriendCode, FriendKey, Referral
from loyalty.rules.coupons import LETTERS
from loyalty.rules.programme import Action, Programme
from loyalty.rules.referring import Traits, home
from loyalty.selectors import purses, versions

TABLE = "loyalty_friendcode"
LENGTH = 8
PAGE = 2000
_CONFUSED = str.maketrans("OIL", "011")


def read(text: str) -> str:
    """The letters of a code for friends however it was typed; else empty."""
    plain = "".join(text[:40].upper().split()).replace("-", "").translate(_CONFUSED)
    return plain if len(plain) == LENGTH and set(plain) <= set(LETTERS) else ""


def digest(plain: str) -> bytes:
    """The keyed digest of a code's letters."""
    return index.lasting("loyalty.friend", plain)


def member_of(text: str) -> uuid.UUID | None:
    """Who gives that code, as who stands for them today."""
    plain = read(text)
    key = FriendKey.objects.filter(digest=digest(plain)).first() if plain else None
    return lineage.standing([key.customer_id]).get(key.customer_id) if key else None


def keys_of(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """The keys of these customers' codes."""
    found = FriendCode.objects.filter(customer_id__in=customers).values_list("code_digest", "customer_id")
    return {bytes(digest): customer for digest, customer in found}


def code_of(people: Collection[uuid.UUID]) -> str:
    """The code that somebody (survivor and absorbed ids) gives to friends; empty where there is none yet."""
    row = FriendCode.objects.filter(customer_id__in=people).order_by("id").first()
    return subjects.load([row.customer_id]).open(row.code, table=TABLE, column="code", row=row.id) if row else ""


def link(code: str) -> str:
    """Where a friend signs up by it."""
    return f"{settings.CDP_BASE_URL}{reverse('web:signup')}?friend={code}"


def rules(programme: Programme, what: str) -> list[Action]:
    """What having brought somebody (`referral`) or been brought (`referred`) earns."""
    return [rule for rule in programme.rules if isinstance(rule, Action) and rule.what == what]


def is_offered(at: datetime) -> bool:
    """Whether the programme rewards bringing friends."""
    version = versions.in_force(at)
    return version is not None and bool(rules(version.programme, "referral") or rules(version.programme, "referred"))


def traits(customer: uuid.UUID) -> Traits:
    """What tells whether two live together."""
    profile = profiles.one(customer, shown=False)
    if profile is None:
        return Traits()
    return Traits(
        emails=[one.value for one in profile.contacts if one.kind == "email"],
        phones=[one.value for one in profile.contacts if one.kind == "phone"],
        homes=[told for place in profile.places if (told := home(place.street, place.postcode))],
    )


def are_named_together(one: uuid.UUID, other: uuid.UUID) -> bool:
    """Whether an identifier of one (the token of a payment card, an account) was ever told with the other, as a steward
    is asked about then; whatever was decided. An identifier has one owner, so that this is what tells of a shared one.
    """
    ours, theirs = lineage.of(one), lineage.of(other)
    pairs = MergeSuggestion.objects.filter(
        Q(customer_id__in=ours, other_id__in=theirs) | Q(customer_id__in=theirs, other_id__in=ours)
    )
    return pairs.exists()


def due(*, now: datetime, since: timedelta) -> Iterator[Sequence[Referral]]:
    """Those that wait and whose first purchase may have outlived the days of return, page by page; a purchase counts
    that was made at most `since` before they came. Most wait for a purchase that never comes, so only the database
    looks at them.
    """
    timeline, after = versions.published(), uuid.UUID(int=0)
    while True:
        page = list(Referral.objects.filter(state=Referral.State.WAITING, id__gt=after).order_by("id")[:PAGE])
        if not page:
            return
        after = page[-1].id
        people = purses.persons({row.customer_id for row in page})
        asked = []
        for row in page:
            version = timeline.at(row.at)
            if version is not None:
                until = now - timedelta(days=version.programme.referrals.after_days)
                asked += [(row.id, one, row.at - since, until) for one in people[row.customer_id]]
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT DISTINCT w.id FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[], %s::timestamptz[])
                    AS w (id, customer, since, until)
                JOIN commerce_order o ON o.customer_id = w.customer AND o.is_counted
                    AND o.placed_at >= w.since AND o.placed_at <= w.until
                """,
                [copying.array([one[place] for one in asked]) for place in range(4)],
            )
            found = {row for (row,) in cursor.fetchall()}
        yield [row for row in page if row.id in found]


@dataclass(frozen=True, slots=True)
class Shown:
    """A referral as staff read it."""

    row: Referral
    who: str
    by: str


def shown(rows: Collection[Referral], *, in_full: bool) -> list[Shown]:
    """With the names of both, for a page of them."""
    wanted = {row.customer_id for row in rows} | {row.by for row in rows}
    tops = lineage.standing(wanted)
    opened = profiles.opened(set(tops.values()))
    names = {one: opened[top].called(in_full=in_full) for one, top in tops.items() if top in opened}
    return [Shown(row, names.get(row.customer_id, ""), names.get(row.by, "")) for row in rows]
