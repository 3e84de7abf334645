"""Moments in addresses."""

import pytest

from cdp.core import moments


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-11-21T14:30:00Z", "2026-11-21T14:30:00+00:00"),
        ("2026-11-21T14:30:00+07:00", "2026-11-21T07:30:00+00:00"),
        ("2000-12-08T11:11:07.102256+21:16", "2000-12-07T13:55:07.102256+00:00"),
    ],
)
def test_a_moment_is_told_in_utc(text, found):
    read = moments.read(text)
    assert read is not None
    assert read.isoformat() == found


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-11-21", "2026-11-21T14:30:00", "2026-13-01T00:00:00Z", "9999-12-31T23:59:59-23:59"]
)
def test_what_names_no_moment_is_none(text):
    assert moments.read(text) is None
