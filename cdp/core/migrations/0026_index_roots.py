"""Roots of the search index stand on each other: how far the newest is, and which still open links. A table of one row."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Nothing is rewritten."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("core", "0025_exports_for_a_channel")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField("indexroot", "made_at", models.DateTimeField(null=True)),
        migrations.AddField("indexroot", "is_ready", models.BooleanField(db_default=True, default=True)),
        migrations.AddField(
            "indexroot",
            "done",
            ArrayField(base_field=models.TextField(), db_default=[], default=list, size=None),
        ),
        migrations.AddField("indexroot", "opens_links", models.BooleanField(db_default=True, default=True)),
    ]
