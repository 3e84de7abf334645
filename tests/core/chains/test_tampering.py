"""Whatever the owner of the database changes in a ledger by SQL is found, and the row is named."""

import datetime as dt
import json
import uuid
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from campaigns.models import MessageEvent
from cdp.core import actors, audit, ids
from cdp.core.chains import heads, registry, sealing, verifying
from consent.models import PrivacyRequest
from consent.rules import requests as rules
from consent.services import grants, terms
from consent.services.breaches import recording
from consent.services.requests import steps
from loyalty.models import Act
from loyalty.services.book import Book
from tests import factories

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


def _consents(count: int) -> None:
    customer = factories.customer().id
    for number in range(count):
        grants.record(
            customer=customer, purpose="marketing", channel="email", granted=number % 2 == 0, source="shop",
            at=timezone.now() + number * SECOND, method="form", actor=actors.CUSTOMER, evidence={"text": "news"},
        )  # fmt: skip


def _audits(count: int) -> None:
    for number in range(count):
        audit.record(audit.Action.NOTE_ADDED, actor=actors.SYSTEM, at=timezone.now(), details={"n": number})


def _looks(count: int) -> None:
    for number in range(count):
        customers = [uuid.uuid4() for _ in range(number)]
        audit.looked(actor=actors.SYSTEM, at=timezone.now(), view="customers:show", customers=customers)


def _message_events(count: int) -> None:
    customer = factories.customer()
    for _ in range(count):
        MessageEvent.objects.create(
            customer=customer, message_id=ids.uuid7(), campaign_id=ids.uuid7(), kind="opened", at=timezone.now()
        )


def _acceptances(count: int) -> None:
    customer = factories.customer().id
    for number in range(count):
        terms.accept(customer=customer, version=f"{number}.0", language="en", place="form.signup", at=timezone.now())


def _breach_steps(count: int) -> None:
    now = timezone.now()
    breach = recording.record(
        title="x", noticed_at=now, cause="lost", data=[], story="", began_at=None, ended_at=None, is_certain=True,
        actor=actors.SYSTEM, at=now,
    )  # fmt: skip
    for number in range(count - 1):  # recording was the first step
        recording.note(breach=breach.id, text=f"step {number}", actor=actors.SYSTEM, at=now)


def _steps(count: int) -> None:
    now = timezone.now()
    request = PrivacyRequest.objects.create(
        id=ids.uuid7(), reference=rules.reference(), customer_id=factories.customer().id, right="access",
        door="counter", language="en", received_at=now, pack="gdpr", pack_version="1", due_at=now,
    )  # fmt: skip
    for number in range(count):
        steps.add(request, steps.Kind.NOTE, actor=actors.SYSTEM, at=now + number * SECOND, text=f"called {number}")


def _points(count: int) -> None:
    customer, now = factories.customer().id, timezone.now()
    with transaction.atomic():
        book = Book.open([customer], now=now)
        for number in range(count):
            act = book.act(customer, "points", Act.Kind.EARN, cause=f"test:{number}")
            act.moves += book.purse(customer, "points").put(
                act.id, Decimal(5), earned_at=now, active_from=now, ends=None, at=now
            )
        book.write()


WRITERS: dict[str, tuple[Callable[[int], None], str]] = {
    "consent_consentrecord": (_consents, "status = 'inherited'"),
    "consent_breachstep": (_breach_steps, "kind = 'closed'"),
    "consent_termsacceptance": (_acceptances, "version = '9.9'"),
    "consent_privacyrequeststep": (_steps, "kind = 'answered'"),
    "core_auditentry": (_audits, "details = '{\"n\": 99}'"),
    "core_accessentry": (_looks, "customer_ids = '{}' || customer_ids[2:]"),
    "loyalty_act": (_points, "reason = 'forged'"),
    "loyalty_movement": (_points, "amount = 500"),
    "campaigns_messageevent": (_message_events, "at = at - interval '1 microsecond'"),
}


@pytest.fixture(autouse=True)
def _own_file(tmp_path: Path, settings: object) -> None:
    settings.CDP_VAR = tmp_path


