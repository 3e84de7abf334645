"""Companies and who belongs to them: found, made, completed, merged; by rules and because somebody said so."""

import pytest
from django.utils import timezone

from cdp.core import actors, pipeline
from customers.models import Company, CompanyKey, CompanyLink, CompanySweep, Customer
from customers.rules.companies import CompanyInput, Size
from customers.services import erasing, merging
from customers.services.companies import keeping, linking
from tests import factories
from tests.importing import Importer

pytestmark = pytest.mark.django_db


@pytest.fixture
def imported(tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


def write(*told: CompanyInput, source: str = "crm") -> list[Company]:
    found = keeping.write_many(told, source=factories.source(source), now=timezone.now())
    return [Company.objects.get(id=company) for company in found.companies]


def swept() -> None:
    while linking.sweep(now=timezone.now()):
        pass


def of(customer: Customer) -> tuple[str, str] | None:
    link = CompanyLink.objects.filter(customer=customer).select_related("company").first()
    return (link.company.name if link.company else "", link.how) if link else None


@pytest.mark.parametrize("dry_run", [True, False])
def test_companies_with_one_web_address_and_two_names_are_told_of(imported, dry_run):
    imported("companies", "company,website\nSiam Paper North,siampaper.example\n")
    content = "company,website\nSiam Paper Co.,siampaper.example\nSIAM PAPER,siampaper.example\nOther,other.example\n"
    report = imported("companies", content, dry_run=dry_run)
    assert [(one["line"], one["code"]) for one in report["rejected"]] == []
    assert [(one["code"], one["count"]) for one in imported.job.result["warnings"]] == [("domain_of_another", 2)]


def test_one_company_is_known_once_whatever_its_spelling():
    one, other = write(CompanyInput(name="Siam Paper Co., Ltd."), CompanyInput(name="SIAM PAPER", industry="Paper"))
    assert one.id == other.id
    assert (other.name, other.industry) == ("SIAM PAPER", "Paper")


def test_a_number_finds_a_company_that_changed_its_name():
    (before,) = write(CompanyInput(name="Old Name", external_id="A1"))
    (after,) = write(CompanyInput(name="New Name", external_id="A1"))
    assert (before.id, after.name) == (after.id, "New Name")


def test_a_number_counts_within_its_source():
    (one,) = write(CompanyInput(name="One", external_id="A1"), source="crm")
    (two,) = write(CompanyInput(name="Two", external_id="A1"), source="other")
    assert one.id != two.id


def test_branches_that_share_a_domain_stay_apart():
    one, two = write(
        CompanyInput(name="Acme Thailand", domain="acme.example.net"),
        CompanyInput(name="Acme Korea", domain="acme.example.net"),
    )
    assert one.id != two.id


def test_silence_changes_nothing_and_a_band_does_not_forget_the_number():
    write(CompanyInput(name="Acme", industry="Tools", size=Size(85, "51-200")))
    (acme,) = write(CompanyInput(name="Acme", size=Size(None, "51-200")))
    assert (acme.industry, acme.employees) == ("Tools", 85)
    (acme,) = write(CompanyInput(name="Acme", size=Size(None, "201-500")))
    assert (acme.employees, acme.size) == (None, "201-500")


def test_who_says_the_name_belongs_there_once_it_is_known():
    ada = factories.customer(email="ada@example.com", company="Siam Paper Co., Ltd.")
    bo = factories.customer(email="bo@example.com", company="Another")
    write(CompanyInput(name="siam paper"))
    swept()
    assert (of(ada), of(bo)) == (("siam paper", "name"), None)


def test_who_comes_later_belongs_there_by_the_pipeline():
    write(CompanyInput(name="Siam Paper"))
    ada = factories.customer(email="ada@example.com", company="SIAM PAPER LTD")
    pipeline.run_for([ada.id], now=timezone.now())
    assert of(ada) == ("Siam Paper", "name")


def test_a_mailbox_at_work_says_where_somebody_belongs():
    write(CompanyInput(name="Siam Paper", domain="siam-paper.co.th"))
    ada = factories.customer(email="ada@siam-paper.co.th")
    bo = factories.customer(email="bo@gmail.com")
    linking.apply([ada.id, bo.id], now=timezone.now())
    assert (of(ada), of(bo)) == (("Siam Paper", "domain"), None)


def test_a_public_mail_host_never_becomes_a_domain_of_a_company():
    write(CompanyInput(name="Somsri Shop", domain="gmail.com"))
    assert not CompanyKey.objects.filter(kind="domain").exists()


def test_who_changes_the_employer_moves_and_who_has_none_leaves():
    write(CompanyInput(name="One"), CompanyInput(name="Two"))
    ada = factories.customer(email="ada@example.com", company="One")
    linking.apply([ada.id], now=timezone.now())
    Customer.objects.filter(id=ada.id).update(company="Two")
    linking.apply([ada.id], now=timezone.now())
    assert of(ada) == ("Two", "name")
    Customer.objects.filter(id=ada.id).update(company="Nobody knows")
    linking.apply([ada.id], now=timezone.now())
    assert of(ada) is None


def test_what_staff_wrote_down_is_stronger_than_any_rule():
    one, two = write(CompanyInput(name="One"), CompanyInput(name="Two"))
    ada = factories.customer(email="ada@example.com", company="One")
    linking.write_down(customer=ada.id, company=two.id, actor=actors.SYSTEM, at=timezone.now())
    linking.apply([ada.id], now=timezone.now())
    assert of(ada) == ("Two", "staff")
    linking.assign({ada.id: one.id}, how="group", now=timezone.now())
    assert of(ada) == ("Two", "staff")
    linking.write_down(customer=ada.id, company=None, actor=actors.SYSTEM, at=timezone.now())
    linking.apply([ada.id], now=timezone.now())
    assert of(ada) == ("", "staff")


def test_a_sweep_takes_everybody_in_turns_and_ends(monkeypatch):
    monkeypatch.setattr(linking, "SWEPT", 2)
    people = [factories.customer(email=f"p{number}@example.com", company="Acme") for number in range(5)]
    write(CompanyInput(name="Acme"))
    turns = 0
    while linking.sweep(now=timezone.now()):
        turns += 1
    assert turns == 3
    assert all(of(person) == ("Acme", "name") for person in people)
    assert not CompanySweep.objects.exists()


def test_linking_takes_as_many_statements_for_many_as_for_one(django_assert_max_num_queries):
    write(CompanyInput(name="Acme", domain="acme.example.net"))
    people = [factories.customer(email=f"p{number}@example.com", company="Acme").id for number in range(30)]
    with django_assert_max_num_queries(8):
        linking.apply(people, now=timezone.now())
    assert CompanyLink.objects.count() == 30


def test_merging_gives_contacts_names_and_numbers_to_the_one_that_stays():
    keep, gone = write(
        CompanyInput(name="Siam Paper", external_id="A1"),
        CompanyInput(name="Siamese Paper Mill", industry="Paper", external_id="B2"),
    )
    ada = factories.customer(email="ada@example.com", company="Siamese Paper Mill")
    swept()
    keeping.merge(keep=keep.id, absorb=gone.id, actor=actors.SYSTEM, now=timezone.now())
    assert of(ada) == ("Siam Paper", "name")
    assert Company.objects.get().industry == "Paper"
    (again,) = write(CompanyInput(name="Siamese Paper Mill"))
    assert again.id == keep.id


def test_a_name_that_another_company_has_is_refused_with_that_company():
    one, two = write(CompanyInput(name="One"), CompanyInput(name="Two"))
    with pytest.raises(keeping.UnableToSave) as told:
        keeping.save(
            company=two.id,
            told=CompanyInput(name="One Ltd"),
            source=factories.source("staff"),
            actor=actors.SYSTEM,
            now=timezone.now(),
        )
    assert (told.value.field, told.value.other) == ("name", one.id)


def test_editing_a_company_keeps_its_other_domains_and_replaces_the_one_that_was_corrected():
    keep, gone = write(
        CompanyInput(name="Siam Paper", domain="siam-paper.example"),
        CompanyInput(name="Paper Mill", domain="paper-mill.example"),
    )
    keeping.merge(keep=keep.id, absorb=gone.id, actor=actors.SYSTEM, now=timezone.now())

    def saved(**told: str) -> set[str]:
        keeping.save(
            company=keep.id,
            told=CompanyInput(name="Siam Paper", **told),
            source=factories.source("staff"),
            actor=actors.SYSTEM,
            now=timezone.now(),
        )
        return set(CompanyKey.objects.filter(company=keep.id, kind="domain").values_list("value", flat=True))

    assert saved(domain="siam-paper.example", industry="Paper") == {"siam-paper.example", "paper-mill.example"}
    assert saved(domain="siam.example") == {"siam.example", "paper-mill.example"}
    assert saved() == {"paper-mill.example"}


def test_rows_whose_contact_was_forgotten_are_listed_and_left_out(imported):
    content = "company name,contact email\nOne,ann@example.com\nTwo,bo@example.com\nThree,\n"
    ann = factories.customer(email="ann@example.com")
    erasing.erase(customer=ann.id, actor=actors.SYSTEM, at=timezone.now())
    told = [
        (one["line"], one["value"], one["code"]) for one in imported("companies", content, dry_run=True)["rejected"]
    ]
    assert told == [(2, "ann@example.com", "suppressed")]
    report = imported("companies", content)
    assert [(one["line"], one["value"], one["code"]) for one in report["rejected"]] == told
    assert (report["accepted"], report["created"]) == (2, 2)
    assert set(Company.objects.values_list("name", flat=True)) == {"Two", "Three"}


def test_a_merged_customer_belongs_where_the_survivor_does_and_unmerging_gives_it_back():
    one, two = write(CompanyInput(name="One"), CompanyInput(name="Two"))
    ada, bo = (factories.customer(email=f"{name}@example.com") for name in ("ada", "bo"))
    linking.assign({ada.id: one.id, bo.id: two.id}, how="external_id", now=timezone.now())
    log = merging.merge(survivor=ada.id, absorbed=bo.id, reason="test", actor=actors.SYSTEM, at=timezone.now())
    assert of(ada) == ("One", "external_id")
    merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=timezone.now())
    assert (of(ada), of(bo)) == (("One", "external_id"), ("Two", "external_id"))


