"""Audit and access log: append-only in the database itself, personal values sealed."""

import json

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cdp.core import actors, audit
from cdp.core.crypto import subjects
from cdp.core.models import AccessEntry, AuditEntry, DataKey
from tests import factories

NOW = timezone.now()


def _recorded(customer=None, **fields) -> AuditEntry:
    audit.record(audit.Action.CUSTOMER_UPDATED, actor=actors.SYSTEM, at=NOW, customer=customer, **fields)
    return AuditEntry.objects.order_by("-id")[0]


def test_personal_values_are_sealed_and_go_with_the_key(db):
    who = factories.customer(name="Ann", email="ann@example.com")
    entry = _recorded(who.id, details={"fields": ["phone"]}, personal={"phone": ["+66812345678", "+66898765432"]})
    with connection.cursor() as cursor:
        cursor.execute("SELECT core_auditentry::text FROM core_auditentry WHERE id = %s", [entry.id])
        stored = cursor.fetchone()[0]
    # Whole numbers, in clear and as the hex in which bytes are shown: three digits would stand in some ciphertexts.
    for number in ("+66812345678", "+66898765432"):
        assert number not in stored
        assert number[1:] not in stored
        assert number.encode().hex() not in stored
    place = {"table": "core_auditentry", "column": "sealed", "row": entry.id}
    opened = subjects.load([who.id]).open(entry.sealed, **place)
    assert json.loads(opened) == {"phone": ["+66812345678", "+66898765432"]}
    subjects.note_destroyed([who.id])
    DataKey.objects.filter(customer_id=who.id).delete()
    assert subjects.load([who.id]).open(entry.sealed, **place) == ""


@pytest.mark.parametrize("table", ["core_auditentry", "core_accessentry"])
@pytest.mark.parametrize("change", ["UPDATE {} SET at = now()", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_was_written(db, table, change):
    _recorded()
    audit.looked(actor=actors.SYSTEM, at=NOW, view="v", customers=[])
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        cursor.execute(change.format(table))


def test_only_an_erasing_transaction_may_delete(db):
    _recorded()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL cdp.erasure = 'on'")
        cursor.execute("DELETE FROM core_auditentry")
    assert not AuditEntry.objects.exists()


def test_an_audit_row_goes_with_its_change_when_that_is_rolled_back(db):
    before = AuditEntry.objects.count()
    with transaction.atomic():
        _recorded()
        transaction.set_rollback(True)
    assert AuditEntry.objects.count() == before


def test_the_strings_of_personal_rows_are_ids(db):
    who = factories.customer(name="Ann", email="ann@example.com")
    assert str(who) == str(who.id)
    assert str(_recorded(who.id)).count("-") == 4


def test_actions_say_room_subject_verb():
    assert all(action.count(":") == 2 and action.islower() for action in audit.Action)


def test_who_looked_is_one_row_with_everybody_shown(db):
    people = [factories.customer().id for _ in range(2)]
    audit.looked(actor=actors.SYSTEM, at=NOW, view="customers:customer-list", customers=people)
    entry = AccessEntry.objects.get()
    assert (entry.view, entry.customer_ids) == ("customers:customer-list", people)
