"""Migrations: named, complete, reversible."""

from contextlib import closing, contextmanager

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from cdp.core import ids
from cdp.core.checks import OURS
from cdp.core.crypto import rowkeys
from cdp.core.migrating import AddIndexAnew

SCRATCH = "scratch"


def test_migrations_have_names_that_say_what_they_do():
    names = [name for app, name in MigrationLoader(None).disk_migrations if app in OURS]
    assert names
    assert not [name for name in names if "_auto_" in name or name.endswith(("_initial", "_update"))]


def test_indexes_are_made_so_that_they_can_be_made_again():
    operations = [
        operation
        for (app, _name), migration in MigrationLoader(None).disk_migrations.items()
        if app in OURS
        for operation in migration.operations
        if isinstance(operation, AddIndexConcurrently)
    ]
    assert operations
    assert not [operation for operation in operations if not isinstance(operation, AddIndexAnew)]


def test_models_and_migrations_agree(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


class ToScratch:
    """What a migration writes without saying where belongs to the database that is migrated."""

    def db_for_read(self, model, **hints):
        return SCRATCH

    db_for_write = db_for_read


@pytest.fixture
def beside(transactional_db, settings):
    """Make a database beside the one of the tests, empty or a copy of it. Our own connection is in no transaction that could
    grow too old meanwhile.
    """
    settings.DATABASE_ROUTERS = [ToScratch()]
    ours = connection.settings_dict["NAME"]
    name = f"{ours}_{SCRATCH}"

    def make(*, is_copy=False):
        with administrator() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            if is_copy:  # PostgreSQL copies only what nobody is connected to
                connection.close()
                connection.close_pool()
                wait_until_left(cursor, ours)
            template = f'TEMPLATE "{ours}"' if is_copy else ""
            cursor.execute(f'CREATE DATABASE "{name}" {template}')
        fresh = connection.copy(alias=SCRATCH)
        fresh.settings_dict = {**fresh.settings_dict, "NAME": name, "OPTIONS": {}}
        connections[SCRATCH] = fresh
        return fresh

    yield make
    connections[SCRATCH].close()
    del connections[SCRATCH]
    with administrator() as cursor:
        cursor.execute(f'DROP DATABASE "{name}"')


@contextmanager
def administrator():
    """A cursor that is connected to none of the databases in question."""
    other = connection.copy(alias="postgres")
    other.settings_dict = {**other.settings_dict, "NAME": "postgres", "OPTIONS": {}}
    other.set_autocommit(True)
    with closing(other), other.cursor() as cursor:
        yield cursor


def wait_until_left(cursor, database):
    """Whoever is told to go is gone a moment later."""
    client = "datname = %s AND backend_type = 'client backend'"
    while True:
        cursor.execute(f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {client}", [database])
        if not cursor.fetchone()[0]:
            return
        cursor.execute("SELECT pg_sleep(0.01)")


# What a database holds, as sorted rows of text: kind, where, what. Tables of Django's own apps stay out.
SCHEMA = """
WITH ours AS (
    SELECT oid, relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm') AND split_part(relname, '_', 1) = ANY(%s)
)
SELECT 'column', relname || '.' || attname, concat_ws(' ', format_type(atttypid, atttypmod), attnotnull, attidentity,
       attgenerated, attstorage, attcompression, pg_get_expr(adbin, adrelid), nullif(collname, 'default'))
FROM ours JOIN pg_attribute ON attrelid = ours.oid AND attnum > 0 AND NOT attisdropped
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum LEFT JOIN pg_collation ON pg_collation.oid = attcollation
UNION ALL
SELECT 'index', relname || '.' || indexrelid::regclass, concat_ws(' ', pg_get_indexdef(indexrelid), indisvalid)
FROM ours JOIN pg_index ON indrelid = ours.oid
UNION ALL
SELECT 'constraint', relname || '.' || conname, concat_ws(' ', pg_get_constraintdef(pg_constraint.oid), convalidated)
FROM ours JOIN pg_constraint ON conrelid = ours.oid
UNION ALL
SELECT 'trigger', relname || '.' || tgname, concat_ws(' ', pg_get_triggerdef(pg_trigger.oid), tgenabled)
FROM ours JOIN pg_trigger ON tgrelid = ours.oid AND NOT tgisinternal
UNION ALL
SELECT 'rule', relname || '.' || rulename, pg_get_ruledef(pg_rewrite.oid) FROM ours JOIN pg_rewrite ON ev_class = ours.oid
UNION ALL
SELECT 'table', c.relname, concat_ws(' ', relkind, reloptions, relpersistence, pg_get_partkeydef(c.oid),
       pg_get_expr(relpartbound, c.oid), relrowsecurity)
FROM ours JOIN pg_class c USING (oid)
UNION ALL
SELECT 'statistics', relname || '.' || stxname, pg_get_statisticsobjdef(pg_statistic_ext.oid)
FROM ours JOIN pg_statistic_ext ON stxrelid = ours.oid
UNION ALL
SELECT 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid) FROM pg_proc p
WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'
  AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND classid = 'pg_proc'::regclass AND deptype = 'e')
UNION ALL
SELECT 'sequence', c.relname, concat_ws(' ', seqtypid::regtype, seqstart, seqincrement, seqcycle)
FROM pg_sequence JOIN pg_class c ON c.oid = seqrelid WHERE split_part(c.relname, '_', 1) = ANY(%s)
UNION ALL
SELECT 'type', t.typname, concat_ws(' ', t.typtype, pg_get_expr(typdefaultbin, 0)) FROM pg_type t
WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd', 'r')
UNION ALL
SELECT 'extension', extname, extversion FROM pg_extension
"""


def schema(of) -> set[tuple[str, str, str]]:
    with of.cursor() as cursor:
        cursor.execute(SCHEMA, [sorted(OURS), sorted(OURS)])
        return set(cursor.fetchall())


class Watched:
    """Every step of a migration executor with what it changed: what came, and what went."""

    def __init__(self, database) -> None:
        self.database, self.steps = database, {}
        self.executor = MigrationExecutor(database, progress_callback=self._told)
        self.leaves = self.executor.loader.graph.leaf_nodes()
        self.ours = [(app, None) for app in sorted(OURS) if app in self.executor.loader.migrated_apps]
        self._before = schema(database)

    def _told(self, event, migration=None, fake=False) -> None:
        if event in {"apply_success", "unapply_success"}:
            now = schema(self.database)
            came, went = now - self._before, self._before - now
            self.steps[migration.app_label, migration.name] = (came, went)
            self._before = now

    def to(self, targets):
        """Go there; the steps taken."""
        self.steps = {}
        self.executor.loader.build_graph()
        self.executor.migrate(targets)
        return self.steps


def without_shared(rows):
    """Functions that several rooms use come with the first and go with the last of them."""
    return {row for row in rows if not (row[0] == "function" and row[1].startswith("cdp_refuse_"))}


def newest(loader):
    """Where the rooms stood before their last migration, and before what is built upon one of these; a room that has
    only one stays as it is.
    """
    steps = {}
    for app in sorted(OURS & loader.migrated_apps):
        (leaf,) = loader.graph.leaf_nodes(app)
        steps[app] = [node for node in loader.graph.forwards_plan(leaf) if node[0] == app]
    back = {steps[app].pop() for app in steps if len(steps[app]) > 1}
    rooms = {app for app, _name in back}
    while taken := [app for app in sorted(rooms) if back & set(loader.graph.forwards_plan(steps[app][-1]))]:
        back |= {steps[app].pop() for app in taken}
    return [steps[app][-1] for app in sorted(rooms)]


def wrong_of(there, back):
    """What the steps back leave behind of what the step there brought, or take and bring besides, by step."""
    found = {}
    for step, (came, went) in back.items():
        brought, took = there[step]
        wrong = (without_shared(went) ^ without_shared(brought)) | (without_shared(came) ^ without_shared(took))
        if wrong:
            found[step] = sorted(wrong)
    return found


@pytest.mark.long
def test_the_newest_migrations_can_be_taken_back_and_made_again(beside):
    scratch = beside(is_copy=True)
    before = schema(scratch)
    assert {"column", "index", "constraint", "trigger", "function"} <= {kind for kind, _where, _what in before}
    watched = Watched(scratch)
    targets = newest(watched.executor.loader)
    back = watched.to(targets)
    there = watched.to(watched.leaves)
    assert {app for app, _name in back} >= {app for app, _name in targets} >= {"customers", "events", "commerce"}
    assert set(back) == set(there)
    assert wrong_of(there, back) == {}
    assert schema(scratch) ^ before == set()


BEFORE_SEALED = ("core", "0024_checkpoints_of_chains")
EXPORT = """
INSERT INTO core_export (id, kind, segment, purpose, columns, form, reason, is_masked, is_personal, asked_by, asked_at,
    people, left_out, needs_second, decided_why, state, rows, held, downloads, ended_for)
VALUES (%s, 'customers', '', 'service', '{}', 'csv', 'For the audit', false, true, %s, now(), 1, '{}', false, '',
    'ended', 1, 1, 0, 'expired')
"""


@pytest.mark.long
def test_sealing_what_stood_in_clear_is_done_whole_or_not_at_all(beside, monkeypatch):
    scratch = beside(is_copy=True)
    MigrationExecutor(scratch).migrate([BEFORE_SEALED])
    of_before = schema(scratch)
    first, second = ids.uuid7(), ids.uuid7()
    with scratch.cursor() as cursor:
        cursor.execute(EXPORT, [first, ids.uuid7()])
        cursor.execute(EXPORT, [second, ids.uuid7()])

    new, made = rowkeys.new, []

    def killed(table, row):
        made.append(row)
        if len(made) == 2:
            raise KeyboardInterrupt
        return new(table, row)

    with monkeypatch.context() as patch:
        patch.setattr(rowkeys, "new", killed)
        with pytest.raises(KeyboardInterrupt):
            MigrationExecutor(scratch).migrate(MigrationLoader(scratch).graph.leaf_nodes())
    assert schema(scratch) ^ of_before == set()
    MigrationExecutor(scratch).migrate(MigrationLoader(scratch).graph.leaf_nodes())
    with scratch.cursor() as cursor:
        cursor.execute("SELECT reason FROM core_export")
        assert all(b"audit" not in bytes(reason) for (reason,) in cursor.fetchall())
        # What the command wrote has no asker; it goes on the way back, with its portions.
        cursor.execute("UPDATE core_export SET asked_by = NULL WHERE id = %s", [second])
        portion = "INSERT INTO core_exportportion (id, export_id, position, people) VALUES (%s, %s, 1, '{}')"
        cursor.execute(portion, [ids.uuid7(), second])
    MigrationExecutor(scratch).migrate([BEFORE_SEALED])
    assert schema(scratch) ^ of_before == set()
    with scratch.cursor() as cursor:
        cursor.execute("SELECT id, reason FROM core_export")
        assert cursor.fetchall() == [(first, "For the audit")]


@pytest.mark.long
def test_every_migration_can_be_taken_back_and_made_again(beside):
    scratch = beside()
    watched = Watched(scratch)
    there = watched.to(watched.leaves)
    before = schema(scratch)
    back = watched.to(watched.ours)
    assert {row for row in schema(scratch) if row[0] != "extension"} == set()
    assert wrong_of(there, back) == {}
    MigrationExecutor(scratch).migrate(watched.leaves)
    assert schema(scratch) ^ before == set()
