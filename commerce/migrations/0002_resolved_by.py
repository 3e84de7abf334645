"""Orders and refunds keep the identifier digest that told whose they are. Null columns: nothing is rewritten."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Orders and refunds keep the identifier digest that told whose they are."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("commerce", "0001_first_tables")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(model_name="order", name="resolved_by", field=models.BinaryField(null=True)),
        migrations.AddField(model_name="refund", name="resolved_by", field=models.BinaryField(null=True)),
    ]
