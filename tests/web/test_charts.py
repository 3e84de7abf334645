from typing import Any

import pytest
from django.utils import translation

from cdp.web import charts

LINE: dict[str, Any] = {
    "type": "line",
    "x": ["Jan", "Feb"],
    "x_label": "Month",
    "unit": "money",
    "currency": "THB",
    "series": [{"name": "Revenue", "data": [10, None]}],
}


def test_the_table_says_what_the_chart_shows() -> None:
    with translation.override("en"):
        table = charts.table(LINE)
    assert table["head"] == ["Month", "Revenue"]
    assert [(row["label"], row["cells"]) for row in table["rows"]] == [("Jan", ["฿10.00"]), ("Feb", ["—"])]


def test_intervals_and_links_reach_the_table() -> None:
    spec = {
        "type": "bar",
        "x": ["a"],
        "links": ["/a/"],
        "series": [{"name": "Sold", "data": [2], "low": [1], "high": [3]}],
    }
    with translation.override("en"):
        table = charts.table(spec)
    assert table["head"] == ["", "Sold", "at least", "at most"]
    assert table["rows"] == [{"label": "a", "url": "/a/", "cells": ["2", "1", "3"]}]


def test_a_heat_map_has_a_row_for_each_label() -> None:
    spec = {
        "type": "heatmap",
        "x": ["0", "1"],
        "y": ["Jan"],
        "unit": "percent",
        "series": [{"name": "n", "data": [[1, 0.5]]}],
    }
    with translation.override("en"):
        assert charts.table(spec)["rows"] == [{"label": "Jan", "url": "", "cells": ["100.0%", "50.0%"]}]


@pytest.mark.parametrize(
    "change",
    [{"type": "pie"}, {"x": ["Jan"]}, {"series": [{"name": "Revenue", "data": []}]}],
)
def test_a_spec_that_cannot_be_drawn_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        charts.check({**LINE, **change})


def test_a_sparkline_stays_inside_its_box() -> None:
    line, area = charts.sparkline([1, 3, 2])
    assert line == "M0 26L48 2L96 14"
    assert area == "M0 26L48 2L96 14L96 28L0 28Z"


def test_a_flat_trend_runs_along_the_middle_and_one_value_is_no_trend() -> None:
    assert charts.sparkline([5, 5])[0] == "M0 14L96 14"
    assert charts.sparkline([5]) == ("", "")
