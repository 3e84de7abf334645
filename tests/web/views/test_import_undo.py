"""The page that asks before an import is taken back, and tells what happened."""

import pytest
from django.core.management import call_command
from django.utils import timezone

from cdp.core import actors, ids, jobs
from cdp.core.crypto import hourly
from cdp.core.crypto.envelope import Unopenable
from cdp.core.imports import tracing, undoing
from cdp.core.models import AuditEntry, ImportTrace, Job
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
    assert "before undoing began" not in steward.get(page).text
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
    assert "What it had brought before undoing began" in done
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

    with monkeypatch.context() as patch:
        patch.setattr(tracing, "page", gone)
        jobs.run_waiting()
    assert "no longer remembered" in steward.get(f"/imports/{imports.job.id}/").text


@pytest.mark.parametrize("ends", [Job.State.FAILED, Job.State.CANCELLED, Job.State.DRAFT])
def test_an_undo_that_stopped_goes_on_where_it_was(imports, steward, monkeypatch, ends):
    imports.chunk("customers", 2)
    imports("customers", PEOPLE + "cyd@example.com,Cyd,Krabi\n")
    page = f"/imports/{imports.job.id}/"
    steward.post(f"{page}undo/")
    real, taken = undoing._page, []

    def stopping(job, part, *rest):
        if taken:
            raise jobs.Cancelled
        took = real(job, part, *rest)
        taken.extend([1] * took)
        return took

    with monkeypatch.context() as patch:
        patch.setattr(undoing, "_page", stopping)
        jobs.run_waiting()
    assert Customer.objects.filter(status="known").count() == 2
    Job.objects.filter(kind="import_undo").update(state=ends, attempts=9, error="Out of luck.")
    shown = steward.get(page).text
    assert "Undone in part" in shown
    assert "Go on undoing" in shown
    assert "Undone" not in steward.get("/imports/").text
    assert "This is what is still to be undone" in steward.get(f"{page}undo/").text
    steward.post(f"{page}undo/")
    assert "Being undone" in steward.get(page).text
    jobs.run_waiting()
    assert "This import was undone" in steward.get(page).text
    undo = Job.objects.get(kind="import_undo")
    assert (undo.state, undo.error, undo.result["counts"]["people_removed"]) == (Job.State.DONE, "", 3)
    assert not Customer.objects.filter(status="known").exists()
    assert AuditEntry.objects.filter(action="core:import:undone").count() == 2


def test_the_terminal_lists_an_undo_that_stopped_and_goes_on_with_it(imports, capsys):
    imports("customers", PEOPLE)
    begun = undoing.begin(imports.job, actor=actors.SYSTEM, at=timezone.now())
    jobs.cancel(begun)
    call_command("undo_import")
    assert f"{imports.job.id}  customers from shop, undone in part" in capsys.readouterr().out
    call_command("undo_import", str(imports.job.id), "--json")
    assert capsys.readouterr().out.strip() == '{"people_removed": 2}'
    begun.refresh_from_db()
    assert begun.state == Job.State.DONE


def test_it_is_too_late_to_go_on_when_nothing_is_remembered(imports):
    imports("customers", PEOPLE)
    jobs.cancel(undoing.begin(imports.job, actor=actors.SYSTEM, at=timezone.now()))
    with pytest.raises(undoing.UnableToUndo, match="too late"):
        undoing.begin(imports.job, actor=actors.SYSTEM, at=timezone.now() + hourly.KEPT)


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
    # Ids never go back, so another test's clock that ran ahead is in them.
    noted = ids.moment_of(ImportTrace.objects.get().id)
    assert tracing.forget_old(now=noted) == 0
    assert tracing.forget_old(now=noted + hourly.KEPT * 2) == 1
