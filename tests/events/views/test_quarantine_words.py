"""What the page of a refused event says when it is still refused."""

import pytest
from django.utils import translation

from events.rules.tracking import Code, Refusal
from events.views import quarantine


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"type": "track",\n event}', "Not valid JSON: line 2, column 2"),
        ("", "Not valid JSON: line 1, column 1"),
        ('"\ud800"', "Not valid JSON"),
        ("[" * 100_000, "Not valid JSON"),
    ],
)
def test_broken_json_is_shown_where_it_breaks(text, told):
    with translation.override("en"):
        assert quarantine._told(Refusal(Code.INVALID_JSON, "The event is not valid JSON in UTF-8."), text) == told
