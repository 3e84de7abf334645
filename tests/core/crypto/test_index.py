"""Blind indexes: equal values are found, different fields cannot be compared, the root never changes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp.core.crypto import index
from cdp.core.models import IndexRoot

ROOT = Path(__file__).parents[3]
PROGRAM = """
import django; django.setup()
from cdp.core.crypto import index
print(index.digest("identifier.email", "ann@example.com").hex())
"""


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_every_process_has_the_same_root():
    expected = index.digest("identifier.email", "ann@example.com").hex()
    address = connection.settings_dict
    url = f"postgresql://{address['USER']}:{address['PASSWORD']}@{address['HOST']}:{address['PORT']}/{address['NAME']}"
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "cdp.settings"}
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert run.stdout.strip() == expected, run.stderr[-500:]


@pytest.mark.django_db(transaction=True)
def test_a_root_made_in_a_transaction_that_rolls_back_survives_it():
    IndexRoot.objects.all().delete()
    index.forget()
    try:
        with transaction.atomic():
            before = index.digest("identifier.email", "ann@example.com")
            raise LookupError
    except LookupError:
        index.forget()
    assert index.digest("identifier.email", "ann@example.com") == before


def test_fields_have_keys_of_their_own(db):
    assert index.digest("identifier.email", "x") != index.digest("contact.email", "x")
    assert index.number("customer.given_name", "x") != index.number("customer.search", "x")
    assert not set(index.tokens("one", ["anna"])) & set(index.tokens("two", ["anna"]))


def test_numbers_fit_a_bigint(db):
    assert all(0 <= index.number("field", str(n)) < 2**63 for n in range(200))


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60, deadline=None
)
@given(
    st.lists(st.text(st.characters(codec="utf-8", categories=["L"]), min_size=2, max_size=20), min_size=1, max_size=3)
)
def test_typing_any_prefix_of_two_letters_or_more_finds_the_name(db, terms):
    stored = set(index.tokens("customer.search", terms))
    for term in terms:
        for length in range(2, len(term) + 1):
            assert set(index.query_tokens("customer.search", [term[:length]])) <= stored


@pytest.mark.parametrize("name", ["สมชาย", "김민수", "田中"])
def test_one_letter_is_enough_where_letters_are_many(db, name):
    assert set(index.query_tokens("s", [name[0]])) <= set(index.tokens("s", [name]))


def test_one_latin_letter_finds_nobody_by_a_longer_name(db):
    assert not set(index.query_tokens("s", ["a"])) & set(index.tokens("s", ["anna"]))


def test_an_infix_finds_nothing(db):
    assert not set(index.query_tokens("s", ["nna"])) & set(index.tokens("s", ["anna"]))
