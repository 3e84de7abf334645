"""Every table with customers' data is declared, sealed where the privacy map says so, and distributable."""

import ast
import re
import uuid
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from cdp.core import lifecycle
from cdp.core.checks import OURS
from cdp.core.crypto.fields import SealedField
from cdp.core.keys import report
from cdp.core.models import Placement
from tests import factories

ROOT = Path(__file__).parents[2]
MODELS = [model for model in apps.get_models() if model._meta.app_label in OURS]
OWNED = [model for model in MODELS if model.placement is Placement.OWNED]
SEALED = {
    f"{model._meta.db_table}.{field.column}"
    for model in MODELS
    for field in model._meta.local_fields
    if isinstance(field, SealedField)
}


def _sources():
    for folder in ("cdp", "customers", "consent", "commerce", "events", "surveys", "loyalty", "analytics", "campaigns"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def test_every_owned_table_says_what_becomes_of_it():
    assert {model._meta.label for model in OWNED} - {model._meta.label for model in lifecycle.declarations()} == set()


def test_every_key_table_that_names_customers_says_how_it_follows_them():
    keys = {
        model._meta.label
        for model in MODELS
        if model.placement is Placement.KEY and any(field.name == "customer_id" for field in model._meta.fields)
    }
    assert keys == {model._meta.label for model in lifecycle.key_tables()}


def test_what_a_declaration_names_exists():
    for model, declaration in lifecycle.declarations().items():
        columns = {field.column for field in model._meta.local_concrete_fields}
        named = {*declaration.busy, *([declaration.resolved_by] if declaration.resolved_by else [])}
        if declaration.one_of:
            named |= {declaration.one_of.flag, *declaration.one_of.group}
        if declaration.follows:
            assert apps.get_model(declaration.follows[0]) in lifecycle.declarations()
            named.add(declaration.follows[1])
        assert named <= columns, model._meta.label


def test_exports_name_columns_that_exist():
    for model, declaration in lifecycle.declarations().items():
        fields = model._meta.get_fields()
        names = {name for field in fields for name in (field.name, getattr(field, "attname", field.name))}
        assert set(declaration.export) <= names, model._meta.label


def test_the_privacy_map_lists_exactly_the_sealed_columns():
    listed: set[str] = set()
    for row in (ROOT / "docs" / "privacy-map.md").read_text().splitlines():
        if not row.rstrip().endswith("| sealed |"):
            continue
        place = row.split("|")[1]
        table = re.search(r"`(\w+)\.", place)[1]
        listed |= {f"{table}.{column}" for column in re.findall(r"\.(\w+)`", place)}
    assert listed == SEALED


def test_every_text_of_a_customer_is_sealed_or_stands_in_the_privacy_map():
    """A text or document beside a customer that nobody decided about would be where personal data gathers in clear."""
    places = {place for line in report.lines() for place in line.places}
    whole = {table for table, column in places if not column}
    texts = (models.CharField, models.TextField, models.JSONField, models.BinaryField, ArrayField)
    undecided = {
        f"{model._meta.db_table}.{field.column}"
        for model in OWNED
        for field in model._meta.local_concrete_fields
        if isinstance(field, texts) and not isinstance(field, SealedField) and not field.choices
        if model._meta.db_table not in whole and (model._meta.db_table, field.column) not in places
    }
    assert undecided == set()


def test_the_report_of_sealing_names_every_sealed_column(db):
    factories.customer(name="Ada Lovelace", email="ada@example.com")
    found = {f"{one.table}.{one.column}": one for one in report.sealed_columns()}
    assert set(found) == SEALED
    assert (found["customers_customer.name"].rows, found["customers_customer.name"].is_exact) == (1, True)
    assert found["customers_note.text"].rows == 0


def _constants(tree):
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def test_every_place_that_code_seals_for_or_opens_is_a_sealed_column():
    found = set()
    for path in _sources():
        text = path.read_text()
        if "table=" not in text or "column=" not in text:
            continue  # most modules need no parsing
        tree = ast.parse(text)
        known = _constants(tree)
        for node in ast.walk(tree):
            named = {word.arg: word.value for word in getattr(node, "keywords", ())}
            if not isinstance(node, ast.Call) or not {"table", "column", "row"} <= set(named):
                continue
            told = [
                value.value if isinstance(value, ast.Constant) else known.get(getattr(value, "id", ""))
                for value in (named["table"], named["column"])
            ]
            if all(told):
                found.add(".".join(told))
    assert found
    assert found <= SEALED


def test_no_owned_model_is_shown_by_anything_but_its_id():
    who = uuid.UUID(int=7)
    for model in OWNED:
        row = model(pk=who)
        assert str(row) in {str(who), f"{model.__name__} object ({who})"}, model._meta.label


# --- the catalogue: what a distributed table cannot have ---------------------------------------------------------------

# Two kinds of triggers have a stand-in there: rights are revoked, and the sealer looks for rows itself (ADR 20).
CATALOGUE = """
WITH d (t, col) AS (SELECT * FROM unnest(%(tables)s::text[], %(columns)s::text[]))
SELECT d.t, 'unique index ' || i.relname || ' lacks ' || d.col
FROM d JOIN pg_index x ON x.indrelid = d.t::regclass JOIN pg_class i ON i.oid = x.indexrelid
WHERE (x.indisunique OR x.indisexclusion) AND NOT x.indisprimary AND NOT EXISTS (
    SELECT 1 FROM pg_attribute a
    WHERE a.attrelid = x.indrelid AND a.attname = d.col AND a.attnum = ANY (x.indkey::int2[]))
UNION ALL
SELECT k.conrelid::regclass::text, 'foreign key ' || k.conname || ' from a table that is not distributed'
FROM d JOIN pg_constraint k ON k.confrelid = d.t::regclass AND k.contype = 'f'
WHERE k.conrelid::regclass::text NOT IN (SELECT t FROM d)
UNION ALL
SELECT d.t, 'trigger ' || g.tgname FROM d JOIN pg_trigger g ON g.tgrelid = d.t::regclass AND NOT g.tgisinternal
WHERE g.tgname NOT LIKE '%%_append_only' AND g.tgname NOT LIKE '%%_chained'
UNION ALL
SELECT d.t, 'rule ' || r.rulename FROM d JOIN pg_rewrite r ON r.ev_class = d.t::regclass
UNION ALL
SELECT d.t, 'column ' || a.attname || ' counts in 32 bits'
FROM d JOIN pg_attribute a ON a.attrelid = d.t::regclass AND a.attnum > 0 AND a.atttypid IN (21, 23)
WHERE a.attidentity <> ''
UNION ALL
SELECT d.t, 'customer_id is no uuid' FROM d JOIN pg_attribute a ON a.attrelid = d.t::regclass AND a.attname = d.col
WHERE d.col = 'customer_id' AND a.atttypid <> 'uuid'::regtype
ORDER BY 1, 2
"""


def test_nothing_in_the_database_stands_against_distribution(db):
    columns = {model._meta.db_table: "customer_id" for model in OWNED}
    columns["customers_customer"] = "id"
    columns |= {model._meta.db_table: "digest" for model in MODELS if model.placement is Placement.KEY}
    with connection.cursor() as cursor:
        cursor.execute(CATALOGUE, {"tables": list(columns), "columns": list(columns.values())})
        assert cursor.fetchall() == []


@pytest.mark.parametrize("statement", ["CREATE UNIQUE INDEX planted ON customers_note (kind)"])
def test_a_planted_fault_is_found(db, statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
    with pytest.raises(AssertionError, match="planted"):
        test_nothing_in_the_database_stands_against_distribution(db)
