"""The list of leads by where they came from and by who looks after them, without a walk through all of them."""

from typing import ClassVar

from cdp.core.migrating import AddIndexAnew
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Two filters of the list of leads."""

    atomic = False  # CREATE INDEX CONCURRENTLY: writers go on meanwhile
    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0016_leads_and_companies")]
    operations: ClassVar[list[Operation]] = [
        AddIndexAnew(
            model_name="lead",
            index=models.Index(fields=["source", "-id"], name="customers_lead_source"),
        ),
        AddIndexAnew(
            model_name="lead",
            index=models.Index(
                fields=["owner_id", "-id"], name="customers_lead_owner", condition=models.Q(owner_id__isnull=False)
            ),
        ),
    ]
