"""Rows get their places once, in order, whoever seals and however late they are committed."""

import datetime as dt
import threading
import uuid
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from cdp import celery
from cdp.core import actors, audit, ids
from cdp.core.chains import closing, heads, keyring, places, registry, sealing, verifying
from cdp.core.models import AuditEntry, Chain, ChainLink, ChainTable, ChainWaiting
from customers.services import merging
from customers.services.erasing import erase
from tests import factories

TABLE = "core_auditentry"


@pytest.fixture(autouse=True)
def _own_file(tmp_path: Path, settings: object) -> None:
    settings.CDP_VAR = tmp_path


def write(count: int = 1, at: dt.datetime | None = None) -> list[uuid.UUID]:
    found = [AuditEntry(at=at or timezone.now(), actor_kind="system", action="core:test:done") for _ in range(count)]
    AuditEntry.objects.bulk_create(found)
    return [row.id for row in found]


def write_at(moment: dt.datetime) -> uuid.UUID:
    return AuditEntry.objects.create(
        id=ids.uuid7_at(moment), at=moment, actor_kind="system", action="core:test:done"
    ).id


def faults() -> list[tuple[str, str]]:
    return [(fault.row, fault.kind) for told in verifying.ledger(TABLE) for fault in told.faults]


def test_every_row_is_sealed_once_in_the_order_of_writing(db: None) -> None:
    sealing.seal(now=timezone.now())
    found = write(3)
    assert sealing.seal(now=timezone.now()) == 3
    assert sealing.seal(now=timezone.now()) == 0
    links = ChainLink.objects.filter(row_id__in=found).order_by("position")
    assert [(link.position, link.row_id) for link in links] == list(enumerate(found, start=1))
    assert not ChainWaiting.objects.exists()
    place = places.find(table=TABLE, row=found[1])
    assert place is not None
    assert (place.position, place.fits) == (2, True)
    head = heads.read().heads[TABLE, f"{timezone.now():%Y-%m}"]
    assert (head.position, head.row) == (3, str(found[2]))


def test_rows_of_before_the_chains_are_taken_in_by_the_month_they_were_written(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "BATCH", 2)
    now = timezone.now()
    old = [write_at(now - dt.timedelta(days=days)) for days in (70, 69, 1, 0, 0)]
    ChainWaiting.objects.all().delete()
    assert sealing.seal(now=now) >= len(old)
    months = set(Chain.objects.filter(table=TABLE).values_list("month", flat=True))
    assert (now - dt.timedelta(days=70)).date().replace(day=1) in months
    assert ChainTable.objects.get(table=TABLE).adopted_at is not None
    assert faults() == []


def test_a_row_committed_late_is_sealed_behind_those_that_were_faster(db: None) -> None:
    sealing.seal(now=timezone.now())
    late = write_at(timezone.now() - dt.timedelta(hours=20))
    assert sealing.seal(now=timezone.now()) == 1
    assert places.find(table=TABLE, row=late) is not None
    assert faults() == []


def test_where_there_is_no_trigger_the_sealer_looks_for_rows_itself(db: None) -> None:
    sealing.seal(now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {TABLE}_chained ON {TABLE}")
    write(2)
    assert not ChainWaiting.objects.filter(table=TABLE).exists()
    assert sealing.seal(now=timezone.now()) == 2
    assert sealing.seal(now=timezone.now()) == 0
    assert faults() == []


def test_a_key_that_is_gone_is_told_and_a_new_one_begins_with_the_next_month(db: None, settings: object) -> None:
    now = timezone.now()
    sealing.seal(now=now)
    write()
    sealing.seal(now=now)
    old = settings.CDP_CHAIN_KEYS
    settings.CDP_CHAIN_KEYS = "c2:" + old.partition(":")[2][::-1].replace("=", "") + "="
    settings.CDP_CHAIN_KEYS = f"c2:{'A' * 43}="
    assert [kind for _, kind in faults()] == ["key"]
    settings.CDP_CHAIN_KEYS += f",{old}"
    assert faults() == []
    assert keyring.primary() == "c2"
    assert Chain.objects.get(table=TABLE).key == old.partition(":")[0]


def test_a_chain_cannot_be_verified_with_another_key(db: None, settings: object) -> None:
    sealing.seal(now=timezone.now())
    found = write(2)
    sealing.seal(now=timezone.now())
    settings.CDP_CHAIN_KEYS = settings.CDP_CHAIN_KEYS.partition(":")[0] + f":{'A' * 43}="
    assert {kind for _, kind in faults()} == {"unproved", "altered"} or (str(found[0]), "unproved") in faults()


def test_a_column_added_later_changes_no_sealed_row(db: None) -> None:
    sealing.seal(now=timezone.now())
    write(2)
    sealing.seal(now=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} ADD COLUMN later varchar(20) NOT NULL DEFAULT ''")
        cursor.execute(f"ALTER TABLE {TABLE} ADD COLUMN number integer NULL")
    assert faults() == []
    # Also for a process that has sealed before the column was there: what it seals from now on holds the column.
    filled = ids.uuid7()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} (id, at, actor_kind, action, object_id, details, later) "
            "VALUES (%s, now(), 'system', 'core:test', '', '{}', 'x')",
            [filled],
        )
    sealing.seal(now=timezone.now())
    assert faults() == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {TABLE} SET later = 'y' WHERE id = %s", [filled])
    assert faults() == [(str(filled), "altered")]


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE core_chaintable SET adopted_at = NULL, adopted_to = NULL",
        "UPDATE core_chaintable SET adopted_at = NULL, adopted_to = NULL, passed_at = NULL",
        "DELETE FROM core_chaintable",
    ],
)
def test_rows_are_taken_in_as_of_before_the_chains_only_once(db: None, attack: str) -> None:
    sealing.seal(now=timezone.now())
    write(2)
    sealing.seal(now=timezone.now())
    forged = write_at(timezone.now() - dt.timedelta(days=60))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_chainwaiting WHERE row_id = %s", [forged])
        cursor.execute(attack)
    honest = write()[0]
    sealing.seal(now=timezone.now())
    assert places.find(table=TABLE, row=forged) is None
    assert places.find(table=TABLE, row=honest) is not None
    assert sorted(faults()) == sorted([(str(forged), "unsealed"), (TABLE, "reopened")])
    # On somebody's word the ledger is as it was, and the forged row stays named.
    verifying.accept(now=timezone.now())
    sealing.seal(now=timezone.now())
    assert faults() == [(str(forged), "unsealed")]


