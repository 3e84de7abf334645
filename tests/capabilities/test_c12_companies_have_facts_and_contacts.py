"""C12: company facts of business customers, from files, group calls and staff, with their people, usable in segments."""

import json

import pytest
from django.utils import timezone

from analytics.models import Segment, SegmentMember
from analytics.services import membership
from cdp.core import pipeline
from customers.models import Company, CompanyLink, Customer
from customers.services.companies import linking
from events.services import draining
from tests import factories
from tests.events.conftest import caller  # noqa: F401  (the door)
from tests.importing import Importer

pytestmark = pytest.mark.django_db

FILE = (
    "company.name,company.industry,company.employees,company.country,company.province,company.city\n"
    "Siam Paper,Paper,85,Thailand,Bangkok,Bang Rak\n(주)예시무역,Trading,51-200,South Korea,서울특별시,강남구\n"
)


def test_companies_come_from_files_and_people_belong_to_them(client, tmp_path, monkeypatch):
    ada = factories.customer(email="ada@example.com", name="Ada", company="Siam Paper Co., Ltd.")
    factories.customer(email="bo@example.com", name="Bo", company="Another")
    report = Importer(tmp_path, monkeypatch)("companies", FILE, source="crm")
    assert report["created"] == 2
    while linking.sweep(now=timezone.now()):
        pass
    pipeline.drain_all(now=timezone.now())
    paper = Company.objects.get(name="Siam Paper")
    assert (paper.employees, paper.size, paper.province) == (85, "51-200", "TH-10")

    client.force_login(factories.staff("owner"))
    assert "Siam Paper" in client.get("/companies/", {"industry": "Paper"}).content.decode()
    page = client.get(f"/companies/{paper.id}/").content.decode()
    assert "Ada" in page
    assert "the same company name" in page
    assert f"/companies/{paper.id}/" in client.get(f"/customers/{ada.id}/").content.decode()

    _, key = factories.api_key()
    rules = {
        "all": [
            {"field": "company_industry", "op": "=", "value": "paper"},
            {"field": "company_size", "op": ">=", "value": 50},
            {"field": "company_province", "op": "in", "value": ["Bangkok"]},
        ]
    }
    answer = client.post(
        "/api/v1/segments/",
        json.dumps({"key": "paper", "name": "Paper", "rules": rules}),
        content_type="application/json",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert answer.status_code == 201, answer.content
    membership.refresh_all(timezone.now())
    members = SegmentMember.objects.filter(segment_id=Segment.objects.get(key="paper").id)
    assert list(members.values_list("customer_id", flat=True)) == [ada.id]


def test_staff_correct_and_merge_companies_and_choose_one_for_a_person(client):
    client.force_login(factories.staff("owner"))
    who = factories.customer(email="ada@example.com", name="Ada")
    for name, employees in (("Siam Paper", "85"), ("Siamese Paper Mill", "")):
        client.post("/companies/new/", {"name": name, "employees": employees, "country": "Thailand"})
    paper, mill = Company.objects.order_by("name")
    client.post(f"/companies/of/{who.id}/", {"company": str(mill.id)})
    client.post(f"/companies/{paper.id}/merge/", {"other": str(mill.id)})
    assert Company.objects.get() == paper
    assert CompanyLink.objects.get(customer=who).company_id == paper.id
    answer = client.post(f"/companies/{paper.id}/edit/", {"name": "Siam Paper", "employees": "many"})
    assert answer.status_code == 422


def test_a_group_call_tells_a_company_and_who_belongs_to_it(caller):  # noqa: F811
    answer = caller.send(
        {
            "type": "group",
            "userId": "u-1",
            "groupId": "g-7",
            "context": {"traits": {"name": "Ada"}},
            "traits": {"name": "Siam Paper", "industry": "Paper", "employees": "85", "address": {"country": "TH"}},
        }
    )
    assert answer.status == 200
    draining.drain(now=timezone.now())
    company = Company.objects.get()
    assert (company.name, company.industry, company.employees, company.country) == ("Siam Paper", "Paper", 85, "TH")
    link = CompanyLink.objects.get()
    assert (link.company_id, link.how) == (company.id, "group")
    assert Customer.objects.get(id=link.customer_id).status == "known"
