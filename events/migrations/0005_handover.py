"""The queue of events that wait for a room above to make facts of them."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import cdp.core.ids


class Migration(migrations.Migration):
    """The queue between events and the rooms above."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("customers", "0011_phones_without_ending"),
        ("events", "0004_visits_of_the_past"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("reader", models.CharField(max_length=40)),
                ("event_id", models.UUIDField()),
                (
                    "customer",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["customer", "reader"], name="events_handover_customer")],
            },
        ),
    ]
