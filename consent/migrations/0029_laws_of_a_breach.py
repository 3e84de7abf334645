"""Under which laws the people of a breach stand, and how many under each; empty as long as nobody is on its list."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """A small table: one row for each incident."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0028_said_index")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField("breach", "laws", models.JSONField(default=dict)),
    ]