FILE = """Company name,Industry,Number of Employees,Website URL,State/Region,City,Country/Region,Record ID
Siam Paper Co.,Paper,85,https://www.siam-paper.co.th,Bangkok,Bang Rak,Thailand,101
(주)예시무역,Trading,51-200,,서울특별시,강남구,South Korea,102
-,Nothing,5,,,,,
Small,Shop,about five,not a site,,,Thailand,104
"""


def test_a_hubspot_export_imports_without_a_mapping(imported):
    report = imported("companies", FILE, source="hubspot")
    assert report["created"] == 3
    assert imported.problems() == [(4, "Company name", "no_company_named")]
    paper = Company.objects.get(name="Siam Paper Co.")
    assert (paper.industry, paper.employees, paper.size, paper.domain) == ("Paper", 85, "51-200", "siam-paper.co.th")
    assert (paper.country, paper.province, paper.city) == ("TH", "TH-10", "Bang Rak")
    trade = Company.objects.get(name="(주)예시무역")
    assert (trade.employees, trade.size, trade.country, trade.province) == (None, "51-200", "KR", "KR-11")


def test_a_file_imported_again_changes_nothing(imported):
    imported("companies", FILE, source="hubspot")
    again = imported("companies", FILE + "\n", source="hubspot")
    assert (again["created"], Company.objects.count()) == (0, 3)


def test_contacts_of_a_row_belong_to_its_company(imported):
    text = "company.name,company.employees,customer.email,customer.name\nSiam Paper,85,ada@example.com,Ada\nSiam Paper,,bo@example.com,Bo\n"
    imported("companies", text)
    assert Company.objects.get().employees == 85
    assert [link.how for link in CompanyLink.objects.all()] == ["external_id", "external_id"]
