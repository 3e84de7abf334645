"""COPY by our own text lines: every value comes back as psycopg's own parameters bring it back."""

import datetime as dt
import uuid
from decimal import Decimal

import pytest
from django.apps import registry
from django.db import connection, models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp.core import copying

pytestmark = pytest.mark.django_db

COLUMNS = {
    "words": "text",
    "raw": "bytea",
    "whole": "bigint",
    "price": "numeric",
    "ratio": "float8",
    "yes": "boolean",
    "row": "uuid",
    "day": "date",
    "moment": "timestamptz",
    "listed": "text[]",
    "tokens": "bigint[]",
}


class Everything(models.Model):
    """A table that exists for one test."""

    class Meta:
        app_label = "core"
        apps = registry.Apps()  # of its own: the product's checks must not see it
        db_table = "test_everything"
        managed = False

    def __str__(self) -> str:
        return str(self.pk)


class Choice(models.TextChoices):
    """A text of a class of its own."""

    ONE = "one\\two"


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20) | st.sampled_from(
    [r"\N", "\\", "a\tb", "a\nb\r\nc", r"\.", '"', "{}", "NULL", ",", '\\"', r"\x41", " ", ""]
)
whole = st.integers(1 - 2**63, 2**63 - 1)  # psycopg merges -(2**63)::bigint wrongly
values = st.tuples(
    st.none() | texts,
    st.none() | st.binary(max_size=20),
    st.none() | whole,
    st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12),
    st.none() | st.floats(),
    st.none() | st.booleans(),
    st.none() | st.uuids(),
    st.none() | st.dates(),
    st.none() | st.datetimes(min_value=dt.datetime(1900, 1, 1), timezones=st.timezones()),  # noqa: DTZ001
    st.none() | st.lists(st.none() | texts, max_size=5),
    st.none() | st.lists(whole, max_size=5),
)


@pytest.fixture
def table():
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE test_everything (id bigserial, "
            + ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
            + ")"
        )
    yield
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE test_everything")


def stored():
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(COLUMNS)} FROM test_everything ORDER BY id")
        found = [
            tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)
            for row in cursor.fetchall()
        ]
        cursor.execute("TRUNCATE test_everything")
    return found


@pytest.mark.long
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(values, min_size=1, max_size=5))
def test_rows_come_back_as_psycopg_itself_would_write_them(table, rows):
    assert copying.rows(Everything, list(COLUMNS), rows) == len(rows)
    ours = stored()
    with connection.cursor() as cursor:
        slots = ", ".join(f"%s::{type_}" for type_ in COLUMNS.values())
        cursor.executemany(f"INSERT INTO test_everything ({', '.join(COLUMNS)}) VALUES ({slots})", rows)
    theirs = stored()
    assert list(map(repr, ours)) == list(map(repr, theirs))  # as text, because NaN is not itself


def test_more_rows_than_a_block_are_all_there_in_order(table):
    assert copying.rows(Everything, ["whole"], ([number] for number in range(1203))) == 1203
    assert [row[2] for row in stored()] == list(range(1203))


def test_no_rows_are_no_rows(table):
    assert copying.rows(Everything, ["whole"], []) == 0


def test_a_member_of_a_class_of_texts_is_a_text(table):
    copying.rows(Everything, ["words", "listed"], [[Choice.ONE, [Choice.ONE]]])
    assert (stored()[0][0], Choice.ONE.value) == ("one\\two", "one\\two")


def test_lists_of_other_things_are_lists(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE test_everything ADD many uuid[], ADD parts bytea[], ADD days date[], ADD grid int[]"
        )
    many, parts, days = [uuid.UUID(int=7)], [b"\\x\0", b""], [dt.date(2026, 1, 2)]
    copying.rows(Everything, ["many", "parts", "days", "grid"], [[many, parts, days, [[1, 2], [3, 4]]]])
    with connection.cursor() as cursor:
        cursor.execute("SELECT many, parts, days, grid FROM test_everything")
        row = cursor.fetchone()
    assert (row[0], list(map(bytes, row[1])), row[2], row[3]) == (many, parts, days, [[1, 2], [3, 4]])


def test_a_type_without_a_spelling_is_left_to_psycopg(table):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE test_everything ADD wait interval")
    copying.rows(Everything, ["wait", "price"], [[dt.timedelta(hours=3), Decimal("NaN")]])
    with connection.cursor() as cursor:
        cursor.execute("SELECT wait, price FROM test_everything")
        assert cursor.fetchone()[0] == dt.timedelta(hours=3)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    st.lists(st.none() | texts, max_size=5),
    st.lists(st.binary(max_size=9), max_size=5),
    st.lists(st.uuids(), max_size=3),
)
def test_an_array_as_one_parameter_is_that_array(db, words, raw, rows):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::text[], %s::bytea[], %s::uuid[]", [copying.array(listed) for listed in (words, raw, rows)]
        )
        found = cursor.fetchone()
    assert (found[0], list(map(bytes, found[1])), found[2]) == (words, raw, rows)
