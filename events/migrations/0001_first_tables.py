"""Events, partitioned by month over their UUIDv7 id.

Django cannot declare partitions, so the table is made by SQL that says the same as the model state beside it. The
default partition catches what no month was made for and should stay empty (an alarm watches it).
"""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import cdp.core.ids

CREATE = """
CREATE TABLE events_event (
    id uuid NOT NULL PRIMARY KEY,
    kind varchar(10) NOT NULL,
    name varchar(120) NOT NULL,
    source varchar(60) NOT NULL,
    message_id varchar(100) NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    properties jsonb NOT NULL,
    customer_id uuid NOT NULL
) PARTITION BY RANGE (id);
CREATE INDEX events_event_customer ON events_event (customer_id, occurred_at DESC);
CREATE TABLE events_event_default PARTITION OF events_event DEFAULT;
"""


class Migration(migrations.Migration):
    """The events table."""

    initial = True
    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0001_first_tables")]
    operations: ClassVar[list[Operation]] = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE, "DROP TABLE events_event")],
            state_operations=[
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("kind", models.CharField(max_length=10)),
                        ("name", models.CharField(max_length=120)),
                        ("source", models.CharField(max_length=60)),
                        ("message_id", models.CharField(max_length=100)),
                        ("occurred_at", models.DateTimeField()),
                        ("received_at", models.DateTimeField()),
                        ("properties", models.JSONField(default=dict)),
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
                        "indexes": [models.Index(fields=["customer", "-occurred_at"], name="events_event_customer")]
                    },
                ),
            ],
        ),
    ]
