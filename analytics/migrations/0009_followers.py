"""How many follow somebody becomes a figure of theirs."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """One empty column; the next change of a customer, or `recompute_metrics`, fills it."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("analytics", "0008_why_they_left"), ("surveys", "0004_social")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(model_name="customermetrics", name="followers", field=models.BigIntegerField(null=True)),
    ]
