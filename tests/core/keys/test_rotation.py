"""Moving to a new key of the ring while the shop is open."""

import json
from typing import Any

import psycopg
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.utils import timezone

from cdp.core import actors, ids, jobs, source_secrets
from cdp.core.crypto import hourly, index, ring, subjects
from cdp.core.keys import holders, needs, processes, proofs, rotation
from cdp.core.models import DataKey, HourlyKey, IndexRoot, Job, RingKey, Source
from customers.models import Customer
from customers.selectors import profiles
from tests import factories
from tests.core.keys.conftest import Turn

NOW = timezone.now()


def rotate() -> dict[str, Any]:
    """Run the command; what it prints as JSON."""
    job = rotation.begin(actor=actors.SYSTEM, at=NOW, state=Job.State.DRAFT)
    jobs.run(job.id, claim_from=Job.State.DRAFT)
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    return job.result


def test_every_table_that_names_a_key_of_the_ring_is_declared() -> None:
    """Also a table of tomorrow: one that rotation does not know would keep the old key needed for ever."""
    named = {
        model._meta.db_table
        for model in apps.get_models()
        if {"ring_key", "wrapped"} & {field.column for field in model._meta.local_fields}
    }
    assert named == {holder.table for holder in holders.every()}
    for holder in holders.every():
        assert {*holder.of, "ring_key", "wrapped"} <= {field.column for field in holder.model._meta.local_fields}
        assert isinstance(holder.model._meta.get_field("wrapped"), models.BinaryField)


def test_everything_opens_with_the_new_key_alone_after_a_rotation(db: None, turn: Turn) -> None:
    ada = factories.customer(name="Ada Lovelace", email="ada@example.com")
    till = Source.objects.create(key="till", name="Till")
    source_secrets.put(source=till, secret="whsec_123456789", actor=actors.SYSTEM, now=NOW)
    source_secrets.put_token(source=till, name="page", token="token-123456", actor=actors.SYSTEM, now=NOW)
    short_lived = hourly.seal(b"an upload", context=b"test")
    digest = index.digest("identifier.email", "ada@example.com")
    before = bytes(Customer.objects.get(id=ada.id).name)
    proofs.enlist(now=NOW)

    turn("k2", "*")
    result = rotate()
    assert result["by_table"]["core_datakey"] == DataKey.objects.count()
    assert [one["removable"] for one in result["keys"]] == [True]

    turn("k2")
    assert proofs.faults() == []
    assert profiles.one(ada.id).name == "Ada Lovelace"
    assert source_secrets.find(till) == b"whsec_123456789"
    assert source_secrets.find_token(till, "page") == "token-123456"
    assert hourly.open_(short_lived, context=b"test") == b"an upload"
    assert index.digest("identifier.email", "ada@example.com") == digest
    assert bytes(Customer.objects.get(id=ada.id).name) == before, "no sealed value is touched"


def test_a_second_rotation_finds_nothing_to_do_and_the_command_says_which_key_may_go(
    db: None, turn: Turn, capsys: pytest.CaptureFixture[str]
) -> None:
    factories.customer(name="Ada")
    first = ring.current().primary
    turn("k2", "*")
    call_command("rotate_keys")
    told = capsys.readouterr().out
    assert f"Key {first} can be removed" in told
    assert "a second)" in told
    call_command("rotate_keys", "--json")
    again = json.loads(capsys.readouterr().out)
    assert (again["rows"], again["wrapped"] > 0) == (0, True)
    call_command("rotate_keys")
    assert f"k2 wraps all {again['wrapped']:,} keys" in capsys.readouterr().out
    assert RingKey.objects.get(id=first).retired_at


