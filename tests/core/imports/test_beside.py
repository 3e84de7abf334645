"""Reading and parsing in a process of its own: the same result as in this one, also when that process is killed."""

import os
import signal

import pytest

from cdp.core import ids, uploads
from cdp.core.actors import SYSTEM
from cdp.core.imports import drafts, reading, running
from cdp.core.models import DataKey, Job, JobReject
from customers.models import Address, ContactPoint, Customer, Identifier
from customers.selectors import profiles
from customers.services import people_import
from tests import factories

HEADER = "external_id,email,name,phone,birth_date,city,tags,customer since\n"
ROW = 'c{0},p{0}@example.com,Person {0},08123{0:05d},19{1}-02-03,"เมือง, {2}","vip, ""a\\b"" {2}",2001-02-03\n'
CONTENT = (
    HEADER
    + "".join(ROW.format(n, n % 90 + 10, n % 3) if n % 7 else f",bad-{n},Nobody,,,,,\n" for n in range(1, 60))
    + "c1,other@example.com,Person 1,,,Seoul,late,\n"
)


@pytest.fixture
def beside(monkeypatch):
    """Every import is worth a process of its own."""
    monkeypatch.setattr(reading, "APART_FROM", 1)


def everybody() -> list[tuple[object, ...]]:
    """What is known of each customer, opened."""
    found = []
    for profile in profiles.opened(Customer.objects.filter(status="known")).values():
        row = profile.customer
        reached = sorted((point.kind, point.value, point.is_primary) for point in profile.contacts)
        places = sorted((place.street, place.city) for place in profile.places)
        found.append((profile.name, reached, places, row.birth_date, row.tags, row.created_at.year, row.city))
    return sorted(found, key=str)


def test_the_result_is_the_same_as_in_one_process(imports, monkeypatch):
    imports.chunk("customers", 10)
    here = imports("customers", CONTENT)
    people = everybody()
    codes = list(JobReject.objects.order_by("line", "id").values_list("line", "column", "reason"))
    Customer.objects.filter(status="known").delete()
    for model in (ContactPoint, Address, Identifier, DataKey):
        model.objects.all().delete()
    monkeypatch.setattr(reading, "APART_FROM", 1)
    there = imports("customers", CONTENT)
    noted = JobReject.objects.filter(job=imports.job).order_by("line", "id").values_list("line", "column", "reason")
    assert there == here
    assert everybody() == people
    assert list(noted) == codes[: len(noted)]


def test_a_killed_reader_costs_nothing(imports, beside, monkeypatch, tmp_path):
    imports.chunk("customers", 10)
    real, once = people_import.Handler.parse, tmp_path / "once"

    def parse(self, rows, reject, warn):
        if rows[0][0] > 30 and not once.exists():
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return real(self, rows, reject, warn)

    monkeypatch.setattr(people_import.Handler, "parse", parse)
    report = imports("customers", CONTENT)
    assert once.exists()
    assert (imports.job.state, report["rows"], len(report["rejected"])) == (Job.State.DONE, 60, 8)
    assert len(everybody()) == report["created"] == 51


@pytest.mark.django_db(transaction=True)
def test_a_fault_of_the_reader_ends_in_the_job(imports, beside, monkeypatch):
    def parse(self, rows, reject, warn):
        raise ArithmeticError

    monkeypatch.setattr(people_import.Handler, "parse", parse)
    job = imports.begin("customers", CONTENT)
    job = running.finish(job, lambda _done, _total: None)
    assert (job.state, "ArithmeticError" in job.error) == (Job.State.FAILED, True)


def test_an_upload_is_opened_by_the_reader(imports, beside):
    upload = uploads.SealedWriter(ids.uuid7())
    upload.write(CONTENT.encode())
    upload.close()
    factories.source("page")
    job = drafts.upload(kind="customers", upload_id=upload.upload, name="people.csv", source="page", actor=SYSTEM)
    Job.objects.filter(id=job.id).update(params={**job.params, "dry_run": False})
    job = running.finish(Job.objects.get(id=job.id), lambda _done, _total: None)
    assert (job.state, job.result["created"]) == (Job.State.DONE, 51)
