"""How far each ledger was proved. A new table, and a column with a default that PostgreSQL writes nowhere."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Nothing is rewritten."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("core", "0023_webhook_former_secret")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="ChainCheckpoint",
            fields=[
                ("table", models.CharField(max_length=63, primary_key=True, serialize=False)),
                ("state", models.JSONField()),
                ("key", models.CharField(max_length=40)),
                ("proof", models.BinaryField()),
            ],
        ),
        migrations.AddField("chaincheck", "is_whole", models.BooleanField(default=True, db_default=True)),
    ]
