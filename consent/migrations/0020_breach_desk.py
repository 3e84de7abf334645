"""Texts of breaches are sealed under a key of the breach, their steps stand in a chain, drafts know their writer.

What stood in clear moves into sealed columns. A few rows in a few tables; each step can be taken back.
"""

import uuid
from typing import Any, ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import cdp.core.crypto.fields
from cdp.core import appendonly
from cdp.core.chains import registry
from cdp.core.crypto import rowkeys

TEXTS = {
    "Breach": ("consent_breach", "id", ("title", "story", "risk_reason")),
    "BreachStep": ("consent_breachstep", "breach_id", ("text",)),
    "BreachDraft": ("consent_breachdraft", "breach_id", ("subject", "body")),
}
PLAIN = {
    ("breach", "title"): models.CharField(max_length=160, default=""),
    ("breach", "story"): models.TextField(blank=True, default=""),
    ("breach", "risk_reason"): models.TextField(blank=True, default=""),
    ("breachstep", "text"): models.CharField(max_length=2000, blank=True, default=""),
    ("breachdraft", "subject"): models.CharField(max_length=200, default=""),
    ("breachdraft", "body"): models.TextField(default=""),
}


def seal(apps: Any, _schema: Any) -> None:
    """A key for each breach, and its texts under it."""
    model = apps.get_model("consent", "Breach")
    for row in model.objects.all():
        ring_key, wrapped = rowkeys.new("consent_breach", row.id)
        model.objects.filter(id=row.id).update(ring_key=ring_key, wrapped=wrapped)
    _each(apps, lambda key, told, place: key.seal(told, **place), from_="plain_", to="")


def unseal(apps: Any, _schema: Any) -> None:
    """The texts in clear again."""
    _each(apps, lambda key, told, place: key.open(told, **place), from_="", to="plain_")


def _each(apps: Any, turn: Any, *, from_: str, to: str) -> None:
    breaches = apps.get_model("consent", "Breach").objects.all()
    keys = {
        row.id: rowkeys.load("consent_breach", row.id, ring_key=row.ring_key, wrapped=bytes(row.wrapped))
        for row in breaches
    }
    for name, (table, owner, columns) in TEXTS.items():
        model = apps.get_model("consent", name)
        for row in model.objects.all():
            key = keys.get(getattr(row, owner))
            if key is None:
                continue
            told = {
                f"{to}{column}": turn(
                    key, _value(row, f"{from_}{column}"), {"table": table, "column": column, "row": _id(row)}
                )
                for column in columns
            }
            model.objects.filter(id=row.id).update(**told)


def _value(row: Any, name: str) -> Any:
    value = getattr(row, name)
    return bytes(value) if isinstance(value, memoryview) else value


def _id(row: Any) -> uuid.UUID:
    return uuid.UUID(str(row.id))


def _unprotected() -> migrations.RunSQL:
    """The same as the end of 0015 undone: rows of the log are rewritten once."""
    forward, back = appendonly.protect("consent_breachstep"), appendonly.protect("consent_breachstep")
    return migrations.RunSQL(sql=forward.reverse_sql, reverse_sql=back.sql)


def _named_as_before() -> migrations.RunSQL:
    """Since PostgreSQL 18 a NOT NULL has a name, which does not follow the column when that is given its old name back."""
    return migrations.RunSQL(
        sql=migrations.RunSQL.noop,
        reverse_sql="""
        DO $$ DECLARE rename text; BEGIN
            FOR rename IN
                SELECT format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', conrelid::regclass, conname,
                              replace(conname, '_plain_', '_')) FROM pg_constraint
                WHERE contype = 'n' AND conrelid IN ('consent_breach'::regclass, 'consent_breachstep'::regclass,
                      'consent_breachdraft'::regclass) AND strpos(conname, '_plain_') > 0
            LOOP
                EXECUTE rename;
            END LOOP;
        END $$;""",
    )


class Migration(migrations.Migration):
    """Sealed, chained, signed off by two."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0019_lapses_after"), ("core", "0018_chains")]
    operations: ClassVar[list[Operation]] = [
        _unprotected(),
        migrations.AddField("breach", "ring_key", models.CharField(max_length=40, editable=False, default=""), False),
        migrations.AddField("breach", "wrapped", models.BinaryField(editable=False, default=b""), False),
        migrations.AddField("breach", "published_at", models.DateTimeField(null=True)),
        migrations.AddField("breachdraft", "changed_by", models.UUIDField(null=True)),
        *(migrations.AlterField(model, name, field) for (model, name), field in PLAIN.items()),
        _named_as_before(),
        *(migrations.RenameField(model, name, f"plain_{name}") for model, name in PLAIN),
        *(migrations.AddField(model, name, cdp.core.crypto.fields.SealedField()) for model, name in PLAIN),
        migrations.RunPython(seal, unseal),
        *(migrations.RemoveField(model, f"plain_{name}") for model, name in PLAIN),
        appendonly.protect("consent_breachstep"),
        registry.queue("consent_breachstep"),
    ]
