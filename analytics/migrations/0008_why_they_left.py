"""Why somebody left a segment. A column with a default of the database: no row is touched."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """One column."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("analytics", "0007_ratings_of_products")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField("segmentchange", "reason", models.CharField(blank=True, db_default="", max_length=20)),
    ]
