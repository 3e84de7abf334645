"""What beat looks for every ten minutes, phones that have no number yet, is found without reading the whole table."""

from typing import ClassVar

from cdp.core.migrating import AddIndexAnew
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Phones that wait for their number have an index of their own, empty once none waits."""

    atomic = False  # CREATE INDEX CONCURRENTLY: writers go on meanwhile
    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0010_phone_endings")]
    operations: ClassVar[list[Operation]] = [
        AddIndexAnew(
            model_name="contactpoint",
            index=models.Index(
                fields=["id"],
                name="customers_contactpoint_waits",
                condition=models.Q(("ending__isnull", True), ("kind", "phone"), ("value__isnull", False)),
            ),
        ),
    ]
