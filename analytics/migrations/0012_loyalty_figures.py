"""What members have in the programme becomes figures of theirs."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


def _amount() -> models.DecimalField:
    return models.DecimalField(max_digits=18, decimal_places=4, null=True)


class Migration(migrations.Migration):
    """Columns that need no rewriting, and an index of none of the rows there are; the next change of a customer, or
    `recompute_metrics`, fills them.
    """

    dependencies: ClassVar[list[tuple[str, str]]] = [("analytics", "0011_tickets"), ("loyalty", "0013_referrals")]
    operations: ClassVar[list[Operation]] = [
        *(
            migrations.AddField(model_name="customermetrics", name=name, field=field)
            for name, field in (
                ("member_since", models.DateTimeField(null=True)),
                ("tier", models.CharField(max_length=40, null=True)),
                ("points_balance", _amount()),
                ("stamps_balance", _amount()),
                ("store_credit", _amount()),
                ("points_ending_at", models.DateTimeField(null=True)),
                ("purse_next_at", models.DateTimeField(null=True)),
                ("purse_at", ArrayField(models.DateTimeField(), null=True)),
                ("purse_of", ArrayField(models.TextField(), null=True)),
                ("purse_by", ArrayField(models.DecimalField(max_digits=18, decimal_places=4), null=True)),
                ("coupons_used", models.IntegerField(db_default=0, default=0)),
            )
        ),
        migrations.AddIndex(
            model_name="customermetrics",
            index=models.Index(
                fields=["points_ending_at"],
                name="analytics_metrics_ending",
                condition=models.Q(points_ending_at__isnull=False),
            ),
        ),
    ]
