"""Which keys of the ring this database knows, and which data keys were destroyed on purpose.

Keys destroyed before this migration left no note: where people are known already, one mark stands for all of them.
"""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

from cdp.core import ids


def mark_what_was_before(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """A fresh installation needs none."""
    if apps.get_model("core", "DataKey").objects.exists():
        apps.get_model("core", "DestroyedKey").objects.create(id=ids.uuid7(), is_mark=True)


class Migration(migrations.Migration):
    """Two small tables. Going back forgets the notes; a blank is then again all that a missing key shows."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("core", "0014_notice"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="RingKey",
            fields=[
                ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("proof", models.BinaryField()),
                ("first_used_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DestroyedKey",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("is_mark", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("is_mark", True)), fields=["id"], name="core_destroyedkey_mark"
                    )
                ]
            },
        ),
        migrations.RunPython(mark_what_was_before, migrations.RunPython.noop, elidable=True),
    ]
