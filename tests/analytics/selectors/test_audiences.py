"""The compiler against a naive judge: any rule, any population, any zone."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analytics.rules.problems import InvalidRules
from analytics.selectors import audiences
from analytics.services import membership, metrics, segments
from cdp.core import actors
from customers.models import Customer
from customers.selectors import samples
from tests import factories
from tests.analytics import naive, people
from tests.analytics.people import NOW, Bought, Person

pytestmark = pytest.mark.django_db
thorough = hypothesis_settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)

equality = st.sampled_from(["=", "!="])
listing = st.sampled_from(["in", "not_in"])
ordering = st.sampled_from(["=", "!=", ">", ">=", "<", "<="])
presence = st.sampled_from(["is_set", "not_set"])


def texts(field: str, *values: str, contains: bool = False):
    chosen = st.sampled_from(values)
    return st.one_of(
        st.builds(lambda op, value: {"field": field, "op": op, "value": value}, equality, chosen),
        st.builds(lambda op, value: {"field": field, "op": op, "value": value}, listing, st.lists(chosen, min_size=1)),
        st.builds(lambda op: {"field": field, "op": op}, presence),
        *([st.builds(lambda value: {"field": field, "op": "contains", "value": value}, chosen)] if contains else []),
    )


def numbers(kind: str, name: str, values, *, listed: bool = True):
    return st.one_of(
        st.builds(lambda op, value: {kind: name, "op": op, "value": value}, ordering, values),
        st.builds(
            lambda pair: {kind: name, "op": "between", "value": sorted(pair)}, st.lists(values, min_size=2, max_size=2)
        ),
        st.builds(lambda op: {kind: name, "op": op}, presence),
        *(
            [st.builds(lambda op, value: {kind: name, "op": op, "value": value}, listing, st.lists(values, min_size=1))]
            if listed
            else []
        ),
    )


dates = st.integers(-2, 130).map(lambda days: (dt.date(2026, 3, 16) - dt.timedelta(days=days)).isoformat())
instants = people.moments.map(lambda at: at.isoformat())
counts = st.builds(lambda op, value: {"op": op, "value": value}, ordering, st.integers(0, 3))
days = st.one_of(st.integers(0, 130), st.sampled_from([88, 89, 90, 91, 92]))


def counted(leaf):
    return st.builds(
        lambda head, rest: {**head, **rest},
        leaf,
        st.fixed_dictionaries({}, optional={"count": counts, "within_days": days}),
    )


leaves = st.one_of(
    texts("gender", "female", "male"),
    texts("province", "Bangkok", "서울", "TH-10"),
    texts("country", "TH", "KR"),
    texts("city", "Bang Rak", "bang", "강남", "บาง", "%", "_", "'; --", contains=True),
    texts("tags", "vip", "gift", "none", contains=True),
    texts("source", "shop", "till", contains=True),
    texts("stage", "lead", "customer", "repeat", "lapsed"),
    numbers("field", "age", st.integers(10, 40)),
    numbers("field", "birth_month", st.integers(1, 12)),
    numbers("field", "created_at", dates, listed=False),
    numbers("field", "created_at", instants, listed=False),
    numbers("metric", "orders_count", st.integers(0, 4)),
    numbers("metric", "revenue_total", st.one_of(people.amounts, st.just(Decimal(0)))),
    numbers("metric", "days_since_last_order", days),
    numbers("metric", "days_since_last_seen", days),
    numbers("metric", "days_since_signup", days),
    numbers("metric", "last_order_at", dates, listed=False),
    st.builds(
        lambda channel, value: {"consent": {"purpose": "marketing", "channel": channel}, "op": "=", "value": value},
        st.sampled_from(["email", "sms"]),
        st.booleans(),
    ),
    counted(
        st.builds(
            lambda order: {"order": order},
            st.fixed_dictionaries(
                {}, optional={"sku": st.sampled_from(people.SKUS), "product": st.just("Article A-1")}
            ),
        )
    ),
    counted(
        st.builds(
            lambda where: {"event": "Product Viewed", "where": where},
            st.fixed_dictionaries(
                {}, optional={"sku": st.sampled_from(people.SKUS), "price": st.sampled_from([1, 2.5])}
            ),
        )
    ),
    st.just({"segment": "others"}),
)
rules = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)
# Rates are not the compiler's business: one currency keeps the naive side short.
populations = st.lists(people.people, max_size=6).map(lambda population: [in_baht(person) for person in population])


def in_baht(person: Person) -> Person:
    for document in (*person.orders, *person.refunds):
        document.currency = "THB"
    return person


def segment(key: str, document) -> None:
    segments.create(key=key, name=key, rules=document, actor=actors.SYSTEM, at=NOW)


@pytest.mark.parametrize("zone", ["Asia/Bangkok", pytest.param("America/New_York", marks=pytest.mark.long)])
@thorough
@given(population=populations, rule=rules, other=leaves.filter(lambda leaf: "segment" not in leaf))
def test_a_rule_selects_whom_a_naive_judge_selects(zone, population, rule, other, settings):
    settings.TIME_ZONE = zone
    with people.undone():
        people.write(population, {})
        metrics.update([person.id for person in population], NOW)
        segment("others", other)
        membership.refresh_many(["others"], NOW)
        known = [person for person in population if person.status == "known"]
        judge = naive.Judge(NOW, zone, {})
        judge.members["others"] = {person.id for person in known if judge.holds(other, person)}
        expected = sorted(person.id for person in known if judge.holds(rule, person))

        assert audiences.members(rule, now=NOW) == expected
        half = [person.id for person in population][::2]
        assert audiences.members(rule, now=NOW, among=half) == [one for one in expected if one in half]
        shown = audiences.preview(rule, NOW)
        assert (shown.count, sorted(shown.sample)) == (len(expected), expected)
        tree = audiences.check(rule)
        for person in population:
            verdict = audiences.why(person.id, tree, NOW)
            assert (verdict is None) == (person.status != "known")
            assert verdict is None or verdict.is_met == (person.id in expected)


def test_preview_shows_the_statement_with_placeholders_and_nothing_of_the_reader():
    shown = audiences.preview({"field": "city", "op": "=", "value": "x'; DROP TABLE y; --"}, NOW)
    assert "lower(c.city) = lower(:p0::text)" in shown.sql
    assert "DROP" not in shown.sql


def test_preview_samples_when_counting_takes_too_long(monkeypatch):
    monkeypatch.setattr(audiences, "PREVIEW_MILLISECONDS", 1)
    monkeypatch.setattr(audiences, "statement", slowly(audiences.statement))
    people.write([Person() for _ in range(3)], {})
    shown = audiences.preview({"all": []}, NOW)
    assert shown.is_estimate
    assert (shown.count, len(shown.sample)) == (3, 3)


def test_each_person_judged_for_a_preview_stands_for_as_many_as_were_not(monkeypatch):
    monkeypatch.setattr(audiences, "PREVIEW_MILLISECONDS", 1)
    monkeypatch.setattr(audiences, "statement", slowly(audiences.statement))
    people.write([Person() for _ in range(6)], {})
    # Two known people instead of whole pages, on which the shop's own records are too.
    drawn = "SELECT id, TRUE FROM customers_customer WHERE status = 'known' ORDER BY id LIMIT 2"
    monkeypatch.setattr(samples, "_AT_RANDOM", drawn)
    assert audiences.preview({"all": []}, NOW).count == Customer.objects.count() > 6


def slowly(statement):
    def sleepy(rule, *, among=None, **rest):
        found = statement(rule, among=among, **rest)
        slow = "" if among is not None else " AND pg_sleep(0.2) IS NOT NULL"
        return audiences.Statement(found.sql + slow, found.params)

    return sleepy


def test_why_tells_each_part_and_what_was_found():
    buyer = Person(orders=[Bought(NOW - dt.timedelta(days=100), "THB", Decimal(5))], city="Bang Rak")
    people.write([buyer], {})
    metrics.update([buyer.id], NOW)
    rule = {
        "all": [{"metric": "days_since_last_order", "op": ">", "value": 90}, {"not": {"field": "city", "op": "is_set"}}]
    }
    verdict = audiences.why(buyer.id, audiences.check(rule), NOW)
    first, second = verdict.parts
    assert (verdict.is_met, first.is_met, first.found, first.pointer) == (False, True, 100, "/all/0")
    assert (second.is_met, second.parts[0].is_met, second.parts[0].found) == (False, True, "Bang Rak")


def test_names_in_the_database_are_checked():
    factories.source("shop")
    wrong = {"any": [{"segment": "nobody"}, {"consent": {"purpose": "spying", "channel": "pigeon"}}]}
    with pytest.raises(InvalidRules) as caught:
        audiences.check(wrong)
    assert [problem.pointer for problem in caught.value.problems] == [
        "/any/0/segment",
        "/any/1/consent/purpose",
        "/any/1/consent/channel",
    ]
