"""How somebody's latest text feels becomes a figure of theirs."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """One empty column; the next change of a customer, or `recompute_metrics`, fills it."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("analytics", "0009_followers"), ("surveys", "0005_readings")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="customermetrics", name="sentiment", field=models.CharField(max_length=8, null=True)
        ),
    ]
