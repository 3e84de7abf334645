"""A file may be about one thing of the shop, such as a survey, whose questions make its columns.

The table holds a few hundred rows, however large the shop; the new column has a default of the database.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """What a file is about, and room for the names of its columns."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("core", "0026_index_roots")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField("export", "about", models.JSONField(blank=True, default=dict)),
        migrations.AlterField("export", "columns", ArrayField(models.CharField(max_length=200), default=list)),
    ]