def test_a_closed_month_is_removed_as_a_whole_and_its_end_is_kept(db: None) -> None:
    now = timezone.now()
    old = [write_at(now - dt.timedelta(days=days)) for days in (100, 99, 65)]
    fresh = write()[0]
    sealing.seal(now=now)
    months = list(Chain.objects.filter(table=TABLE).order_by("month").values_list("month", flat=True))
    with pytest.raises(closing.UnableToClose):
        closing.close(table=TABLE, month=months[1], actor=actors.SYSTEM, now=now)
    with pytest.raises(closing.UnableToClose):
        closing.close(table=TABLE, month=months[-1], actor=actors.SYSTEM, now=now)
    assert [month for month, _ in closing.closable(table=TABLE, before=now.date(), now=now)] == months[:-1]
    for month in months[:-1]:
        closing.close(table=TABLE, month=month, actor=actors.SYSTEM, now=now)
        closing.close(table=TABLE, month=month, actor=actors.SYSTEM, now=now)
    assert not AuditEntry.objects.filter(id__in=old).exists()
    assert AuditEntry.objects.filter(id=fresh).exists()
    sealing.seal(now=now)
    assert faults() == []
    chain = Chain.objects.get(table=TABLE, month=months[0])
    Chain.objects.filter(id=chain.id).update(position=chain.position + 1)
    assert faults() == [(str(chain.row_id), "closing")]


def test_merging_and_erasing_break_no_chain(db: None) -> None:
    sealing.seal(now=timezone.now())
    one, other = factories.customer(email="a@example.com"), factories.customer(email="b@example.com")
    factories.consent(one)
    factories.consent(other, granted=False)
    sealing.seal(now=timezone.now())
    merging.merge(survivor=one.id, absorbed=other.id, reason="steward", actor=actors.SYSTEM, at=timezone.now())
    erase(customer=one.id, actor=actors.SYSTEM, at=timezone.now())
    sealing.seal(now=timezone.now())
    assert [fault for table in registry.tables() for told in verifying.ledger(table) for fault in told.faults] == []


def test_the_nightly_verification_follows_the_clock_of_the_shop(settings: object) -> None:
    assert celery.app.conf.timezone == settings.TIME_ZONE
    assert settings.CELERY_BEAT_SCHEDULE["verify-ledgers"]["schedule"].hour == {2}


@pytest.mark.django_db(transaction=True)
def test_sealers_at_once_never_fork_a_chain() -> None:
    sealing.seal(now=timezone.now())
    sealing_now = timezone.now()
    start, errors = threading.Barrier(4), []

    def run(writes: bool) -> None:
        try:
            start.wait()
            for _ in range(5):
                if writes:
                    with transaction.atomic():
                        audit.record(audit.Action.NOTE_ADDED, actor=actors.SYSTEM, at=sealing_now)
                        write(20)
                else:
                    sealing.seal(now=timezone.now())
        except Exception as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(writes,)) for writes in (True, True, False, False)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    sealing.seal(now=timezone.now())
    positions = list(
        ChainLink.objects.filter(chain_id=Chain.objects.get(table=TABLE).id)
        .order_by("position")
        .values_list("position", flat=True)
    )
    assert positions == list(range(1, 211))
    assert faults() == []
