"""The access log is asked by customer and by member of staff. Built beside the running shop: it may have millions of rows."""

from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from cdp.core import migrating


class Migration(migrations.Migration):
    """Two indexes."""

    atomic = False

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("core", "0016_webhooks"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrating.AddIndexAnew(
            model_name="accessentry",
            index=GinIndex(fields=["customer_ids"], name="core_access_customers"),
        ),
        migrating.AddIndexAnew(
            model_name="accessentry",
            index=models.Index(fields=["actor_id", "-id"], name="core_access_actor"),
        ),
    ]
