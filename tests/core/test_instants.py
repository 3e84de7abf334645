"""Moments are read faster, and as Django reads them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import DataError, connection

from cdp.core import instants

pytestmark = pytest.mark.django_db


def read(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        return cursor.fetchone()[0]


def test_every_connection_reads_them_so(monkeypatch):
    seen = []
    load = instants._Loader.load
    monkeypatch.setattr(instants._Loader, "load", lambda self, data: seen.append(bytes(data)) or load(self, data))
    assert read("2026-11-23 23:04:05.5+07") == datetime(2026, 11, 23, 16, 4, 5, 500_000, tzinfo=UTC)
    assert seen == [b"2026-11-23 16:04:05.5+00"]
    assert read(None) is None


@pytest.mark.parametrize(
    "moment",
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1890, 5, 6, 7, 8, 9, tzinfo=timezone(timedelta(hours=6, minutes=42))),
        datetime(2026, 3, 29, 1, 30, 0, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    ],
)
def test_any_moment_comes_back_as_it_went_in(moment):
    found = read(moment)
    assert found == moment
    assert found.tzinfo is UTC


@pytest.mark.parametrize("text", ["infinity", "20000-01-01 00:00+00", "0044-03-15 12:00 BC"])
def test_what_is_no_moment_of_python_is_refused_as_before(text):
    with pytest.raises(DataError):
        read(text)
