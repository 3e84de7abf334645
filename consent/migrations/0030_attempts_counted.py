"""Refused links are counted by the hour. One column with a default that the database knows: no row is rewritten."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """How often, in one row."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0029_laws_of_a_breach")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField("privacyattempt", "times", models.PositiveIntegerField(db_default=1, default=1)),
    ]
