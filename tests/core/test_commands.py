"""The commands of the contract: what they print, and how they end."""

import contextlib
import json
import threading

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from cdp.core import api_keys, jobs, locks, pipeline
from cdp.core.actors import SYSTEM
from cdp.core.imports import running
from cdp.core.models import ApiKey, AuditEntry, Job, Source, User
from cdp.web import first_run
from commerce.models import Product
from customers.models import Customer


@pytest.fixture
def people(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("email,name\na@example.com,Ann\nbad,Bob\n")
    return path


def test_import_file_prints_the_json_of_the_contract_and_nothing_else(db, people, capsys):
    call_command("import_file", "customers", people, json=True)
    told = capsys.readouterr()
    report = json.loads(told.out)
    assert set(report) == {"rows", "accepted", "rejected", "created", "updated", "seconds", "warnings"}
    assert (report["rows"], report["accepted"], report["created"]) == (2, 1, 1)
    assert {"line", "column", "value", "reason"} <= set(report["rejected"][0])
    assert told.err == ""


def test_import_file_ends_after_the_pipeline(db, people):
    call_command("import_file", "customers", people, json=True)
    assert pipeline.pending() == 0


def test_import_file_need_not_wait(db, people):
    call_command("import_file", "customers", people, json=True, no_wait=True)
    assert pipeline.pending() == 1


def test_import_file_says_in_one_line_what_it_did(db, people, capsys):
    call_command("import_file", "customers", people)
    told = capsys.readouterr()
    assert told.out.startswith("1 of 2 rows imported: 1 new, 0 known, 1 rejected")
    assert told.out.count("\n") == 1


def test_a_second_shell_is_told_of_the_import_that_is_under_way_and_waits_for_it(db, people, capsys, monkeypatch):
    job = running.begin(
        kind="customers", path=people.resolve(), source="import", mapping=None, dry_run=False, actor=SYSTEM
    )
    real, looks = jobs.sweep, []

    def sweep():
        looks.append(1)
        if len(looks) == 4:
            Job.objects.update(state=Job.State.DONE)
        return real()

    monkeypatch.setattr(jobs, "sweep", sweep)
    monkeypatch.setattr(running, "LOOK_SECONDS", 0)
    with locks.alive() as number:
        Job.objects.filter(id=job.id).update(
            state=Job.State.RUNNING, claimed_by=number, started_at=timezone.now(), result={"rows": 7}
        )
        call_command("import_file", "customers", people, json=True, no_wait=True)
    told = capsys.readouterr()
    assert told.err.startswith("Another process is importing this file already, since ")
    assert told.err.count("\n") == 1
    assert json.loads(told.out)["rows"] == 7
    assert Job.objects.get().id == job.id


def test_two_shells_that_begin_at_once_share_one_job(transactional_db, people, monkeypatch):
    both, real, found = threading.Barrier(2), running.create, []

    def create(**how):
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(0.2)  # the other one has looked, too, if nothing holds it up
        return real(**how)

    def begin():
        how = {"kind": "customers", "path": people, "source": "import", "mapping": None, "dry_run": False}
        found.append(running.begin(**how, actor=SYSTEM).id)
        connection.close()

    monkeypatch.setattr(running, "create", create)
    threads = [threading.Thread(target=begin) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert len(set(found)) == 1 == Job.objects.count()


def test_a_dry_run_says_so_and_writes_nothing(db, people, capsys):
    call_command("import_file", "customers", people, dry_run=True)
    assert "would be imported" in capsys.readouterr().out
    assert not Customer.objects.filter(status="known").exists()


@pytest.mark.parametrize("mapping", [b"{", b"\xff\xfe", b"[]", b'{"columns": {"mail": "customer.email"}}', None])
def test_a_bad_mapping_file_fails_with_a_sentence(db, people, tmp_path, mapping):
    path = tmp_path / "mapping.json"
    if mapping is not None:
        path.write_bytes(mapping)
    with pytest.raises(CommandError):
        call_command("import_file", "customers", people, mapping=path)
    assert not Job.objects.exists()


@pytest.mark.parametrize(("kind", "source"), [("spaceships", "shop"), ("customers", "not a key")])
def test_a_bad_kind_or_source_fails_with_a_sentence(db, people, kind, source):
    with pytest.raises(CommandError):
        call_command("import_file", kind, people, source=source)


def test_create_staff_makes_an_account_once_with_its_audit(db, capsys):
    for _ in range(2):
        call_command("create_staff", "Ann@Example.com", role="steward", password="correct horse battery")
    user = User.objects.get()
    assert (user.email, user.role, user.check_password("correct horse battery")) == ("ann@example.com", "steward", True)
    assert AuditEntry.objects.filter(action="core:staff:created").count() == 1
    assert "nothing was changed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("email", "role", "password"),
    [
        ("nonsense", "owner", "correct horse battery"),
        ("a@example.com", "king", "correct horse battery"),
        ("a@example.com", "owner", "short"),
    ],
)
def test_create_staff_refuses_nonsense(db, email, role, password):
    with pytest.raises(CommandError):
        call_command("create_staff", email, "--role", role, "--password", password)
    assert not User.objects.exists()


def test_create_api_key_prints_the_key_once_and_stores_a_digest(db, capsys):
    call_command("create_api_key", "Till", scopes="orders:read, orders:write", source="till")
    text = capsys.readouterr().out.strip()
    key = ApiKey.objects.get()
    assert bytes(key.digest) == api_keys.digest(text)
    assert (key.scopes, key.source.key, text not in str(vars(key))) == (["orders:read", "orders:write"], "till", True)


@pytest.mark.parametrize(("scopes", "source"), [("orders:fly", "till"), ("", "till"), ("*", "a b"), ("*", "x" * 61)])
def test_create_api_key_refuses_nonsense(db, scopes, source):
    with pytest.raises(CommandError):
        call_command("create_api_key", "Till", scopes=scopes, source=source)
    assert not ApiKey.objects.exists()


def test_create_source_prints_its_write_key_once(db, capsys):
    call_command("create_source", "My Shop")
    assert capsys.readouterr().out.startswith("wk_")
    with pytest.raises(CommandError, match="already"):
        call_command("create_source", "My Shop")
    with pytest.raises(CommandError, match="letter or digit"):
        call_command("create_source", "–")
    call_command("create_source", "ร้าน")
    assert "Its key is source-1." in capsys.readouterr().err
    assert Source.objects.get(key="source-1").name == "ร้าน"
    assert Source.objects.get(key="my-shop").write_key_digest


@pytest.fixture
def small_shop(monkeypatch, tmp_path, settings):
    monkeypatch.setattr(first_run, "CUSTOMERS", 12)
    monkeypatch.setattr(first_run, "EVENTS", 60)
    monkeypatch.delenv("CDP_SAMPLE", raising=False)
    settings.CDP_VAR = tmp_path
    return tmp_path


def test_first_run_makes_account_keys_and_shop_once(db, small_shop, capsys):
    call_command("first_run")
    kept = (small_shop / "first-run.json").read_text()
    counts = (Customer.objects.count(), ApiKey.objects.count(), User.objects.count(), Job.objects.count())
    call_command("first_run")
    assert (small_shop / "first-run.json").read_text() == kept
    assert (Customer.objects.count(), ApiKey.objects.count(), User.objects.count(), Job.objects.count()) == counts
    assert (small_shop / "first-run.json").stat().st_mode & 0o777 == 0o600
    told = json.loads(kept)
    assert User.objects.get(role="owner").check_password(told["staff_password"])
    assert ApiKey.objects.get().digest == api_keys.digest(told["api_key"])
    assert Customer.objects.filter(status="known", is_sample=True).exists()
    assert not Product.objects.filter(price=None).exists()
    assert Product.objects.get(sku="SK-101").currency == "THB"


@pytest.mark.long
def test_a_first_run_that_was_killed_while_loading_loads_the_rest(db, small_shop, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(first_run, "_events", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            call_command("first_run")
    from events.models import Event

    assert not Event.objects.exists()
    call_command("first_run")
    assert Event.objects.exists()
    jobs_before = Job.objects.count()
    call_command("first_run")
    assert Job.objects.count() == jobs_before


def test_without_a_sample_the_shop_is_empty(db, small_shop, monkeypatch):
    monkeypatch.setenv("CDP_SAMPLE", "0")
    call_command("first_run")
    assert not Customer.objects.filter(status="known").exists()
    assert User.objects.count() == 1
