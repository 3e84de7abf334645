"""Who stands for several known people is asked with every batch: an index of those merges alone."""

from typing import ClassVar

from cdp.core.migrating import AddIndexAnew
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Merges of known people that can be taken back: a few, beside one for each browser."""

    atomic = False  # CREATE INDEX CONCURRENTLY: writers go on meanwhile
    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0018_tellings")]
    operations: ClassVar[list[Operation]] = [
        AddIndexAnew(
            model_name="mergelog",
            index=models.Index(
                fields=["customer", "-id"],
                name="customers_mergelog_people",
                condition=models.Q(("undone_at__isnull", True), models.Q(("absorbed_status", "anonymous"), _negated=True)),
            ),
        ),
    ]
