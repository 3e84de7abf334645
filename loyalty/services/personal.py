"""Offers of somebody's own, issued for many at once: on what they buy most or wish for, and around their birthday.

Each person gets one of an offer for each period, whoever asks and however often: the coupon itself tells (`given_for`
is made of the offer and the period, and such coupons are not forgotten before the period can be over).
"""

import datetime as dt
import itertools
import json
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from cdp.core import audiences, audit, copying, ids, jobs, pipeline
from cdp.core.actors import SYSTEM, Actor
from cdp.core.crypto import subjects
from cdp.core.models import Job
from consent.selectors import profiling, restrictions
from customers.models import Status
from customers.services import standing
from loyalty.models import Coupon, CouponKey, Member, Offer
from loyalty.rules import acting
from loyalty.rules import benefit as giving
from loyalty.rules import coupons as codes
from loyalty.rules import personal as rules
from loyalty.rules.personal import Period
from loyalty.selectors import coupons as reading
from loyalty.selectors import favourites, versions
from loyalty.selectors.favourites import Article
from loyalty.services.coupons import end

AT_ONCE = 1000
LOOKING_BACK = timedelta(days=365)
JOB = "loyalty_offers"
_NAMES = uuid.UUID("0d6d3a52-5b0e-4c41-9b0e-5f6f1f0a7c11")
"""The name space of what a coupon was given for."""


@dataclass(frozen=True, slots=True)
class Preview:
    """How many people would get a coupon, and some of them with the article it would be on."""

    count: int
    examples: Sequence[tuple[uuid.UUID, Article]]


def given_for(offer: Offer, period: str) -> uuid.UUID:
    """What coupons of that offer and period are given for."""
    return uuid.uuid5(_NAMES, f"{offer.key}\0{period}")


# --- articles of one's own ---


def preview(*, offer: Offer, segment: str, period: Period, now: datetime, examples: int = 10) -> Preview:
    """Who would get one now. Nothing is written."""
    count = 0
    some: list[tuple[uuid.UUID, Article]] = []
    name = rules.name(period, timezone.localdate(now))
    for customers in _portions(_audience(segment)):
        found = _without_those_who_have_it(offer, name, _articles(offer, customers, now))
        count += len(found)
        some += list(itertools.islice(found.items(), examples - len(some)))
    return Preview(count, some)


def issue(*, offer: Offer, customers: Iterable[uuid.UUID], period: Period, actor: Actor, now: datetime) -> int:
    """Give everybody among these for whom there is an article a coupon on it; how many. Who has one for this period
    gets no other. A transaction and about a dozen statements for each thousand.
    """
    name = rules.name(period, timezone.localdate(now))
    until = end(offer.valid_days, now)
    return sum(
        _issue(offer, _articles(offer, some, now), name, until=until, actor=actor, now=now)
        for some in _portions(customers)
    )


def begin(*, offer: Offer, segment: str, period: Period, actor: Actor, title: str) -> Job:
    """Issue them in the background."""
    return jobs.submit(
        JOB,
        title=title,
        params={
            "offer": offer.key,
            "segment": segment,
            "period": period.value,
            "actor": [actor.kind, str(actor.id) if actor.id else None],
        },
        created_by=actor.id,
    )


@jobs.kind(JOB)
def work(job: Job) -> None:
    """Do it; after a kill it goes on by itself, as who has a coupon gets no other."""
    kind, ident = job.params["actor"]
    done = 0
    offer = Offer.objects.get(key=job.params["offer"])
    for some in _portions(_audience(job.params["segment"])):
        done += issue(
            offer=offer,
            customers=some,
            period=Period(job.params["period"]),
            actor=Actor(kind, uuid.UUID(ident) if ident else None),
            now=timezone.now(),
        )
        jobs.progress(job, done=done)


def _audience(segment: str) -> Iterator[uuid.UUID]:
    """The people of a segment, or all members."""
    if segment:
        yield from audiences.audience(segment).iterator()
        return
    after = uuid.UUID(int=0)
    while True:
        found = Member.objects.filter(left_at=None, customer_id__gt=after).order_by("customer_id")
        page = list(found.values_list("customer_id", flat=True)[:AT_ONCE])
        if not page:
            return
        yield from page
        after = page[-1]


def _portions(customers: Iterable[uuid.UUID]) -> Iterator[list[uuid.UUID]]:
    rest = iter(customers)
    while some := list(itertools.islice(rest, AT_ONCE)):
        yield some


def _articles(offer: Offer, customers: Sequence[uuid.UUID], now: datetime) -> dict[uuid.UUID, Article]:
    """Theirs, of those who allow that it is worked out."""
    since = now - LOOKING_BACK
    if offer.why == Offer.Why.WISHED:
        found = favourites.wished(customers, since=since, now=now)
    else:
        found = favourites.bought(customers, since=since, now=now)
    stopped = profiling.stopped(list(found), now=now) if found else frozenset()
    return {customer: article for customer, article in sorted(found.items()) if customer not in stopped}


def _without_those_who_have_it(
    offer: Offer, period: str, found: Mapping[uuid.UUID, Article]
) -> dict[uuid.UUID, Article]:
    had = Coupon.objects.filter(
        customer_id__in=list(found), offer=offer.key, given_for=given_for(offer, period)
    ).values_list("customer_id", flat=True)
    without = set(had)
    return {customer: article for customer, article in found.items() if customer not in without}


