"""Metrics are derived: a foreign key check per row costs a rebuild a third of its time and locks every customer."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Drop the check."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("analytics", "0001_first_tables")]
    operations: ClassVar[list[Operation]] = [
        migrations.AlterField(
            model_name="customermetrics",
            name="customer",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                primary_key=True,
                related_name="+",
                serialize=False,
                to="customers.customer",
            ),
        ),
    ]
