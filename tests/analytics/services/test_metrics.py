"""Metrics against a naive reading of the same facts, one customer at a time."""

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.models import CustomerMetrics
from analytics.selectors import metrics as reading
from analytics.services import metrics
from customers.models import Customer
from events.rules import sessions as visits
from tests import factories
from tests.analytics import people
from tests.analytics.people import NOW, Bought, Person, Returned

pytestmark = pytest.mark.django_db
ZONE = "Asia/Bangkok"
DIGITS = {"KRW": 0, "KWD": 3}
slow = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def rounded(amount: Decimal, digits: int) -> Decimal:
    return amount.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)


def total(documents, dated) -> tuple[Decimal | None, set[str]]:
    """The sum in baht and the currencies without a rate."""
    exact, missing = Decimal(0), set()
    for document in documents:
        if document.currency == "THB":
            exact += document.amount
            continue
        day = people.date(document.at, ZONE)
        known = [on for currency, on in dated if currency == document.currency and on <= day]
        if not known:
            missing.add(document.currency)
        else:
            exact += document.amount * dated[document.currency, max(known)]
    return (None if missing else rounded(exact, 2)), missing


def by_currency(documents) -> dict[str, str]:
    sums: dict[str, Decimal] = {}
    for document in documents:
        sums[document.currency] = sums.get(document.currency, Decimal(0)) + document.amount
    return {currency: str(rounded(amount, DIGITS.get(currency, 2))) for currency, amount in sums.items()}


def expected(person: Person, dated) -> dict:
    orders = [order for order in person.orders if order.is_counted]
    revenue, missing_revenue = total(orders, dated)
    refunds, missing_refunds = total(person.refunds, dated)
    first, last = min((o.at for o in orders), default=None), max((o.at for o in orders), default=None)
    seen = max((e.at for e in person.events), default=None)
    login = max((e.at for e in person.events if e.name == "Signed In"), default=None)
    known = revenue is not None and refunds is not None
    return {
        "currency": "THB",
        "missing_rate": min(missing_revenue | missing_refunds, default=None),
        "orders_count": len(orders),
        "revenue_total": None if revenue is None else str(revenue),
        "revenue_by_currency": by_currency(orders),
        "refunds_total": None if refunds is None else str(refunds),
        "refunds_by_currency": by_currency(person.refunds),
        "net_revenue": str(revenue - refunds) if known else None,
        "average_order_value": str(rounded(revenue / len(orders), 2)) if orders and revenue is not None else None,
        "first_order_at": first,
        "last_order_at": last,
        "last_seen_at": seen,
        "sessions_count": len(visits.split(sorted(e.at for e in person.events))),
        "last_login_at": login,
        "followers": None,
        "sentiment": None,
        "tickets_open": 0,
        "last_satisfaction": None,
        "tickets_90d": 0,
        **dict.fromkeys(("points_balance", "points_ending", "points_ending_at", "stamps_balance", "store_credit")),
        **dict.fromkeys(("tier", "member_since", "days_since_joined")),
        "is_member": "no",
        "coupons_used": 0,
        "days_since_last_order": people.days(last, NOW, ZONE),
        "days_since_first_order": people.days(first, NOW, ZONE),
        "days_since_last_seen": people.days(seen, NOW, ZONE),
        "days_since_last_login": people.days(login, NOW, ZONE),
        "days_since_signup": people.days(person.created_at, NOW, ZONE),
        "age": people.age(person.birth_date, people.date(NOW, ZONE)),
    }


def stored() -> dict:
    return {row["customer_id"]: row for row in CustomerMetrics.objects.values()}


@slow
@given(st.lists(people.people, max_size=5), people.rates)
def test_metrics_are_what_a_naive_reading_of_the_facts_gives(population, dated):
    with people.undone():
        people.write(population, dated)
        metrics.update([person.id for person in population], NOW)
        known = [person for person in population if person.status == "known"]
        assert set(stored()) == {person.id for person in known}
        found = reading.of_many([person.id for person in known], NOW)
        for person in known:
            assert found[person.id] == expected(person, dated)


