"""Migrations: named, complete, reversible."""

from contextlib import closing

import pytest
from django.core.management import call_command
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from cdp.core.checks import OURS

SCRATCH = "scratch"


def test_migrations_have_names_that_say_what_they_do():
    names = [name for app, name in MigrationLoader(None).disk_migrations if app in OURS]
    assert names
    assert not [name for name in names if "_auto_" in name or name.endswith(("_initial", "_update"))]


def test_models_and_migrations_agree(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.fixture
def scratch(db):
    """An empty database beside the one of the tests."""
    name = f"{connection.settings_dict['NAME']}_{SCRATCH}"
    with closing(connection.copy()) as other:
        other.set_autocommit(True)
        with other.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
            cursor.execute(f'CREATE DATABASE "{name}"')
        fresh = connection.copy(alias=SCRATCH)
        fresh.settings_dict = {**fresh.settings_dict, "NAME": name, "OPTIONS": {}}
        connections[SCRATCH] = fresh
        yield fresh
        fresh.close()
        del connections[SCRATCH]
        with other.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}"')


def test_every_migration_can_be_taken_back_and_made_again(scratch):
    def tables():
        with scratch.cursor() as cursor:
            found = set(scratch.introspection.table_names(cursor))
        return {name for name in found if name.split("_")[0] in OURS}

    executor = MigrationExecutor(scratch)
    leaves = executor.loader.graph.leaf_nodes()
    executor.migrate(leaves)
    before = tables()
    assert before
    executor.loader.build_graph()
    executor.migrate([(app, None) for app in sorted(OURS) if app in executor.loader.migrated_apps])
    assert tables() == set()
    executor.loader.build_graph()
    executor.migrate(leaves)
    assert tables() == before
