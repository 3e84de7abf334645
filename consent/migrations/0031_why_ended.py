"""Why a "yes" ended stands in the state as well as in the ledger, so that the gate can say it of a whole audience.

A column with a default that the database knows, so no row is rewritten; `0032` fills it.
"""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """One column, in an instant."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0030_attempts_counted")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            "consentstate", "ended_by", models.CharField(blank=True, db_default="", default="", max_length=30)
        ),
    ]
