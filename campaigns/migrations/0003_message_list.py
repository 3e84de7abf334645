"""The messages of a campaign are listed newest first."""

from typing import ClassVar

from cdp.core.migrating import AddIndexAnew
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """The messages of a campaign are listed newest first."""

    atomic = False  # CREATE INDEX CONCURRENTLY: writers go on meanwhile
    dependencies: ClassVar[list[tuple[str, str]]] = [("campaigns", "0002_append_only")]
    operations: ClassVar[list[Operation]] = [
        AddIndexAnew(
            model_name="message",
            index=models.Index(fields=["campaign_id", "-id"], name="campaigns_message_list"),
        ),
    ]
