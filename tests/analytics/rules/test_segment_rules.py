"""Segment rules: what is accepted, and that every mistake is named with its place."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.rules import fields, segment_rules, tree
from analytics.rules.clock import Clock
from analytics.rules.compiler import Compiler
from analytics.rules.problems import InvalidRules
from tests.analytics.people import NOW

CONTRACT = [
    {"field": "province", "op": "in", "value": ["Bangkok"]},
    {"metric": "orders_count", "op": ">=", "value": 3},
    {"event": "Product Viewed", "where": {"sku": "A-1"}, "count": {"op": ">=", "value": 2}, "within_days": 30},
    {"order": {"sku": "A-1"}, "count": {"op": "=", "value": 0}, "within_days": 90},
    {"order": {"product": "Mug", "category": "Kitchen"}},
    {"order": {}},
    {"consent": {"purpose": "marketing", "channel": "email"}, "op": "=", "value": True},
    {"segment": "vip"},
    {"not": {"any": [{"field": "tags", "op": "contains", "value": "vip"}, {"all": []}]}},
    {"field": "created_at", "op": "between", "value": ["2026-01-01", "2026-01-31T09:00:00+07:00"]},
    {"metric": "revenue_total", "op": ">", "value": "77183.60"},
    {"metric": "revenue_total", "op": ">", "value": Decimal("77183.60")},
    {"field": "birth_month", "op": "=", "value": 3},
    {"field": "income_band", "op": "not_set"},
]


@pytest.mark.parametrize("rule", CONTRACT, ids=lambda rule: json.dumps(rule, default=str)[:60])
def test_rules_of_the_contract_are_understood(rule):
    parsed = segment_rules.parse(rule)
    condition = Compiler(Clock(NOW, "Asia/Bangkok"), 2, {}).condition(parsed)
    assert condition.sql % dict.fromkeys(condition.params | {"ids": []}, "…")


def problems(document, known=None) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRules) as caught:
        segment_rules.parse(document, known=known)
    return [(problem.pointer, str(problem.message)) for problem in caught.value.problems]


DEEP: dict = {"all": []}
for _ in range(20):
    DEEP = {"not": DEEP}


@pytest.mark.parametrize(
    ("document", "place", "says"),
    [
        ([], "", "A rule is an object"),
        (None, "", "A rule is an object"),
        ({}, "", "exactly one of"),
        ({"field": "city", "metric": "age", "op": "=", "value": 1}, "", "exactly one of"),
        ({"all": {}}, "/all", "list of rules"),
        ({"any": []}, "/any", "at least one"),
        ({"all": [{"field": "city", "op": "=", "value": "x"}, 7]}, "/all/1", "A rule is an object"),
        ({"not": {"field": "shoe_size", "op": "=", "value": 1}}, "/not/field", "“shoe_size” is not known"),
        ({"field": ["city"], "op": "=", "value": 1}, "/field", "is not known"),
        ({"field": "followers", "op": ">", "value": "many"}, "/value", "whole number"),
        ({"metric": "clv", "op": ">", "value": 1}, "/metric", "“clv” is not available yet"),
        ({"metric": "luck", "op": ">", "value": 1}, "/metric", "“luck” is not known"),
        ({"survey": "nps", "op": "<=", "value": 6}, "/survey", "“slug” and “question”"),
        ({"metric": "orders_count", "op": "~", "value": 1}, "/op", "operator “~” is not known"),
        ({"metric": "orders_count", "op": "contains", "value": 1}, "/op", "cannot be used here"),
        ({"metric": "orders_count", "value": 1}, "/op", "is not known"),
        ({"metric": "orders_count", "op": ">"}, "/value", "missing"),
        ({"metric": "orders_count", "op": ">", "value": "three"}, "/value", "whole number"),
        ({"metric": "orders_count", "op": ">", "value": 2.5}, "/value", "whole number"),
        ({"metric": "orders_count", "op": ">", "value": True}, "/value", "number"),
        ({"metric": "orders_count", "op": ">", "value": None}, "/value", "number"),
        ({"metric": "revenue_total", "op": ">", "value": "1e999"}, "/value", "number"),
        ({"metric": "revenue_total", "op": ">", "value": 10**30}, "/value", "too large"),
        ({"metric": "revenue_total", "op": ">", "value": "1.23456"}, "/value", "decimals"),
        ({"metric": "revenue_by_currency", "op": "=", "value": {}}, "/op", "cannot be used here"),
        ({"metric": "days_since_last_order", "op": ">", "value": -1}, "/value", "between 0 and"),
        ({"metric": "days_since_last_order", "op": "in", "value": [1, 99999]}, "/value/1", "between 0 and"),
        ({"metric": "orders_count", "op": "between", "value": [5, 1]}, "/value", "greater than"),
        ({"metric": "orders_count", "op": "between", "value": [5]}, "/value", "two values"),
        ({"field": "city", "op": "in", "value": []}, "/value", "list of 1 to"),
        ({"field": "city", "op": "in", "value": "Bangkok"}, "/value", "list of 1 to"),
        ({"field": "city", "op": "=", "value": "\x00"}, "/value", "no text"),
        ({"field": "city", "op": "=", "value": "\ud800"}, "/value", "no text"),
        ({"field": "city", "op": "=", "value": ""}, "/value", "1 to 200"),
        ({"field": "city", "op": "is_set", "value": "x"}, "/value", "takes no value"),
        ({"field": "province", "op": "=", "value": "Atlantis"}, "/value", "province or state is not known"),
        ({"field": "country", "op": "in", "value": ["TH", "Atlantis"]}, "/value/1", "country is not known"),
        ({"field": "stage", "op": "=", "value": "boss"}, "/value", "lead, customer, repeat, lapsed"),
        ({"field": "created_at", "op": ">", "value": "yesterday"}, "/value", "a date such as"),
        ({"field": "created_at", "op": ">", "value": "2026-02-30"}, "/value", "a date such as"),
        ({"field": "created_at", "op": ">", "value": "9999-12-31"}, "/value", "a date such as"),
        ({"field": "city", "op": "=", "value": "x", "case": True}, "/case", "not known here"),
        ({"event": "", "count": {"op": ">=", "value": 1}}, "/event", "1 to 300"),
        ({"event": "x", "count": {"op": "in", "value": 1}}, "/count/op", "not known"),
        ({"event": "x", "count": {"op": "=", "value": -1}}, "/count/value", "between 0 and"),
        ({"event": "x", "count": 3}, "/count", "an object such as"),
        ({"event": "x", "within_days": "30"}, "/within_days", "whole number"),
        ({"event": "x", "where": {"a/b": {"c": 1}}}, "/where/a~1b", "must be a text"),
        ({"order": "A-1"}, "/order", "an object with"),
        ({"order": {"brand": "x"}}, "/order/brand", "not known here"),
        ({"consent": "marketing"}, "/consent", "an object with"),
        ({"consent": {"purpose": "marketing"}, "op": "=", "value": "yes"}, "/value", "true or false"),
        ({"consent": {"purpose": "marketing"}, "op": []}, "/op", "cannot be used here"),
        ({"consent": {"channel": "email"}}, "/consent/purpose", "is not known"),
        ({"segment": 7}, "/segment", "no segment"),
        (DEEP, "/not" * 12, "nested more than 12"),
    ],
)
def test_a_mistake_is_named_with_its_place(document, place, says):
    found = problems(document)
    assert [pointer for pointer, _message in found] == [place]
    assert says in found[0][1]


def test_all_mistakes_are_named_at_once():
    document = {"all": [{"field": "x"}, {"any": [{"metric": "y"}]}, {"metric": "age", "op": "?"}]}
    assert [pointer for pointer, _message in problems(document)] == ["/all/0/field", "/all/1/any/0/metric", "/all/2/op"]


def test_the_number_of_rules_is_limited():
    document = {"all": [{"field": "city", "op": "is_set"}] * 500}
    assert problems(document) == [("/all/199", "There are more than 200 rules.")]


def test_a_message_is_translated_when_it_is_read(settings):
    with pytest.raises(InvalidRules) as caught:
        segment_rules.parse({"any": []})
    assert not isinstance(caught.value.problems[0].message, str)


@pytest.mark.parametrize("name", ["Bangkok", "กรุงเทพมหานคร", "방콕", "TH-10", "th-10", "bangkok"])
def test_a_province_goes_by_any_of_its_names(name):
    rule = segment_rules.parse({"field": "province", "op": "=", "value": name})
    assert rule == tree.Compared("", "field", "province", "=", "TH-10")


@pytest.mark.parametrize(
    ("told", "stored"), [("Female", "female"), ("หญิง", "female"), ("여성", "female"), ("M", "male")]
)
def test_a_gender_goes_by_any_of_its_names(told, stored):
    assert segment_rules.parse({"field": "gender", "op": "=", "value": told}).value == stored


def test_every_operator_of_the_contract_exists():
    assert set(fields.ALL_OPERATORS) == set("= != > >= < <= in not_in contains is_set not_set between".split())


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["all", "any", "not", "field", "metric", "op", "value", "count", "where", "event", "order", "consent"]
            ),
            inner | st.sampled_from(["city", "age", "created_at", "=", "in", "between", "revenue_total"]),
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(json_like)
def test_nonsense_is_refused_and_never_breaks(document):
    try:
        rule = segment_rules.parse(document)
    except InvalidRules as error:
        found = error.problems
    else:
        assert Compiler(Clock(NOW, "Asia/Bangkok"), 2, {}).condition(rule).sql
        return
    assert [str(problem.message) for problem in found]


HOSTILE = "x'); DROP TABLE customers_customer; --"


def test_no_text_of_the_reader_reaches_the_statement():
    document = {
        "all": [
            {"field": "city", "op": "=", "value": HOSTILE},
            {"field": "tags", "op": "in", "value": [HOSTILE]},
            {"event": HOSTILE, "where": {HOSTILE: HOSTILE}},
            {"order": {"sku": HOSTILE, "product": HOSTILE, "category": HOSTILE}},
            {"consent": {"purpose": HOSTILE, "channel": HOSTILE}},
            {"segment": HOSTILE},
        ]
    }
    compiler = Compiler(Clock(NOW, "Asia/Bangkok"), 2, {})
    assert "DROP" not in compiler.condition(segment_rules.parse(document)).sql