@slow
@given(st.lists(people.people, max_size=4), people.rates, st.lists(people.people, max_size=4), st.data())
def test_step_by_step_equals_a_rebuild(population, dated, others, data):
    """Facts come and go for some customers, the pipeline follows; a rebuild then finds nothing to change."""
    with people.undone():
        people.write(population, dated)
        metrics.update([person.id for person in population], NOW)
        for person, other in zip(population, others, strict=False):
            people.forget_facts(person)
            person.orders, person.refunds, person.events = other.orders, other.refunds, other.events
            people.write_facts(person)
            status = data.draw(st.sampled_from(["known", "merged"]))
            Customer.objects.filter(id=person.id).update(status=status)
            metrics.update([person.id], NOW)
        incremental = stored()
        assert metrics.rebuild(NOW + dt.timedelta(hours=1)) == 0
        assert stored() == incremental
        CustomerMetrics.objects.all().delete()
        metrics.rebuild(NOW)
        drop = ("computed_at",)
        assert {k: {n: v for n, v in row.items() if n not in drop} for k, row in stored().items()} == {
            k: {n: v for n, v in row.items() if n not in drop} for k, row in incremental.items()
        }


@pytest.fixture
def buyer():
    return factories.customer(external_id="b-1")


def test_revenue_of_a_wholesaler_is_exact_to_the_penny(buyer, settings):
    settings.CDP_CURRENCY = "GBP"
    factories.order(buyer, amount="77183.60", currency="GBP", placed_at=NOW)
    metrics.update([buyer.id], NOW)
    found = reading.of_customer(buyer.id, NOW)
    assert found["revenue_by_currency"] == {"GBP": "77183.60"}
    assert (found["revenue_total"], found["currency"], found["missing_rate"]) == ("77183.60", "GBP", None)


def test_a_missing_rate_leaves_the_total_empty_and_says_which(buyer):
    factories.order(buyer, amount="10", currency="GBP", placed_at=NOW)
    metrics.update([buyer.id], NOW)
    found = reading.of_customer(buyer.id, NOW)
    assert found["revenue_total"] is found["net_revenue"] is found["average_order_value"] is None
    assert found["missing_rate"] == "GBP"
    assert found["revenue_by_currency"] == {"GBP": "10.00"}


def test_a_customer_whose_facts_are_gone_has_zeros(buyer):
    order = factories.order(buyer, placed_at=NOW)
    metrics.update([buyer.id], NOW)
    order.delete()
    metrics.update([buyer.id], NOW)
    found = reading.of_customer(buyer.id, NOW)
    assert (found["orders_count"], found["revenue_total"], found["last_order_at"]) == (0, "0.00", None)


def test_a_customer_without_a_row_yet_has_zeros(buyer):
    found = reading.of_customer(buyer.id, NOW)
    assert (found["orders_count"], found["revenue_total"], found["revenue_by_currency"]) == (0, "0.00", {})


def test_unchanged_rows_are_not_even_locked(buyer):
    factories.order(buyer, placed_at=NOW)
    metrics.update([buyer.id], NOW)

    def version():
        with connection.cursor() as cursor:
            cursor.execute("SELECT xmin::text, xmax::text, ctid::text FROM analytics_customermetrics")
            return cursor.fetchall()

    before = version()
    metrics.update([buyer.id], NOW + dt.timedelta(days=1))
    metrics.rebuild(NOW + dt.timedelta(days=1))
    assert version() == before


def test_days_turn_at_midnight_of_the_shop(buyer):
    factories.order(buyer, placed_at=dt.datetime(2026, 3, 14, 16, 59, tzinfo=dt.UTC))  # 23:59 in Bangkok
    metrics.update([buyer.id], NOW)

    def days(hour: int) -> int:
        return reading.of_customer(buyer.id, dt.datetime(2026, 3, 14, hour, 1, tzinfo=dt.UTC))["days_since_last_order"]

    assert (days(16), days(17)) == (0, 1)


def test_a_rebuild_goes_through_all_ranges(monkeypatch):
    monkeypatch.setattr(metrics, "RANGE", 2)
    population = [
        Person(orders=[Bought(NOW, "THB", Decimal(5))], refunds=[Returned(NOW, "THB", Decimal(1))]) for _ in range(5)
    ]
    people.write(population, {})
    seen = []
    assert metrics.rebuild(NOW, on_progress=seen.append) == 5
    assert seen == [2, 4, 5]
    assert reading.of_customer(population[4].id, NOW)["net_revenue"] == "4.00"
