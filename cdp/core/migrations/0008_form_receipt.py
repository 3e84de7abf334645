"""What public forms have taken. A new, empty table."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Receipts of public forms."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("core", "0007_import_trace"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="FormReceipt",
            fields=[
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("form", models.CharField(max_length=20)),
                ("at", models.DateTimeField(db_index=True)),
                ("answer", models.BinaryField(null=True)),
            ],
        ),
    ]
