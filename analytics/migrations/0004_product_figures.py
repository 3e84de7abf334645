"""Figures of products, counted by the clock."""

from typing import ClassVar

import cdp.core.ids
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """A table of its own, empty until the first count."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("analytics", "0003_segment_growth")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="ProductFigures",
            fields=[
                (
                    "id",
                    models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("sku", models.CharField(max_length=120, unique=True)),
                ("units", models.DecimalField(decimal_places=3, default=0, max_digits=18)),
                ("revenue", models.DecimalField(decimal_places=4, default=0, max_digits=20)),
                ("is_unrated", models.BooleanField(default=False)),
                ("returned", models.DecimalField(decimal_places=3, default=0, max_digits=18)),
                ("last_sold_at", models.DateTimeField(null=True)),
                ("months", models.JSONField(default=dict)),
                ("buyers", models.JSONField(default=dict)),
                ("counted_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["counted_at"], name="analytics_product_counted")],
            },
        ),
    ]
