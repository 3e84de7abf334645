"""Drafts change one step at a time."""

import pytest

from surveys.rules import building, differences, ready
from surveys.rules.building import Gone
from surveys.rules.definition import written


def shape(draft):
    return [[question["key"] for question in page["questions"]] for page in draft["pages"]]


def made(*pages):
    return {
        "pages": [
            {"key": f"p{n}", "questions": [{"kind": "text", "key": key} for key in keys]}
            for n, keys in enumerate(pages)
        ]
    }


@pytest.mark.parametrize(
    ("before", "step", "after"),
    [
        (["ab", "c"], lambda d: building.step_question(d, 0, 0, down=True), ["ba", "c"]),
        (["ab", "c"], lambda d: building.step_question(d, 0, 1, down=True), ["a", "bc"]),
        (["ab", "c"], lambda d: building.step_question(d, 1, 0, down=False), ["abc", ""]),
        (["abcd"], lambda d: building.move_question(d, 0, 0, 0, 2), ["bacd"]),
        (["abcd"], lambda d: building.move_question(d, 0, 3, 0, 0), ["dabc"]),
        (["abc", "d"], lambda d: building.move_question(d, 0, 1, 1, 1), ["ac", "db"]),
        (["ab", "c"], lambda d: building.remove_question(d, 0, 0), ["b", "c"]),
        (["ab", "c"], lambda d: building.remove_page(d, 0), ["c"]),
        (["a", "b", "c"], lambda d: building.move_page(d, 2, 0), ["c", "a", "b"]),
    ],
)
def test_a_step_moves_what_it_is_told_and_nothing_else(before, step, after):
    draft = made(*before)
    assert shape(step(draft)) == [list(keys) for keys in after]
    assert draft == made(*before)  # the draft itself stays


@pytest.mark.parametrize(
    "step",
    [
        lambda d: building.step_question(d, 0, 0, down=False),
        lambda d: building.step_question(d, 1, 0, down=True),
        lambda d: building.move_question(d, 0, 9, 0, 0),
        lambda d: building.move_question(d, 0, 0, 9, 0),
        lambda d: building.add_question(made("a" * 50), 0, "text"),
        lambda d: building.remove_page(d, 2),
    ],
)
def test_a_place_that_is_gone_is_told(step):
    with pytest.raises(Gone):
        step(made("a", "b"))


def test_a_new_key_is_followed_by_conditions_and_scores():
    draft = written(ready.one("nps"))
    draft["scores"] = [{"key": "s", "text": {}, "of": [{"question": "score"}, {"question": "scores"}]}]
    question = {**draft["pages"][0]["questions"][0], "key": "mark"}
    after = building.save_question(draft, 0, 0, question)
    assert [one["when"] for one in after["pages"][1]["questions"][0]["wordings"]] == ["{mark} >= 9", "{mark} <= 6"]
    assert [one["question"] for one in after["scores"][0]["of"]] == ["mark", "scores"]


def test_a_draft_that_is_no_questionnaire_at_all_is_read_as_empty():
    for draft in ({}, {"pages": 5}, {"pages": [3, {"questions": "x"}]}):
        assert building.keys(draft) == set()
        assert building.add_page(draft)["pages"][-1]["questions"] == []


def test_differences_name_what_changed_by_its_key():
    before = made("abc", "d")
    before["pages"][0]["questions"][1] |= {"text": {"en": "Old"}, "options": [{"key": "x", "text": {"en": "X"}}]}
    after = building.move_question(
        building.add_question(building.remove_question(before, 1, 0), 1, "stars"), 0, 0, 1, 0
    )
    after["pages"][0]["questions"][0] |= {"text": {"en": "New"}, "options": [{"key": "y", "text": {"en": "Y"}}]}
    told = [(one.how, one.key, one.path, one.before, one.after) for one in differences.between(before, after)]
    assert told == [
        ("changed", "b", "text.en", "Old", "New"),
        ("changed", "b", "options", "x", "y"),
        ("changed", "b", "options.x.text.en", "X", ""),
        ("changed", "b", "options.y.text.en", "", "Y"),
        ("moved", "a", "", "", ""),
        ("added", "stars", "", "", ""),
        ("removed", "d", "", "", ""),
    ]
    assert differences.between(before, before) == []
