"""Charts as data. A page says what it has to show, `static/js/charts.js` draws it, this module writes the table that
says the same in words.

A spec is a plain dict:

    {"type": "line", "x": ["Jan", "Feb"], "series": [{"name": "Revenue", "data": [10, 12]}], "unit": "money"}

    type     line, area, bar, hbar, stacked, hstacked, scatter, heatmap, funnel
    x        labels along the axis (heatmap: columns; funnel: steps)
    y        heatmap only: labels of the rows
    series   [{"name", "data", "compare": True for a grey comparison, "low": […], "high": […] for an interval,
             "colour": a token that says what it means, "danger"}];
             None in data is a gap; heatmap: one series whose data is a list of rows; scatter: data is [[x, y], …]
    unit     number (default), money (with "currency"), percent (shares of 1)
    links    URLs, one per label of x: a click on the bar opens the people behind it
    x_label  what the labels are ("Month"), heads the table's first column
"""

from typing import Any

from django.utils.translation import gettext as _

from cdp.web import formats

Spec = dict[str, Any]
TYPES = frozenset({"line", "area", "bar", "hbar", "stacked", "hstacked", "scatter", "heatmap", "funnel"})


def check(spec: Spec) -> None:
    """Raise ValueError when a spec could not be drawn: a wrong chart must fail in a test, not draw nothing."""
    if spec.get("type") not in TYPES:
        raise ValueError(f"chart type must be one of {', '.join(sorted(TYPES))}")
    if spec["type"] == "scatter":
        return
    width = len(spec["x"])
    for series in spec["series"]:
        rows = series["data"] if spec["type"] == "heatmap" else [series["data"]]
        if any(len(row) != width for row in rows):
            raise ValueError(f"series {series['name']!r} must have as many values as x has labels")


def cell(value: Any, spec: Spec) -> str:
    """One value in the unit of the chart."""
    unit = spec.get("unit", "number")
    if unit == "money":
        return formats.money(value, spec["currency"])
    if unit == "percent":
        return formats.percent(value, 1)
    return formats.number(value)


def table(spec: Spec) -> dict[str, Any]:
    """The same facts as rows: `{"head": […], "rows": [{"label", "url", "cells"}]}`."""
    label = spec.get("x_label") or ""
    if spec["type"] == "scatter":
        return {
            "head": [spec.get("x_label") or "x", spec.get("y_label") or "y"],
            "rows": [
                {"label": formats.number(point[0]), "url": "", "cells": [cell(point[1], spec)]}
                for series in spec["series"]
                for point in series["data"]
            ],
        }
    if spec["type"] == "heatmap":
        lines = zip(spec["y"], spec["series"][0]["data"], strict=True)
        return {
            "head": [label, *spec["x"]],
            "rows": [{"label": name, "url": "", "cells": [cell(value, spec) for value in row]} for name, row in lines],
        }
    head = [label]
    for series in spec["series"]:
        head.append(series["name"])
        if series.get("low"):
            head += [_("at least"), _("at most")]
    links = spec.get("links") or [""] * len(spec["x"])
    rows = []
    for index, name in enumerate(spec["x"]):
        cells = []
        for series in spec["series"]:
            cells.append(cell(series["data"][index], spec))
            if series.get("low"):
                cells += [cell(series["low"][index], spec), cell(series["high"][index], spec)]
        rows.append({"label": name, "url": links[index], "cells": cells})
    return {"head": head, "rows": rows}


def sparkline(values: list[float], width: int = 96, height: int = 28) -> tuple[str, str]:
    """SVG paths (line, area) of a small trend; two empty strings when there is no line to draw."""
    if len(values) < 2:
        return "", ""
    low, high = min(values), max(values)
    span = (high - low) or 1
    step = width / (len(values) - 1)
    points = [
        # A flat trend runs along the middle; 2 px stay free above and below for the stroke.
        (
            round(index * step, 1),
            round(height - 2 - (value - low) / span * (height - 4), 1) if high > low else height / 2,
        )
        for index, value in enumerate(values)
    ]
    line = "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
    return line, f"{line}L{width} {height}L0 {height}Z"
