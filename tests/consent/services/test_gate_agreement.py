"""One decision, many, and the whole audience in SQL say the same of everybody, whatever the person, the law, the hour."""

import datetime as dt
import random
import uuid
from itertools import product

import pytest
from django.db import connection

from cdp.core import ids
from cdp.core.leaving import Outcome
from consent.models import ConsentState, Guardianship, Purpose, Restriction
from consent.services import gate
from customers.models import ContactPoint, Customer

pytestmark = pytest.mark.django_db
NIGHT = dt.datetime(2028, 2, 29, 14, 0, tzinfo=dt.UTC)  # 23:00 in Seoul, on a leap day
DAY = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)
LONG_AGO, CHANGED, LATELY = DAY - dt.timedelta(days=800), DAY - dt.timedelta(days=100), DAY - dt.timedelta(days=5)
ASKED = [
    ("marketing", "email"),
    ("marketing", "sms"),
    ("marketing", "post"),
    ("marketing", "kakao"),
    ("service", "email"),
    ("profiling", "any"),
    ("third_party", "webhook"),
    ("third_party", "file"),
    ("service", "file"),
    ("service", "webhook"),
    ("profiling", "webhook"),
    ("made_by_the_shop", "email"),
]


def people(rng: random.Random, count: int) -> list[uuid.UUID]:
    """Customers of every kind, with everything the gate looks at, straight into the tables."""
    customers, states, points, frozen, wards = [], [], [], [], []
    for _ in range(count):
        born = None
        if rng.random() < 0.5:
            years = rng.choice((9, 10, 13, 14, 15, 16, 17, 30))
            born = dt.date(2026 - years, rng.choice((2, 3, 11)), rng.choice((1, 20, 21, 28)))
        born = dt.date(2012, 2, 29) if rng.random() < 0.02 else born
        status = rng.choices(["known", "anonymous", "merged", "erased", "bucket"], [90, 3, 3, 3, 1])[0]
        customer = Customer(
            id=ids.uuid7(),
            status=status,
            country=rng.choice(["KR", "TH", "DE", "ES", "BE", "FR", "US", "", "", "", ""]),
            phone_country=rng.choice(["KR", "TH", "DE", "ES", "GB", "US", "", "", ""]),
            language=rng.choice(["ko", "th", "de", "en", "ko-KR", "TH", "", "fil"]),
            birth_date=born,
            created_at=DAY,
            updated_at=DAY,
        )
        customers.append(customer)
        asked = {purpose for purpose, _channel in ASKED} | {"marketing_night"}
        for purpose, channel in product(sorted(asked), ("email", "sms", "post", "kakao", "any", "webhook")):
            if rng.random() < 0.6:
                word = rng.choice(["given", "reconfirmed", "inherited", "denied", "withdrawn", "expired"])
                states.append(
                    ConsentState(
                        id=ids.uuid7(),
                        customer=customer,
                        purpose=purpose,
                        channel=channel,
                        is_granted=word in {"given", "reconfirmed", "inherited"},
                        status=word,
                        ended_by=rng.choice(("meaning", "lapsed", "age", "")) if word == "expired" else "",
                        at=rng.choice((LONG_AGO, CHANGED, LATELY)),
                        record_id=ids.uuid7(),
                    )
                )
        points += [
            ContactPoint(
                customer=customer,
                kind=kind,
                source=f"s{number}",
                digest=ids.uuid7().bytes,
                is_primary=rng.random() < 0.8,
                bounced_at=rng.choice((None, LATELY)),
                created_at=DAY,
            )
            for kind in ("email", "phone")
            for number in range(rng.choice((0, 1, 1, 2)))
        ]
        if rng.random() < 0.2:
            frozen.append(
                Restriction(
                    customer=customer,
                    since=LONG_AGO,
                    until=rng.choice((None, LATELY, NIGHT, NIGHT + dt.timedelta(days=1))),
                    lifted_at=rng.choice((None, None, LATELY)),
                    reason="asked",
                )
            )
        if rng.random() < 0.3:
            wards.append(
                Guardianship(
                    customer=customer,
                    channel="email",
                    boxes=rng.sample([["marketing", "email"], ["third_party", "any"], ["marketing", "sms"]], 2),
                    state=rng.choice(["asked", "confirmed", "refused", "ended"]),
                    asked_at=LATELY,
                    expires_at=NIGHT,
                    ends_on=rng.choice((LATELY.date(), DAY.date(), NIGHT.date(), dt.date(2031, 1, 1))),
                )
            )
    for rows in (customers, states, points, frozen, wards):
        if rows:
            type(rows[0])._default_manager.bulk_create(rows, batch_size=2000)
    return [customer.id for customer in customers]


def every_way(made, purpose, channel, at):
    """Whether all ways agree about these people, and how often each answer came."""
    decisions = gate.decide_many(made, purpose=purpose, channel=channel, at=at)
    parts = gate.denials(purpose, channel, "c", at=at)
    condition, params = gate.allowed_condition(purpose, channel, "c", at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.id, {parts.reason}, {parts.rule} FROM customers_customer c{parts.join}"
            " WHERE c.id = ANY(%(made)s)",
            parts.params | {"made": made},
        )
        told = {customer: (reason, rule) for customer, reason, rule in cursor.fetchall()}
        cursor.execute(f"SELECT c.id FROM customers_customer c WHERE c.id = ANY(%s) AND {condition}", [made, *params])
        allowed = {customer for (customer,) in cursor.fetchall()}
    expected = {
        customer: (decision.reason, decision.rule) if decision.is_denied else ("", "")
        for customer, decision in decisions.items()
    }
    assert told == expected
    assert allowed == {customer for customer, decision in decisions.items() if not decision.is_denied}
    return decisions


def agree(settings, count, *, seed):
    rng = random.Random(seed)
    Purpose.objects.update_or_create(key="marketing", defaults={"meaning_since": CHANGED})
    Purpose.objects.update_or_create(key="marketing_night", defaults={"meaning_since": LATELY})
    Purpose.objects.filter(key__in=["marketing", "marketing_night", "third_party"]).update(lapses_after=27)
    made = people(rng, count)
    seen, cases = set(), 0
    for law, (purpose, channel), at in product(["gdpr", "pdpa_th", "pipa_kr"], ASKED, [DAY, NIGHT]):
        if cases and rng.random() < 0.5:
            continue
        settings.CDP_JURISDICTION = law
        decisions = every_way(made, purpose, channel, at)
        cases += len(decisions)
        seen |= {(decision.outcome, decision.reason) for decision in decisions.values()}
        one = rng.choice(made)
        assert gate.decide(customer=one, purpose=purpose, channel=channel, at=at) == decisions[one]
    return cases, seen


WORTH = {
    (Outcome.ALLOWED, ""),
    (Outcome.DEFERRED, "quiet_hours"),
    *(
        (Outcome.DENIED, reason)
        for reason in (
            *("anonymous", "merged", "erased", "bucket", "restricted", "suppressed", "child"),
            *("denied", "withdrawn", "expired", "outdated", "grown", "never_asked"),
        )
    ),
}


def test_one_many_and_sql_agree_on_thousands_of_random_people(settings):
    cases, seen = agree(settings, 250, seed=7)
    assert cases >= 2_500
    assert seen >= WORTH - {(Outcome.DENIED, "bucket")}


@pytest.mark.long
def test_one_many_and_sql_agree_on_a_hundred_thousand_random_cases(settings):
    cases, seen = agree(settings, 3_400, seed=11)
    assert cases >= 100_000
    assert seen >= WORTH
