"""Permissions from files: one row is one statement, and the same file again records nothing new."""

import datetime as dt

import pytest

from consent.models import ConsentRecord, ConsentState
from customers.models import Customer
from tests import factories
from tests.importing import Importer

HEADER = "email,purpose,channel,granted,consent.at,evidence\n"


@pytest.fixture
def imports(db, tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


def test_a_grant_is_recorded_with_its_time_and_evidence_for_a_person_new_or_known(imports):
    known = factories.customer(email="ann@example.com")
    report = imports(
        "consents",
        HEADER + "Ann@example.com,marketing,email,yes,2026-01-02 10:00,ticked at the fair\n"
        "new@example.com,marketing,email,no,2026-01-02 10:00,\n",
    )
    assert (report["created"], report["updated"], report["rejected"]) == (2, 0, [])
    record = ConsentRecord.objects.get(customer=known)
    assert (record.status, record.method, record.source) == ("given", "import", "shop")
    assert record.at == dt.datetime(2026, 1, 2, 3, tzinfo=dt.UTC)
    assert b"ticked" not in bytes(record.evidence)
    assert ConsentState.objects.get(customer=known).is_granted
    assert not ConsentState.objects.exclude(customer=known).get().is_granted
    assert Customer.objects.filter(status="known").count() == 2


def test_the_same_file_again_records_nothing(imports):
    content = (
        HEADER + "a@example.com,marketing,email,yes,2026-01-02 10:00,x\na@example.com,marketing,sms,no,2026-01-02,\n"
    )
    imports("consents", content)
    again = imports("consents", content)
    assert (again["created"], again["updated"], ConsentRecord.objects.count()) == (0, 2, 2)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (",marketing,email,yes,2026-01-02,x", "email", "nobody_named"),
        ("nonsense,marketing,email,yes,2026-01-02,x", "email", None),
        ("a@example.com,world domination,email,yes,2026-01-02,x", "purpose", "unknown_purpose"),
        ("a@example.com,marketing,pigeon,yes,2026-01-02,x", "channel", "unknown_channel"),
        ("a@example.com,marketing,email,maybe,2026-01-02,x", "granted", "not_a_boolean"),
        ("a@example.com,marketing,email,,2026-01-02,x", "granted", None),
        ("a@example.com,marketing,email,yes,never,x", "consent.at", "not_a_date"),
        ("a@example.com,marketing,email,yes,2999-01-01,x", "consent.at", None),
    ],
)
def test_a_bad_row_is_told_and_records_nothing(imports, row, column, code):
    imports("consents", HEADER + row + "\n")
    ((line, told, found),) = imports.problems()
    assert (line, told) == (2, column)
    assert code in (None, found)
    assert not ConsentRecord.objects.exists()


def test_the_later_statement_decides_wherever_it_stands_in_the_file(imports):
    imports.chunk("consents", 1)
    imports(
        "consents",
        HEADER + "a@example.com,marketing,email,no,2026-02-02,x\na@example.com,marketing,email,yes,2026-01-02,x\n",
    )
    assert ConsentRecord.objects.count() == 2
    assert not ConsentState.objects.get().is_granted


def test_a_dry_run_records_nothing_and_knows_nobody(imports):
    report = imports("consents", HEADER + "a@example.com,marketing,email,yes,2026-01-02,x\n", dry_run=True)
    assert report["accepted"] == 1
    assert not ConsentRecord.objects.exists()
    assert not Customer.objects.filter(status="known").exists()


def test_purpose_and_channel_may_be_constants(imports):
    mapping = {
        "columns": {"mail": "customer.email", "ok": "consent.granted"},
        "constants": {"consent.purpose": "marketing", "consent.channel": "email"},
    }
    imports("consents", "mail,ok\na@example.com,1\n", mapping=mapping)
    assert ConsentState.objects.get().is_granted


def test_the_words_of_audiences_are_yes_no_or_nothing(imports):
    told = ["subscribed", "unsubscribed", "cleaned", "nonsubscribed", "pending", "TRUE", "1", "never_subscribed"]
    rows = [f"{number}@example.com,marketing,email,{word},,\n" for number, word in enumerate(told)]
    imports("consents", HEADER + "".join(rows))
    assert imports.problems() == []
    assert sorted(ConsentRecord.objects.values_list("status", flat=True)) == ["denied"] * 2 + ["given"] * 3


def test_a_list_without_dates_does_not_undo_an_unsubscribe(imports):
    content = "email,purpose,channel,granted\nann@example.com,marketing,email,yes\n"
    imports("consents", content)
    (ann,) = Customer.objects.filter(status="known")
    factories.consent(ann, granted=False)
    imports("consents", content)
    assert not ConsentState.objects.get(customer=ann).is_granted


def test_a_no_without_a_date_is_always_heard(imports):
    header = "email,purpose,channel,granted\n"
    imports("consents", header + "ann@example.com,marketing,email,yes\n")
    imports("consents", header + "ann@example.com,marketing,email,no\n")
    assert not ConsentState.objects.get().is_granted


def test_a_file_allows_nothing_for_a_child(imports):
    factories.customer(email="kid@example.com", country="KR", birth_date="2015-05-01")
    report = imports(
        "consents",
        HEADER + "kid@example.com,marketing,email,yes,2026-01-02,x\nkid@example.com,marketing,sms,no,2026-01-02,\n",
    )
    assert [(one["line"], one["column"]) for one in report["rejected"]] == [(2, "granted")]
    assert "guardian" in report["rejected"][0]["reason"]
    assert list(ConsentRecord.objects.values_list("channel", "status")) == [("sms", "denied")]
