"""An index of the few addresses that reach nobody, by which the gate leaves their people out."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from cdp.core import migrating


class Migration(migrations.Migration):
    """Outside a transaction, as CONCURRENTLY needs; every statement may run again."""

    atomic = False
    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0019_merges_of_people")]
    operations: ClassVar[list[Operation]] = [
        migrating.AddIndexAnew(
            "contactpoint",
            models.Index(
                fields=["kind", "customer"],
                name="customers_contactpoint_closed",
                condition=models.Q(bounced_at__isnull=False, is_primary=True),
            ),
        ),
    ]
