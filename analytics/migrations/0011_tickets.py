"""What is open of somebody's tickets, and how they rated the last one, become figures of theirs."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Columns that need no rewriting; the next change of a customer, or `recompute_metrics`, fills them."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("analytics", "0010_sentiment"), ("surveys", "0003_tickets")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="customermetrics", name="tickets_open", field=models.IntegerField(db_default=0, default=0)
        ),
        migrations.AddField(
            model_name="customermetrics", name="last_satisfaction", field=models.PositiveSmallIntegerField(null=True)
        ),
    ]
