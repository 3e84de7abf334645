"""Dates that people read are written in one place: Django's own formats know neither the Thai calendar nor 오전."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("cdp", "customers", "consent", "events", "commerce", "surveys", "loyalty", "analytics", "campaigns")
# What a field of date and time wants as its value is for browsers.
IN_TEMPLATES = re.compile(r"\|\s*(?:date|time)(?:\s*:(?!\"Y-m-d\\TH:i\")|\s*(?:\}\}|%\}|\|))|\{%\s*now\s")
IN_CODE = re.compile(
    r"\b(?:date_format|time_format|localize_input)\(|[\"'](?:SHORT_)?DATE(?:TIME)?_FORMAT[\"'](?!\s*:)"
)


def _offenders(files, pattern):
    return [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_template_or_letter_writes_a_date_by_djangos_filter():
    files = [path for path in (ROOT / "templates").rglob("*.*") if path.suffix in {".html", ".txt", ".xml"}]
    assert len(files) > 200
    assert _offenders(files, IN_TEMPLATES) == []


def test_no_code_writes_a_date_by_djangos_formats():
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py")]
    assert len(files) > 500
    assert _offenders(files, IN_CODE) == []


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ('{{ at|date:"DATE_FORMAT" }}', True),
        ("{{ at|date }}", True),
        ('{% blocktranslate with day=at|date:"j F Y" %}', True),
        ('{% now "Y" %}', True),
        ('value="{{ now|date:"Y-m-d\\TH:i" }}"', False),
        ("{{ at|day_full }}", False),
        ("{{ job.updated_at|minute }}", False),
    ],
)
def test_the_filter_is_found_however_it_is_written(text, is_found):
    assert bool(IN_TEMPLATES.search(text)) is is_found
