"""What stewards call these tables; nothing in the database changes."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Names only."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("commerce", "0003_store_hooks")]
    operations: ClassVar[list[Operation]] = [
        migrations.AlterModelOptions(
            name="order",
            options={"verbose_name": "order", "verbose_name_plural": "orders"},
        ),
        migrations.AlterModelOptions(
            name="refund",
            options={"verbose_name": "refund", "verbose_name_plural": "refunds"},
        ),
    ]
