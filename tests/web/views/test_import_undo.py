"""The page that asks before an import is taken back, and tells what happened."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from cdp.core import jobs
from cdp.core.crypto import hourly
from cdp.core.crypto.envelope import Unopenable
from cdp.core.imports import tracing
from cdp.core.models import Job
from customers.models import Customer
from tests import factories
from tests.importing import Importer

PEOPLE = "email,name,province\nann@example.com,Ann,Bangkok\nbob@example.com,Bob,Phuket\n"


@pytest.fixture
def imports(db, tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


@pytest.fixture
def steward(client, db):
    client.force_login(factories.staff("steward"))
    return client


def test_the_page_tells_in_numbers_what_goes_and_the_import_says_what_went(imports, steward):
    factories.customer(email="bob@example.com", province="Krabi")
    imports("customers", PEOPLE)
    page = f"/imports/{imports.job.id}/"
    assert "Can be undone until" in steward.get(page).text
    asked = steward.get(f"{page}undo/").text
    assert "Customers removed, whom only this import knew" in asked
    assert "Customers who are again as they were before" in asked
    assert Customer.objects.filter(status="known").count() == 2
    steward.post(f"{page}undo/")
    assert "Being undone" in steward.get(page).text
    assert "Undoing this import." in steward.get(f"{page}?watch", headers={"HX-Request": "true"}).text
    jobs.run_waiting()
    done = steward.get(page).text
    assert "This import was undone" in done
    assert "Can be undone until" not in done
    assert steward.get(f"{page}undo/").status_code == 302
    assert "Undone" in steward.get("/imports/").text
    assert Customer.objects.get(status="known").province == "TH-81"


def test_an_import_that_runs_is_refused_in_words(imports, steward):
    imports("customers", PEOPLE)
    Job.objects.filter(id=imports.job.id).update(state=Job.State.RUNNING)
    answer = steward.post(f"/imports/{imports.job.id}/undo/", follow=True)
    assert "still running" in answer.text


def test_what_is_no_longer_remembered_ends_in_words(imports, steward, monkeypatch):
    imports("customers", PEOPLE)
    steward.post(f"/imports/{imports.job.id}/undo/")

    def gone(*_args, **_how):
        raise Unopenable

    monkeypatch.setattr(tracing, "page", gone)
    jobs.run_waiting()
    assert "no longer remembered" in steward.get(f"/imports/{imports.job.id}/").text


def test_the_command_lists_looks_ahead_and_undoes(imports, capsys):
    imports("customers", PEOPLE)
    call_command("undo_import")
    assert str(imports.job.id) in capsys.readouterr().out
    call_command("undo_import", str(imports.job.id), "--dry-run", "--json")
    assert capsys.readouterr().out.strip() == '{"people_removed": 2}'
    call_command("undo_import", str(imports.job.id))
    assert "2" in capsys.readouterr().out
    call_command("undo_import", str(imports.job.id), "--json")
    assert capsys.readouterr().out.strip() == '{"people_removed": 2}'
    assert not Customer.objects.filter(status="known").exists()


def test_traces_go_with_their_keys(imports):
    imports("customers", PEOPLE)
    assert tracing.forget_old(now=timezone.now()) == 0
    assert tracing.forget_old(now=timezone.now() + hourly.KEPT * 2) == 1