def test_a_rotation_that_was_cut_off_goes_on_where_the_rows_stand(
    db: None, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        factories.customer(name=f"Ada {number}")
    turn("k2", "*")
    monkeypatch.setattr(rotation, "BATCH", 2)
    write, written = rotation._write, []

    def cut_off(holder: holders.Holder, *args: Any) -> int:
        written.append(holder.table)
        if written.count("core_datakey") == 2:
            raise jobs.Interrupted
        return write(holder, *args)

    monkeypatch.setattr(rotation, "_write", cut_off)
    job = rotation.begin(actor=actors.SYSTEM, at=NOW, state=Job.State.DRAFT)
    jobs.run(job.id, claim_from=Job.State.DRAFT)
    assert 0 < DataKey.objects.filter(ring_key="k2").count() < DataKey.objects.count()
    monkeypatch.setattr(rotation, "_write", write)
    jobs.sweep()
    assert rotation.begin(actor=actors.SYSTEM, at=NOW).id == job.id, "the unfinished one goes on"
    jobs.run(job.id)
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert not DataKey.objects.exclude(ring_key="k2").exists()
    assert job.result["by_table"]["core_datakey"] == DataKey.objects.count(), "counted over both runs"


def test_a_key_made_meanwhile_with_the_old_ring_is_come_back_for(
    db: None, turn: Turn, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.customer(name="Ada")
    old = ring.current()
    turn("k2", "*")
    write = rotation._write

    def and_one_more(holder: holders.Holder, *args: Any) -> int:
        moved = write(holder, *args)
        if holder.model is DataKey and DataKey.objects.count() == 1:
            key = DataKey(customer_id=ids.uuid7(), ring_key=old.primary)
            key.wrapped = old.wrap(b"x" * 32, context=subjects.context(key.id))
            # It sorts before what the walk has passed.
            key.id = type(key.id)(int=1)
            key.wrapped = old.wrap(b"x" * 32, context=subjects.context(key.id))
            key.save(force_insert=True)
        return moved

    monkeypatch.setattr(rotation, "_write", and_one_more)
    result = rotate()
    assert DataKey.objects.filter(ring_key="k2").count() == 2
    assert result["keys"][0]["removable"]


def test_a_process_that_was_not_restarted_is_named_and_keeps_its_key(db: None, turn: Turn) -> None:
    factories.customer(name="Ada")
    proofs.enlist(now=NOW)
    first = ring.current().primary
    turn("k2", "*")
    with _process("4711@till", first, "k2"):
        result = rotate()
        [one] = result["keys"]
        assert not one["removable"]
        assert "4711 (till)" in " ".join(rotation.sentences(result["keys"]))
    assert RingKey.objects.get(id=first).retired_at is None


def test_rotation_does_not_begin_while_a_process_could_not_read_what_it_writes(db: None, turn: Turn) -> None:
    first = ring.current().primary
    turn("k2", "*")
    with _process("4711@till", first), pytest.raises(CommandError, match=r"4711 \(till\)"):
        call_command("rotate_keys")
    assert not Job.objects.filter(kind=rotation.KIND).exists()


def test_rows_of_a_straggler_make_a_removed_key_needed_again(db: None, turn: Turn) -> None:
    factories.customer(name="Ada")
    proofs.enlist(now=NOW)
    first = ring.current().primary
    turn("k2", "*")
    rotate()
    turn("*", "k2")
    factories.customer(name="Bo")
    turn("k2", "*")
    assert rotation.find_late(since=NOW) == [first]
    assert [one.rows for one in rotation.standing() if one.key_id == first] == [{"core_datakey": 1}]
    assert proofs.known_faults() == []


def test_a_backup_that_is_kept_keeps_its_key(db: None, turn: Turn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "_questions", {})
    needs.declare("backups", lambda key_id: [f"backup of Monday ({key_id})"])
    factories.customer(name="Ada")
    first = ring.current().primary
    turn("k2", "*")
    result = rotate()
    assert (result["keys"][0]["removable"], result["keys"][0]["others"]) == (False, [f"backup of Monday ({first})"])


def test_a_key_that_does_not_open_is_left_and_named(db: None, turn: Turn) -> None:
    ada, bo = factories.customer(name="Ada"), factories.customer(name="Bo")
    proofs.enlist(now=NOW)
    DataKey.objects.filter(customer_id=bo.id).update(wrapped=b"?" * 60)
    turn("k2", "*")
    job = rotation.begin(actor=actors.SYSTEM, at=NOW)
    jobs.run(job.id)
    job.refresh_from_db()
    assert (job.state, len(job.result["broken"])) == ("failed", 1)
    assert "1 keys do not open" in jobs.sentence(job.error)
    assert DataKey.objects.get(customer_id=ada.id).ring_key == "k2"
    assert not job.result["keys"][0]["removable"]


def test_a_worker_with_another_first_key_does_not_turn_it_back(db: None, turn: Turn) -> None:
    turn("k2", "*")
    job = rotation.begin(actor=actors.SYSTEM, at=NOW)
    turn("*", "k2")
    jobs.run(job.id)
    job.refresh_from_db()
    assert "restart the workers" in jobs.sentence(job.error)


def test_no_key_reaches_what_a_rotation_leaves_behind(db: None, turn: Turn, capsys: pytest.CaptureFixture[str]) -> None:
    factories.customer(name="Ada")
    hourly.seal(b"x", context=b"test")
    assert index.roots()
    turn("k2", "*")
    call_command("rotate_keys")
    assert not IndexRoot.objects.exclude(ring_key="k2").exists()
    assert not HourlyKey.objects.exclude(ring_key="k2").exists()
    left = capsys.readouterr().out + json.dumps(list(Job.objects.values()), default=str)
    secrets = [part.partition(":")[2] for part in _setting().split(",")]
    assert not [secret for secret in secrets if secret in left]


def _setting() -> str:
    from django.conf import settings

    return settings.CDP_ENCRYPTION_KEYS


def _process(who: str, *key_ids: str) -> "psycopg.Connection[Any]":
    """Another process, connected under its name."""
    params = connection.get_connection_params()
    wanted = {name: params[name] for name in ("dbname", "user", "password", "host", "port") if name in params}
    name = f"cdp {who} {'+'.join(key_ids)}"
    return psycopg.connect(**wanted, application_name=name, autocommit=True)


def test_processes_are_read_from_their_connections(db: None) -> None:
    with _process("4711@till", "k1", "k2"):
        [found] = [one for one in processes.others() if one.number == "4711"]
    assert (found.machine, found.keys, found.is_whole) == ("till", ("k1", "k2"), True)
    assert processes.without("k3", [found]) == [found]
    assert processes.without("k2", [found]) == []
    assert processes.writing_with_another("k1", [found]) == []
