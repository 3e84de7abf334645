"""Customers from files."""

import datetime as dt

import pytest

from cdp.core.crypto import subjects
from cdp.core.imports import engine, reading
from customers.models import Address, ContactPoint, Customer, Identifier
from customers.rules import provenance
from customers.services.identity import resolving
from tests.importing import Importer


@pytest.fixture
def imports(db, tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


def only() -> Customer:
    return Customer.objects.get(status="known")


def test_every_target_finds_its_place(imports):
    header = (
        "customer id,email,phone,first name,last name,sex,date of birth,language,address,city,province,zip,country,"
        "company,job_title,income_band,occupation,education,children,nationality,interests,line_id,member_number,tags,"
        "signed up\n"
    )
    row = (
        "c1,ann@example.com,081-234-5678,Ann,Smith,F,1990-02-01,en,77 Rama IX,Huai Khwang,Bangkok,10310,Thailand,"
        "Acme,Chef,30k-50k,cook,bachelor,2,US,tea;cake,U1234567890,M-77,vip|new,2020-01-02\n"
    )
    report = imports("customers", header + row)
    assert (report["created"], report["rejected"], report["warnings"]) == (1, [], [])
    found = only()
    assert (found.gender, found.birth_date, found.language, found.province, found.country) == (
        "female",
        dt.date(1990, 2, 1),
        "en",
        "TH-10",
        "TH",
    )
    assert (found.interests, found.tags, found.nationality) == (["tea", "cake"], ["vip", "new"], "US")
    assert found.created_at == dt.datetime(2020, 1, 1, 17, tzinfo=dt.UTC)
    assert set(Identifier.objects.values_list("kind", flat=True)) == {
        "external_id",
        "email",
        "phone",
        "line_id",
        "member_number",
    }
    address, keyring = Address.objects.get(), subjects.load([found.id])
    assert keyring.open(address.street, table="customers_address", column="street", row=address.id) == "77 Rama IX"


NEWER = "Email,First Name,City,Last Modified Date\nann@example.com,Anna,Seoul,2026-03-01 10:00\n"
OLDER = "email,given_name,company,city,updated at\nann@example.com,Ann,Acme,Bangkok,2025-01-01 10:00\n"


@pytest.mark.parametrize("files", [(NEWER, OLDER), (OLDER, NEWER)])
def test_of_two_files_the_rows_that_were_changed_last_hold_whichever_comes_first(imports, files):
    for content in files:
        imports("customers", content)
        assert imports.remarks() <= {"other_name"}
    found = only()
    assert (found.city, found.company) == ("Seoul", "Acme")
    assert (
        subjects.load([found.id]).open(found.given_name, table="customers_customer", column="given_name", row=found.id)
        == "Anna"
    )
    word = provenance.of(found.origins, "company")
    assert word.at == dt.datetime(2025, 1, 1, 3, tzinfo=dt.UTC)
    assert word.fact.startswith("import:")


def test_a_time_of_change_that_cannot_be_read_is_told_and_the_row_counts_as_told_now(imports):
    (warning,) = imports("customers", "email,city,updated_at\nann@example.com,Seoul,last week\n")["warnings"]
    assert warning["column"] == "updated_at"
    assert only().city == "Seoul"


@pytest.mark.parametrize(
    "who", ["คุณสมชาย ใจดี", "김민수", "José Núñez", "O'Brien-Smith", "=cmd|' /C calc'!A0", "<script>"]
)
def test_names_of_all_scripts_and_nonsense_come_in_or_are_told(imports, who):
    report = imports("customers", f'email,name\na@example.com,"{who}"\n')
    assert (report["accepted"], report["rejected"]) == (1, [])


def test_the_same_person_in_two_rows_is_one_customer(imports):
    report = imports(
        "customers", "email,phone,name\na@example.com,,Ann\nA@EXAMPLE.COM,0812345678,\n,+66812345678,Ann\n"
    )
    assert (report["rows"], report["created"], report["updated"]) == (3, 1, 2)
    assert ContactPoint.objects.filter(kind="phone").count() == 1


def test_a_row_with_no_identifier_at_all_is_told(imports):
    imports("customers", "email,phone,name\n,,Nobody\n-,n/a,Nobody\n")
    assert imports.problems() == [(2, "email", "nobody_named"), (3, "email", "nobody_named")]


def test_two_firms_on_one_telephone_are_two(imports):
    names = ["บริษัท เอบีซี จำกัด", "บริษัท ดีอีเอฟ จำกัด", '"ABC Co., Ltd."', '"DEF Co., Ltd."']
    report = imports("customers", "phone,name\n" + "".join(f"02-123-4567,{name}\n" for name in names))
    assert (report["created"], imports.problems()) == (4, [])


def test_a_row_with_a_whole_name_and_a_number_of_no_plan_yet_is_somebody(imports):
    report = imports("customers", "phone,name\n069-571-2671,Ann Lee\n0695712671,Ann Lee\n0112233445,Bob Kim\n")
    assert (report["created"], imports.problems()) == (1, [(4, "phone", "phone_not_in_use")])
    assert imports.remarks() == {"phone_not_in_use"}


def test_buddhist_and_dayfirst_birthdays_are_read_by_the_column(imports):
    imports("customers", "email,birth_date\na@example.com,25/12/2533\nb@example.com,03/04/2533\n")
    assert set(Customer.objects.filter(status="known").values_list("birth_date", flat=True)) == {
        dt.date(1990, 12, 25),
        dt.date(1990, 4, 3),
    }


def test_the_people_of_the_sample_shop_are_marked_as_such(imports):
    imports("customers", "email\na@example.com\n", source="sample")
    assert only().is_sample


def test_the_customer_numbers_of_two_shops_do_not_mix(imports):
    imports("customers", "customer id\n7\n", source="one")
    imports("customers", "customer id\n7\n", source="two")
    assert Customer.objects.filter(status="known").count() == 2


SHARED = "email,name\nann@example.com,Ann Lee\nbob@example.com,Bob\nANN@example.com,Carl Lee\nann@example.com,Carl\n"


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("size", [1, 2000])
def test_a_row_with_the_email_of_somebody_with_another_name_is_told(imports, dry_run, size):
    imports.chunk("customers", size)
    report = imports("customers", SHARED, dry_run=dry_run)
    assert (report["accepted"], report["rejected"]) == (4, [])
    told = [(one["line"], one["column"], one["value"]) for one in report["warnings"] if one["line"]]
    assert told == [(4, "email", "ANN@example.com")]
    assert [one["count"] for one in report["warnings"] if one["code"] == "other_name" and not one["line"]] == [1]
    assert Customer.objects.filter(status="known").count() == (0 if dry_run else 2)


@pytest.mark.parametrize("dry_run", [True, False])
def test_somebody_known_by_another_name_is_told_when_the_file_meets_the_email(imports, dry_run):
    imports("customers", "email,name\nann@example.com,Ann Lee\n", source="before")
    imports("customers", "email,name\nann@example.com,Bob\n", dry_run=dry_run)
    assert [(one["line"], one["reason"], one["taken"]) for one in engine.rejects(imports.job)] == [
        (2, "other_name", True)
    ]


@pytest.mark.parametrize(
    "row",
    ["1,ann@example.com,,Annie", ",ann@example.com,,", ",ann@example.com,,ann lee", "2,x@example.com,0812345678,Bob"],
    ids=["her own number", "no name", "the same name", "a shared phone"],
)
def test_rows_that_agree_or_are_known_by_more_than_the_email_are_not_told(imports, row):
    report = imports("customers", f"customer id,email,phone,name\n1,ann@example.com,0812345678,Ann Lee\n{row}\n")
    assert (report["accepted"], report["warnings"]) == (2, [])


def test_rows_that_are_taken_leave_the_room_to_those_that_are_refused(imports, monkeypatch):
    monkeypatch.setattr(engine, "MOST_TOLD", 0)
    monkeypatch.setattr(engine, "MOST_REJECTS", 1)
    report = imports("customers", SHARED + "nobody,Dan\n")
    assert [(one["line"], one["code"]) for one in report["rejected"]] == [(6, "not_an_email")]
    assert [(one["code"], one["line"]) for one in report["warnings"]] == [("other_name", None)]


def test_a_long_check_forgets_whom_it_met_rather_than_grow(imports, monkeypatch):
    monkeypatch.setattr(resolving, "MOST_REMEMBERED", 0)
    imports.chunk("customers", 1)
    assert "other_name" not in {one["code"] for one in imports("customers", SHARED, dry_run=True)["warnings"]}


def test_a_long_file_read_beside_tells_the_same(imports, monkeypatch):
    monkeypatch.setattr(reading, "APART_FROM", 1)
    report = imports("customers", SHARED)
    assert [one["line"] for one in report["warnings"] if one["line"]] == [4]


def test_a_row_that_only_a_column_left_out_names_says_which(imports):
    columns = {"mail": "customer.email", "phone": "customer.phone"}
    imports(
        "customers", "Customer No,mail,phone,note\nC-1,,,\n,,,x\nC-3,c@example.com,,\n", mapping={"columns": columns}
    )
    assert imports.problems() == [(2, "Customer No", "named_by_unused"), (3, "mail", "nobody_named")]
