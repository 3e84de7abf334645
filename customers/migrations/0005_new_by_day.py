"""The home page counts new customers by day."""

from typing import ClassVar

from cdp.core.migrating import AddIndexAnew
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """The home page counts new customers by day."""

    atomic = False  # CREATE INDEX CONCURRENTLY: writers go on meanwhile
    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0004_search_in_bulk")]
    operations: ClassVar[list[Operation]] = [
        AddIndexAnew(
            model_name="customer",
            index=models.Index(
                fields=["created_at"], name="customers_customer_created", condition=models.Q(status="known")
            ),
        ),
    ]
