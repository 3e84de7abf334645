"""Expired, reconfirmed and taken over; the form and the place. Columns with a default of the
database: no rewrite of the table, and whoever still runs the code of before can write.
"""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """What a statement may be, and more of its proof."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0013_second_steps")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField("consentrecord", "form", models.CharField(blank=True, db_default="", max_length=60)),
        migrations.AddField("consentrecord", "place", models.CharField(blank=True, db_default="", max_length=60)),
        migrations.AlterField(
            "consentrecord",
            "status",
            models.CharField(
                choices=[
                    ("given", "Given"),
                    ("denied", "Denied"),
                    ("withdrawn", "Withdrawn"),
                    ("expired", "Expired"),
                    ("reconfirmed", "Reconfirmed"),
                    ("inherited", "Taken over"),
                    ("retracted", "Taken back with its import"),
                ],
                max_length=12,
            ),
        ),
    ]
