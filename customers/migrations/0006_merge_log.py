"""What merges did, so that they can be taken back."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import cdp.core.ids


class Migration(migrations.Migration):
    """What merges did, so that they can be taken back."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0005_new_by_day")]
    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="MergeLog",
            fields=[
                (
                    "id",
                    models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
                ("absorbed_id", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("actor_kind", models.CharField(max_length=10)),
                ("actor_id", models.UUIDField(null=True)),
                ("reason", models.CharField(max_length=60)),
                ("why", models.JSONField(default=dict)),
                ("absorbed_status", models.CharField(max_length=10)),
                ("fields", models.JSONField(default=dict)),
                ("moved", models.JSONField(default=dict)),
                ("images", models.JSONField(default=dict)),
                ("flags", models.JSONField(default=dict)),
                ("identifiers", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by_kind", models.CharField(blank=True, max_length=10)),
                ("undone_by_id", models.UUIDField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["customer", "-at"], name="customers_mergelog_customer"),
                    models.Index(fields=["absorbed_id"], name="customers_mergelog_absorbed"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["customer", "absorbed_id"],
                        name="customers_mergelog_once",
                        condition=models.Q(undone_at__isnull=True),
                    ),
                ],
            },
        ),
    ]
