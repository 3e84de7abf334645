"""The questionnaires that come with the product can be published as they are."""

import json

import pytest

from surveys.rules import checking, definition, kinds, ready


@pytest.mark.parametrize("key", ready.keys())
def test_each_has_no_fault_and_no_doubt_in_three_languages(key):
    one = ready.one(key)
    report = checking.check(one, is_anonymous=key in ready.ANONYMOUS)
    assert (report.faults, report.doubts) == ((), ())
    assert one.languages == list(kinds.LANGUAGES)
    assert definition.written(one) == json.loads((ready.FOLDER / f"{key}.json").read_text("utf-8"))


def test_they_are_those_that_shops_ask_for():
    assert set(ready.keys()) == {
        "about_you", "address", "ease", "heard", "nps", "nps_1_10", "product", "use_now", "visit", "why_stop", "why_us",
    }  # fmt: skip
    assert {question.key for question in ready.one(ready.OPEN).questions()} == {"score", "why"}
    assert {*ready.GUIDES, *ready.ANONYMOUS} < set(ready.keys())
    with pytest.raises(KeyError):
        ready.one("../definition")