# Each kind of tampering is tried by default, on the ledger people go to court about; on the others with the long ones.
_OTHERS = [pytest.param(name, marks=pytest.mark.long) for name in sorted(WRITERS) if name != "consent_consentrecord"]


@pytest.fixture(params=["consent_consentrecord", *_OTHERS])
def table(request: pytest.FixtureRequest) -> str:
    """A ledger with five sealed rows."""
    sealing.seal(now=timezone.now())
    WRITERS[request.param][0](5)
    sealing.seal(now=timezone.now())
    assert faults(request.param) == []
    return request.param


def rows(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"""SELECT l.row_id::text FROM core_chainlink l JOIN core_chain c ON c.id = l.chain_id
            WHERE c."table" = '{table}' ORDER BY l.position"""
        )
        return [row for (row,) in cursor.fetchall()]


def as_owner(*statements: str) -> None:
    """By SQL, past the triggers."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in statements:
            tables = [name for name in [*WRITERS, "core_chainlink"] if f" {name} " in f"{statement} "]
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement)
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def faults(table: str) -> list[tuple[str, str]]:
    return sorted((fault.row, fault.kind) for told in verifying.ledger(table) for fault in told.faults)


def copy_of(table: str, row: str, new_id: uuid.UUID) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute "
            "WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attname <> 'id'",
            [table],
        )
        columns = cursor.fetchone()[0]
    values = columns.replace("at,", "at + interval '1 day',", 1) if table == "consent_consentrecord" else columns
    values = values if table != "consent_consentrecord" else columns.replace("source", "'forged'")
    values = columns.replace("place", "'forged'") if table == "consent_termsacceptance" else values
    values = columns.replace("cause", "'forged'") if table == "loyalty_act" else values
    return f"INSERT INTO {table} (id, {columns}) SELECT '{new_id}', {values} FROM {table} WHERE id = '{row}'"


def test_every_ledger_of_the_product_is_tried_here() -> None:
    assert set(WRITERS) == set(registry.tables())


def test_a_changed_row_is_named(table: str) -> None:
    changed = rows(table)[2]
    as_owner(f"UPDATE {table} SET {WRITERS[table][1]} WHERE id = '{changed}'")
    assert faults(table) == [(changed, "altered")]


def test_the_newest_row_is_no_exception(table: str) -> None:
    changed = rows(table)[-1]
    as_owner(f"UPDATE {table} SET {WRITERS[table][1]} WHERE id = '{changed}'")
    assert faults(table) == [(changed, "altered")]


def test_a_removed_row_is_named(table: str) -> None:
    removed = rows(table)[1]
    as_owner(f"DELETE FROM {table} WHERE id = '{removed}'")
    assert faults(table) == [(removed, "missing")]


def test_a_row_removed_with_its_link_is_noticed_at_the_next(table: str) -> None:
    _first, removed, after, *_rest = rows(table)
    as_owner(f"DELETE FROM {table} WHERE id = '{removed}'", f"DELETE FROM core_chainlink WHERE row_id = '{removed}'")
    assert faults(table) == [(after, "links_missing")]


def test_the_cut_off_end_of_a_chain_is_named_by_the_file(table: str) -> None:
    *_rest, before, last = rows(table)
    as_owner(
        f"DELETE FROM {table} WHERE id = '{last}'",
        f"DELETE FROM core_chainlink WHERE row_id = '{last}'",
        f"""UPDATE core_chain c SET position = l.position, mac = l.mac, row_id = l.row_id FROM core_chainlink l
        WHERE l.row_id = '{before}' AND c.id = l.chain_id""",
    )
    assert faults(table) == [(last, "cut")]
    # The sealer goes on, and the evidence stays.
    WRITERS[table][0](2)
    sealing.seal(now=timezone.now())
    assert (last, "unproved") in faults(table)


def test_a_chain_that_was_removed_as_a_whole_is_missed(table: str) -> None:
    *_rest, last = rows(table)
    as_owner(
        f"DELETE FROM {table}",
        f"DELETE FROM core_chainlink l USING core_chain c WHERE c.id = l.chain_id AND c.\"table\" = '{table}'",
        f"DELETE FROM core_chain WHERE \"table\" = '{table}'",
    )
    assert faults(table) == [(last, "chain_missing")]


def test_a_row_slipped_in_behind_the_sealers_back_is_named(table: str) -> None:
    forged = ids.uuid7_at(timezone.now() - dt.timedelta(days=60))
    as_owner(copy_of(table, rows(table)[0], forged))
    sealing.seal(now=timezone.now())
    assert faults(table) == [(str(forged), "unsealed")]


def test_a_row_that_claims_an_old_month_is_not_sealed_and_named(table: str) -> None:
    forged = ids.uuid7_at(timezone.now() - dt.timedelta(days=60))
    with connection.cursor() as cursor:
        cursor.execute(copy_of(table, rows(table)[0], forged))
    sealing.seal(now=timezone.now())
    assert faults(table) == [(str(forged), "backdated")]


def test_two_rows_that_changed_places_are_named(table: str) -> None:
    one, other = rows(table)[1:3]
    aside = uuid.uuid4()
    as_owner(
        f"UPDATE {table} SET id = '{aside}' WHERE id = '{one}'",
        f"UPDATE {table} SET id = '{one}' WHERE id = '{other}'",
        f"UPDATE {table} SET id = '{other}' WHERE id = '{aside}'",
    )
    assert [row for row, _ in faults(table)] == sorted([one, other])


def test_a_changed_link_is_told_from_a_changed_row(table: str) -> None:
    changed = rows(table)[1]
    as_owner(f"UPDATE core_chainlink SET mac = sha256('x') WHERE row_id = '{changed}'")
    assert faults(table) == [(changed, "link_altered")]
    # Also that of the newest.
    newest = rows(table)[-1]
    as_owner(f"UPDATE core_chainlink SET mac = sha256('x') WHERE row_id = '{newest}'")
    assert faults(table) == sorted([(changed, "link_altered"), (newest, "link_altered")])


def test_a_row_removed_before_it_was_sealed_is_named(table: str) -> None:
    before = set(rows(table))
    WRITERS[table][0](1)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id::text FROM {table}")
        (fresh,) = {row for (row,) in cursor.fetchall()} - before
    as_owner(f"DELETE FROM {table} WHERE id = '{fresh}'")
    sealing.seal(now=timezone.now())
    assert faults(table) == [(fresh, "gone")]


def test_a_changed_note_of_the_newest_row_is_found(table: str) -> None:
    as_owner(f"UPDATE core_chain SET mac = sha256('x') WHERE \"table\" = '{table}'")
    assert faults(table) == [(rows(table)[-1], "head_altered")]


def test_the_command_names_table_and_row_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    _audits(3)
    call_command("verify_ledgers")
    said = capsys.readouterr().out
    assert ", 0 do not fit" in said
    changed = rows("core_auditentry")[1]
    as_owner(f"UPDATE core_auditentry SET {WRITERS['core_auditentry'][1]} WHERE id = '{changed}'")
    with pytest.raises(CommandError):
        call_command("verify_ledgers")
    assert f"core_auditentry {changed}" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("verify_ledgers", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["ledgers"]["core_auditentry"]["faults"][0]["row"] == changed
    assert told["faults"] == 1


def test_a_restored_database_is_accepted_on_somebodys_word() -> None:
    _audits(3)
    sealing.seal(now=timezone.now())
    ahead = heads.Head("core_auditentry", f"{timezone.now():%Y-%m}", 99, str(uuid.uuid4()), "00" * 32)
    heads.advance({ahead.key: ahead}, {})
    assert faults("core_auditentry") == [(ahead.row, "cut")]
    call_command("verify_ledgers", "--accept", "restored the backup of Monday", verbosity=0)
    assert faults("core_auditentry") == []


def test_an_unreadable_file_of_heads_is_told() -> None:
    heads.path().parent.mkdir()
    heads.path().write_text("{")
    assert [kind for _, kind in faults("core_auditentry")] == ["heads"]
