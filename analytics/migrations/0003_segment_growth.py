"""How many entered and left, written with the members themselves, so that the size of a segment cannot drift."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """A table of growth that waits to be added."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("analytics", "0002_metrics_are_not_checked_by_row")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="SegmentGrowth",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("segment_id", models.UUIDField()),
                ("by", models.IntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["segment_id"], name="analytics_segmentgrowth_of")],
            },
        ),
    ]
