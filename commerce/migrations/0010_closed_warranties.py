"""The list of closed warranty cards, few among many, without a walk through all of them."""

from typing import ClassVar

from cdp.core.migrating import AddIndexAnew
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """One state of the list of warranty cards."""

    atomic = False  # CREATE INDEX CONCURRENTLY: writers go on meanwhile
    dependencies: ClassVar[list[tuple[str, str]]] = [("commerce", "0009_lines_by_sku")]
    operations: ClassVar[list[Operation]] = [
        AddIndexAnew(
            model_name="warranty",
            index=models.Index(fields=["-id"], name="commerce_warranty_closed", condition=models.Q(state="closed")),
        ),
    ]
