"""A file may be a list for one channel, and what staff write about a file is sealed under a key of its row.

What was written before is sealed here: files are a few hundred rows, however large the shop. All of it or nothing:
columns that are renamed and dropped cannot be gone through a second time.
"""

from typing import ClassVar

from cdp.core.crypto import rowkeys
from cdp.core.crypto.fields import SealedField
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

TABLE = "core_export"
TEXTS = (("reason", "reason_clear"), ("decided_why", "decided_why_clear"))


def seal(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """No word stays in the clear."""
    for row in apps.get_model("core", "Export").objects.order_by("id").iterator(chunk_size=500):
        row.ring_key, row.wrapped = rowkeys.new(TABLE, row.id)
        key = rowkeys.load(TABLE, row.id, ring_key=row.ring_key, wrapped=row.wrapped)
        for column, clear in TEXTS:
            setattr(row, column, key.seal(getattr(row, clear), table=TABLE, column=column, row=row.id))
        row.save(update_fields=["ring_key", "wrapped", "reason", "decided_why"])


def open_(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The words in the clear again; what the command wrote has no asker, and goes."""
    exports = apps.get_model("core", "Export").objects
    exports.filter(asked_by=None).delete()
    # Checks of foreign keys that wait for the commit keep the table from being changed.
    editor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for row in exports.order_by("id").iterator(chunk_size=500):
        key = rowkeys.load(TABLE, row.id, ring_key=row.ring_key, wrapped=bytes(row.wrapped))
        for column, clear in TEXTS:
            setattr(row, clear, key.open(getattr(row, column), table=TABLE, column=column, row=row.id))
        row.save(update_fields=[clear for _column, clear in TEXTS])


def _named_as_before() -> migrations.RunSQL:
    """A NOT NULL has a name since PostgreSQL 18, and keeps it when its column is given the old name back."""
    return migrations.RunSQL(
        sql=migrations.RunSQL.noop,
        reverse_sql="""
        DO $$ DECLARE rename text; BEGIN
            FOR rename IN
                SELECT format('ALTER TABLE core_export RENAME CONSTRAINT %I TO %I', conname,
                              replace(conname, '_clear_', '_')) FROM pg_constraint
                WHERE contype = 'n' AND conrelid = 'core_export'::regclass AND strpos(conname, '_clear_') > 0
            LOOP
                EXECUTE rename;
            END LOOP;
        END $$;""",
    )


class Migration(migrations.Migration):
    """The columns of before are renamed, read, and dropped."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("core", "0024_checkpoints_of_chains")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField("export", "channel", models.CharField(blank=True, default="", max_length=10), False),
        migrations.AlterField("export", "asked_by", models.UUIDField(null=True)),
        migrations.AlterField(
            "export",
            "ended_for",
            models.CharField(
                blank=True,
                choices=[
                    ("expired", "Expired"),
                    ("erased", "Somebody in it was erased"),
                    ("deleted", "Deleted"),
                    ("grown", "More people than were asked for"),
                    ("taken", "Written on the server"),
                ],
                max_length=10,
            ),
        ),
        _named_as_before(),
        migrations.RenameField("export", "reason", "reason_clear"),
        migrations.RenameField("export", "decided_why", "decided_why_clear"),
        migrations.AlterField(
            "export", "reason_clear", models.CharField(blank=True, default="", max_length=300), preserve_default=False
        ),
        migrations.AlterField(
            "export",
            "decided_why_clear",
            models.CharField(blank=True, default="", max_length=300),
            preserve_default=False,
        ),
        migrations.AddField("export", "reason", SealedField(blank=True, null=True)),
        migrations.AddField("export", "decided_why", SealedField(blank=True, null=True)),
        migrations.AddField("export", "ring_key", models.CharField(default="", editable=False, max_length=40), False),
        migrations.AddField("export", "wrapped", models.BinaryField(default=b"", editable=False), False),
        migrations.RunPython(seal, open_),
        migrations.RemoveField("export", "reason_clear"),
        migrations.RemoveField("export", "decided_why_clear"),
    ]