# --- birthdays ---


def birthdays(*, now: datetime) -> int:
    """Give who has their birthday around today, by the shop's day, the coupon of each such offer that is on, once for
    a birthday. The rank says how many days around it; how many were given.
    """
    offers = list(Offer.objects.filter(why=Offer.Why.BIRTHDAY, is_on=True).order_by("key"))
    if not offers:
        return 0
    today = timezone.localdate(now)
    version = versions.in_force(now)
    tiers = {rank.key: rank.birthday_days for rank in version.programme.tiering.tiers} if version else {}
    longest = max([1, *tiers.values()])
    count = 0
    for portion in _portions(_born_around(today, longest)):
        due: dict[int, dict[uuid.UUID, Article]] = {}
        for customer, born, tier in _who(portion):
            day = rules.birthday(born, today, days=tiers.get(tier, 1))
            if day is not None:
                due.setdefault(day.year, {})[customer] = Article("")
        for year, people in due.items():
            for offer in offers:
                until = end(max(offer.valid_days, 1), now)
                count += _issue(offer, people, f"birthday {year}", until=until, actor=SYSTEM, now=now)
    return count


def _born_around(today: dt.date, days: int) -> list[uuid.UUID]:
    """Members whose birthday is at most that far away, by month and day; a day more, for 29 February."""
    near = acting.days_of_birth(today - timedelta(days=days), today + timedelta(days=days))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT m.customer_id FROM loyalty_member m JOIN customers_customer c ON c.id = m.customer_id
            WHERE m.left_at IS NULL AND c.status = %s AND c.birth_date IS NOT NULL
                AND EXTRACT(MONTH FROM c.birth_date) * 100 + EXTRACT(DAY FROM c.birth_date) = ANY(%s::numeric[])
            ORDER BY 1
            """,
            [Status.KNOWN.value, copying.array(near)],
        )
        return [row for (row,) in cursor.fetchall()]


def _who(customers: Sequence[uuid.UUID]) -> list[tuple[uuid.UUID, dt.date, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id, c.birth_date, m.tier FROM loyalty_member m JOIN customers_customer c ON c.id = m.customer_id
            WHERE c.id = ANY(%s::uuid[])
            """,
            [copying.array(list(customers))],
        )
        return cursor.fetchall()


# --- writing ---


def _issue(
    offer: Offer,
    articles: Mapping[uuid.UUID, Article],
    period: str,
    *,
    until: datetime,
    actor: Actor,
    now: datetime,
) -> int:
    if not articles:
        return 0
    with transaction.atomic():
        stands = standing.hold(list(articles))
        standing.queue(set(stands.values()))
        held = {stands[customer]: article for customer, article in articles.items() if customer in stands}
        stopped = restrictions.restricted(list(held), at=now)
        wanted = {
            customer: article
            for customer, article in _without_those_who_have_it(offer, period, held).items()
            if customer not in stopped
        }
        if not wanted:
            return 0
        keyring = subjects.load(wanted)
        rows = ids.uuid7s(len(wanted))
        chosen = _codes(len(wanted))
        mark = given_for(offer, period)
        copying.rows(
            Coupon,
            _COLUMNS,
            (
                (
                    row,
                    customer,
                    offer.key,
                    keyring.seal(code, customer=customer, table=reading.TABLE, column="code", row=row),
                    digest,
                    _json(giving.written(rules.on_article(offer.gives, article.sku) if article.sku else offer.gives)),
                    False,
                    offer.why,
                    _json(_details(article)),
                    mark,
                    "loyalty",
                    now,
                    until,
                    "",
                    "",
                    "",
                )
                for row, (customer, article), (code, digest) in zip(rows, wanted.items(), chosen, strict=True)
            ),
        )
        copying.rows(
            CouponKey,
            ("digest", "customer_id", "coupon_id"),
            ((digest, customer, row) for row, customer, (_code, digest) in zip(rows, wanted, chosen, strict=True)),
        )
        audit.record_many(
            audit.Action.COUPON_ISSUED,
            actor=actor,
            at=now,
            entries=[(customer, row, {"offer": offer.key}) for row, customer in zip(rows, wanted, strict=True)],
        )
        pipeline.mark(wanted, cause="loyalty.coupon", lane=pipeline.BULK)
    return len(wanted)


def _details(article: Article) -> dict[str, object] | None:
    if not article.sku:
        return None
    if article.wished_at is not None:
        return {"sku": article.sku, "since": article.wished_at.isoformat()}
    return {"sku": article.sku, "orders": article.orders}


def _codes(count: int) -> list[tuple[str, bytes]]:
    """So many new codes with their digests, of which none is out."""
    found: dict[bytes, str] = {}
    while len(found) < count:
        new = {}
        for _ in range(count - len(found)):
            code = codes.new_code()
            new[reading.digest(codes.read(code))] = code
        taken = {bytes(one) for one in CouponKey.objects.filter(digest__in=list(new)).values_list("digest", flat=True)}
        found |= {digest: code for digest, code in new.items() if digest not in taken}
    return [(code, digest) for digest, code in found.items()]


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


_COLUMNS = (
    *("id", "customer_id", "offer", "code", "code_digest", "benefit", "is_first_order", "reason", "details"),
    *("given_for", "source", "issued_at", "valid_until", "redeemed_by", "reference", "reversed_reference"),
)
