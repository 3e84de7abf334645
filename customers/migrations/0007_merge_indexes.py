"""The steward's list of pairs, and the household keys of one customer."""

from typing import ClassVar

from cdp.core.migrating import AddIndexAnew
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """The steward's list of pairs, and the household keys of one customer."""

    atomic = False  # CREATE INDEX CONCURRENTLY: writers go on meanwhile
    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0006_merge_log")]
    operations: ClassVar[list[Operation]] = [
        AddIndexAnew(
            model_name="mergesuggestion",
            index=models.Index(fields=["-id"], name="customers_suggestion_open", condition=models.Q(state="open")),
        ),
        AddIndexAnew(
            model_name="sharedidentifier",
            index=models.Index(fields=["customer_id"], name="customers_shared_customer"),
        ),
    ]
