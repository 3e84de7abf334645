"""What is told of people while they are merged, and what a survivor was like before: for taking merges back exactly."""

from typing import ClassVar

import cdp.core.crypto.fields
import cdp.core.ids
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """A new, empty table, and a column with a constant default, which rewrites nothing."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0017_lead_filters")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Telling",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("resolved_by", models.BinaryField()),
                ("told", cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "resolved_by"), name="customers_telling_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="mergelog",
            name="base",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
    ]
