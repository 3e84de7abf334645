"""What is a campaign and what is not."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.rules import definition

GOOD: dict[str, Any] = {
    "name": "Win back",
    "purpose": "marketing",
    "trigger": {"kind": "inactive", "days": 90, "activity": "order", "clock": "manual"},
    "audience": {"all": []},
    "steps": [
        {
            "kind": "message",
            "channel": "email",
            "template": {"subject": {"en": "We miss you"}, "body": {"en": "Come back", "th": "กลับมานะ"}},
        }
    ],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    document = deepcopy(GOOD)
    *parents, leaf = [int(part) if part.isdigit() else part for part in path.split(".")]
    place: Any = document
    for part in parents:
        place = place[part]
    if value is ...:
        del place[leaf]
    else:
        place[leaf] = value
    return document


def problems_of(document: Any) -> list[tuple[str, str]]:
    with pytest.raises(definition.InvalidDefinition) as caught:
        definition.parse(document)
    return [(problem.pointer, problem.detail) for problem in caught.value.problems]


def test_the_contracts_example_is_read_whole() -> None:
    found = definition.parse(GOOD)
    assert found.trigger == definition.Inactive(days=90, activity="order", clock="manual")
    assert found.steps[0].languages() == ["en"]
    assert definition.as_json(found) == GOOD


@pytest.mark.parametrize(
    ("trigger", "expected"),
    [
        ({"kind": "inactive", "days": 1}, definition.Inactive(days=1)),
        ({"kind": "inactive", "days": 30, "activity": "visit"}, definition.Inactive(days=30, activity="visit")),
        ({"kind": "never_ordered", "days": 7}, definition.NeverOrdered(days=7)),
        ({"kind": "manual"}, definition.Manual()),
    ],
)
def test_triggers_have_defaults(trigger: dict[str, Any], expected: definition.Trigger) -> None:
    found = definition.parse(changed("trigger", trigger))
    assert found.trigger == expected
    assert definition.parse(definition.as_json(found)) == found


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        ("name", ..., "/name"),
        ("name", "  ", "/name"),
        ("name", "x" * 121, "/name"),
        ("name", "a\nb", "/name"),
        ("purpose", 3, "/purpose"),
        ("trigger", ..., "/trigger"),
        ("trigger", "inactive", "/trigger"),
        ("trigger.kind", "sunrise", "/trigger/kind"),
        ("trigger.kind", ["inactive"], "/trigger/kind"),
        ("trigger.days", 0, "/trigger/days"),
        ("trigger.days", True, "/trigger/days"),
        ("trigger.days", 1.5, "/trigger/days"),
        ("trigger.days", 9_999, "/trigger/days"),
        ("trigger.days", ..., "/trigger/days"),
        ("trigger.activity", "dance", "/trigger/activity"),
        ("trigger.clock", "slow", "/trigger/clock"),
        ("trigger.colour", "red", "/trigger/colour"),
        ("audience", [], "/audience"),
        ("steps", ..., "/steps"),
        ("steps", [], "/steps"),
        ("steps", "message", "/steps"),
        ("steps", [GOOD["steps"][0]] * 11, "/steps"),
        ("steps.0", 7, "/steps/0"),
        ("steps.0.kind", "sing", "/steps/0/kind"),
        ("steps.0.channel", "pigeon", "/steps/0/channel"),
        ("steps.0.template", ..., "/steps/0/template"),
        ("steps.0.template.footer", "x", "/steps/0/template/footer"),
        ("steps.0.template.subject", {}, "/steps/0/template/subject"),
        ("steps.0.template.subject", {"fr": "Salut"}, "/steps/0/template"),
        ("steps.0.template.body", {"en": ""}, "/steps/0/template/body/en"),
        ("steps.0.template.body", {"english": "x"}, "/steps/0/template/body/english"),
        ("steps.0.template.body", {"e/n": "x"}, "/steps/0/template/body/e~1n"),
        ("steps.0.template.body", {"en": 5}, "/steps/0/template/body/en"),
        ("steps.0.template.body", {"en": "x" * 100_001}, "/steps/0/template/body/en"),
        ("colour", "red", "/colour"),
        ("name", "a\ud800", ""),
        ("steps.0.template.body", {"en": "a\0b"}, ""),
    ],
)
def test_every_fault_has_its_place(path: str, value: Any, pointer: str) -> None:
    assert [place for place, _ in problems_of(changed(path, value))] == [pointer]


@pytest.mark.parametrize(
    ("path", "value", "pointer"),
    [
        ("trigger", {"kind": "birthday"}, "/trigger/kind"),
        ("trigger", {"kind": "abandoned_cart", "hours": 2}, "/trigger/kind"),
        ("steps.0.kind", "wait", "/steps/0/kind"),
        ("steps.0.kind", "exit", "/steps/0/kind"),
        ("steps.0.channel", "sms", "/steps/0/channel"),
        ("steps.0.channel", "line", "/steps/0/channel"),
    ],
)
def test_what_comes_later_says_so(path: str, value: Any, pointer: str) -> None:
    [(place, detail)] = problems_of(changed(path, value))
    assert place == pointer
    assert "not available yet" in detail


def test_all_faults_are_told_at_once() -> None:
    document = changed("name", "")
    document["trigger"]["days"] = -1
    document["steps"][0]["channel"] = "pigeon"
    assert {place for place, _ in problems_of(document)} == {"/name", "/trigger/days", "/steps/0/channel"}


def test_exact_decimals_of_a_request_become_plain_numbers() -> None:
    rules = {"all": [{"metric": "clv", "op": ">", "value": Decimal("2.5")}, {"x": [Decimal(3)]}]}
    found = definition.as_json(definition.parse(changed("audience", rules)))
    assert found["audience"] == {"all": [{"metric": "clv", "op": ">", "value": 2.5}, {"x": [3]}]}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=12,
)


@given(document=json_values)
def test_nonsense_is_refused_and_never_crashes(document: Any) -> None:
    with pytest.raises(definition.InvalidDefinition):
        definition.parse(document)


@given(
    path=st.sampled_from(
        ["name", "purpose", "trigger", "trigger.days", "audience", "steps", "steps.0", "steps.0.template"]
    ),
    value=json_values,
)
def test_a_part_of_nonsense_is_refused_or_understood(path: str, value: Any) -> None:
    try:
        found = definition.parse(changed(path, value))
    except definition.InvalidDefinition as error:
        assert error.problems  # noqa: PT017  (either way is fine)
    else:
        assert definition.parse(definition.as_json(found)) == found
