"""What an event waits for before it can be used. A column that may be empty: nothing is rewritten."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Apart from its index, which is made outside a transaction."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("events", "0006_news")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField("handover", "awaits", models.BinaryField(null=True)),
    ]
