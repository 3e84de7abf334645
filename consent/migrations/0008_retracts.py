"""Statements that were taken back with their import. A nullable column without a default: no rewrite of the table."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """What an entry of the ledger retracts."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0007_special_detail")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="consentrecord", name="retracts", field=models.UUIDField(editable=False, null=True)
        ),
        migrations.AlterField(
            model_name="consentrecord",
            name="status",
            field=models.CharField(
                choices=[
                    ("given", "Given"),
                    ("denied", "Denied"),
                    ("withdrawn", "Withdrawn"),
                    ("retracted", "Taken back with its import"),
                ],
                max_length=12,
            ),
        ),
    ]
