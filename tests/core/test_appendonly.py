"""What is written once stays, whoever asks."""

import re
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from tests import factories

TABLES = ["consent_consentrecord", "core_auditentry", "core_accessentry", "campaigns_messageevent"]
ROOT = Path(__file__).parents[2]


def test_every_protected_table_is_protected_as_a_whole():
    source = "".join(path.read_text() for path in ROOT.glob("**/migrations/0*.py") if ".venv" not in path.parts)
    assert set(re.findall(r'protect\("(\w+)"\)', source)) == set(re.findall(r'protect_whole\("(\w+)"\)', source))
    assert set(TABLES) <= set(re.findall(r'protect_whole\("(\w+)"\)', source))


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_truths_is_never_emptied(db, table):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")


@pytest.mark.parametrize("table", TABLES)
def test_nor_by_emptying_what_it_refers_to(db, table):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE customers_customer, core_source, core_user, {table} CASCADE")


def test_erasure_may_delete_rows_and_may_not_empty(db):
    factories.consent(factories.customer())
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT set_config('cdp.erasure', 'on', true)")
        with pytest.raises(IntegrityError), transaction.atomic():
            cursor.execute("TRUNCATE consent_consentrecord")
        cursor.execute("DELETE FROM consent_consentrecord")
        assert cursor.rowcount == 1


def test_an_order_to_empty_everything_is_refused(db):
    tables = ", ".join(connection.introspection.django_table_names(only_existing=True))
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {tables}")
