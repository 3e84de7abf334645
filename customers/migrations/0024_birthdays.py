"""Whose birthday it is: customers by month and day. Only an index; nothing waits for it."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models import Q
from django.db.models.functions import Extract

from cdp.core.migrating import AddIndexAnew


class Migration(migrations.Migration):
    """An index of customers by the day they were born on, whatever the year."""

    atomic = False
    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0023_reviews_by_form")]

    operations: ClassVar[list[Operation]] = [
        AddIndexAnew(
            model_name="customer",
            index=models.Index(
                Extract("birth_date", "month") * 100 + Extract("birth_date", "day"),
                name="customers_customer_birthday",
                condition=Q(birth_date__isnull=False),
            ),
        ),
    ]
