"""An index of the few events that are part of no visit, made month by month without holding up who writes events."""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

from cdp.core import migrating

# Months whose part of the index is not attached yet.
PARTS = """
SELECT inhrelid::regclass::text FROM pg_inherits part WHERE inhparent = 'events_event'::regclass AND NOT EXISTS (
    SELECT 1 FROM pg_inherits made JOIN pg_index ON indexrelid = made.inhrelid
    WHERE made.inhparent = 'events_event_news'::regclass AND indrelid = part.inhrelid
) ORDER BY 1
"""
WHAT = "(customer_id, occurred_at DESC) WHERE NOT is_visit"


def make(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    """The whole first, so that months made from now on get theirs by themselves; it becomes valid with the last part.

    Cut off, it goes on with the months that lack theirs; what CONCURRENTLY left unfinished is made anew.
    """
    with editor.connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX IF NOT EXISTS events_event_news ON ONLY events_event {WHAT}")
        cursor.execute(PARTS)
        for (part,) in cursor.fetchall():
            if not migrating.is_whole(editor, f"{part}_news"):
                cursor.execute(f"CREATE INDEX CONCURRENTLY {part}_news ON {part} {WHAT}")
            cursor.execute(f"ALTER INDEX events_event_news ATTACH PARTITION {part}_news")


class Migration(migrations.Migration):
    """Outside a transaction: CONCURRENTLY needs that, and every statement may run again."""

    atomic = False
    dependencies: ClassVar[list[tuple[str, str]]] = [("events", "0005_handover")]
    operations: ClassVar[list[Operation]] = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunPython(make, migrations.RunPython.noop),
                migrations.RunSQL(migrations.RunSQL.noop, "DROP INDEX IF EXISTS events_event_news"),
            ],
            state_operations=[
                migrations.AddIndex(
                    model_name="event",
                    index=models.Index(
                        fields=["customer", "-occurred_at"],
                        condition=models.Q(("is_visit", False)),
                        name="events_event_news",
                    ),
                ),
            ],
        ),
    ]
