"""Liquid: strict when checked, forgiving when rendered, harmless always."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules import markup, templates


@pytest.mark.parametrize("name", sorted(templates.VARIABLES))
def test_every_known_variable_may_be_used(name: str) -> None:
    assert templates.problems(f"{{{{ {name} }}}}") == []


@pytest.mark.parametrize(
    "text",
    [
        "no variables at all",
        "{{ customer.given_name | default: customer.name | default: 'friend' }}",
        "{% if metrics.orders_count > 3 %}regular{% else %}{{ shop.name }}{% endif %}",
        "{% for interest in customer.interests %}{{ interest }}{{ forloop.index }}{% endfor %}",
        "{{ customer['city'] }} {{ customer.name.size }} {{ customer.interests.first }} {{ customer.interests[0] }}",
        "{{ metrics.last_order_at | date: '%d.%m.%Y' }}",
        "{% assign who = customer.name %}{{ who }}",
    ],
)
def test_good_templates_have_no_problems(text: str) -> None:
    assert templates.problems(text) == []


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{{ customer.nmae }}", "customer.nmae"),
        ("{{ custmer.name }}", "custmer.name"),
        ("{{ name }}", "name"),
        ("{{ customer }}", "customer"),
        ("{{ customer.name.secret }}", "customer.name.secret"),
        ("{% if metrics.spend > 3 %}x{% endif %}", "metrics.spend"),
        ("{{ customer[shop.name] }}", "customer"),
        ("{{ customer.name | shout }}", "shout"),
        ("{{ customer.name ", "expected"),
        ("{% if shop.name %}", "endif"),
        ("{% include 'secrets' %}", "include"),
        ("{% render 'secrets' %}", "render"),
        ("{{ shop.name | divided_by: 0 }}", "divi"),
    ],
)
def test_faults_are_named(text: str, named: str) -> None:
    found = templates.problems(text)
    assert found
    assert any(named in problem for problem in found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hi {{ customer.name }}!", "Hi !"),
        ("Hi {{ customer.name | default: 'friend' }}!", "Hi friend!"),
        ("{{ customer.interests | join: ', ' }}", ""),
        ("{{ metrics.last_order_at | date: '%Y' }}", ""),
        ("{{ metrics.orders_count | plus: 1 }}", "1"),
    ],
)
def test_missing_values_are_empty_or_the_default(text: str, expected: str) -> None:
    assert templates.render(text, templates.nested({"metrics.orders_count": 0})) == expected


def test_a_moment_is_written_in_words_and_still_takes_the_date_filter() -> None:
    moment = templates.Moment.of(datetime(2026, 6, 30, 9, tzinfo=UTC), "30 June 2026")
    values = templates.nested({"metrics.last_order_at": moment})
    assert templates.render("{{ metrics.last_order_at }}", values) == "30 June 2026"
    assert templates.render("{{ metrics.last_order_at | date: '%d/%m' }}", values) == "30/06"


@pytest.mark.parametrize(
    "text",
    [
        "{% for a in (1..1000) %}{% for b in (1..1000) %}x{% endfor %}{% endfor %}",
        "{% assign x = 'xxxxxxxxxx' %}{% for a in (1..40) %}{% assign x = x | append: x %}{% endfor %}{{ x }}",
    ],
)
def test_a_template_cannot_eat_the_machine(text: str) -> None:
    assert templates.problems(text)
    with pytest.raises(templates.BrokenTemplate):
        templates.render(text, {})


@pytest.mark.parametrize(
    ("available", "wanted", "fallbacks", "chosen"),
    [
        (["en", "th"], "th", (), "th"),
        (["en", "th"], "ko", ("th",), "th"),
        (["en", "ko"], "fr", ("th",), "en"),
        (["ko", "fr"], "", (), "ko"),
        (["zh"], "zh-TW", (), "zh"),
        (["zh-TW", "en"], "zh-TW", (), "zh-TW"),
        (["en"], "", ("", "th"), "en"),
    ],
)
def test_the_language_falls_back_in_order(available: list[str], wanted: str, fallbacks: Any, chosen: str) -> None:
    assert templates.choose_language(available, wanted=wanted, fallbacks=fallbacks) == chosen


def test_no_language_at_all_is_an_error() -> None:
    with pytest.raises(ValueError, match="no language"):
        templates.choose_language([], wanted="en", fallbacks=())


@given(name=st.text(max_size=60))
def test_a_customers_name_never_becomes_markup(name: str) -> None:
    body = templates.render("{{ customer.name }}", templates.nested({"customer.name": markup.shield(name)}))
    written = markup.to_html(f"Dear {body}, hello")
    assert written.count("<") == 2  # the paragraph that we made
    assert "\n" not in markup.one_line(body)
