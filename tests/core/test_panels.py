"""What rooms say on the customer page: order, sides, silence."""

import uuid

import pytest
from django.utils import timezone

from cdp.core import panels
from cdp.core.models import User


@pytest.fixture(autouse=True)
def _only_ours(monkeypatch):
    monkeypatch.setattr(panels, "_panels", {})
    monkeypatch.setattr(panels, "_advisers", {})


@pytest.fixture
def question():
    customer = uuid.uuid4()
    return panels.Question(customer, [customer], User(), timezone.now())


def declare(key, side=panels.LEFT, position=50, context=lambda question: {}):
    panels.declare(panels.Panel(key, side, f"{key}.html", context, position))


def test_panels_stand_on_their_side_in_order(question):
    declare("last", position=90)
    declare("b")
    declare("a")
    declare("right", side=panels.RIGHT)
    assert [panel.key for panel, _ in panels.shown(panels.LEFT, question)] == ["a", "b", "last"]
    assert [panel.key for panel, _ in panels.shown(panels.RIGHT, question)] == ["right"]


def test_a_panel_with_nothing_to_say_is_left_out(question):
    declare("silent", context=lambda question: None)
    declare("empty", context=lambda question: {})
    assert [panel.key for panel, _ in panels.shown(panels.LEFT, question)] == ["empty"]


def test_a_panel_reads_the_question(question):
    declare("who", context=lambda question: {"id": question.customer})
    ((_, context),) = panels.shown(panels.LEFT, question)
    assert context == {"id": question.customer}


def test_the_most_useful_advice_comes_first(question):
    panels.advise("one", lambda question: [panels.Advice("b", 10, "B", ""), panels.Advice("c", 80, "C", "")])
    panels.advise("two", lambda question: [panels.Advice("a", 10, "A", "")])
    panels.advise("none", lambda question: [])
    assert [one.key for one in panels.advice(question)] == ["c", "a", "b"]


def test_parts_of_one_page_read_the_same_thing_once(question):
    read = []
    for _part in range(2):
        assert question.once("row", lambda: read.append("row") or None) is None
    assert question.once("other", lambda: "another") == "another"
    assert read == ["row"]


def test_another_page_reads_anew(question):
    other = panels.Question(question.customer, question.lineage, question.reader, question.now)
    assert (question.once("row", lambda: 1), other.once("row", lambda: 2)) == (1, 2)
