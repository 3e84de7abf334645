"""A rule of retention can be paused. One nullable column on a table of some dozen rows."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Since when no run takes anything of a kind."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0025_steps_chained")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField("retentionrule", "paused_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "retentionline",
            "outcome",
            models.CharField(
                choices=[
                    ("found", "Found"),
                    ("removed", "Removed"),
                    ("proposed", "Proposed"),
                    ("unconfirmed", "Waits for the privacy officer"),
                    ("paused", "Paused"),
                    ("kept", "Kept"),
                    ("busy", "In use, the next run goes on"),
                ],
                max_length=12,
            ),
        ),
    ]
