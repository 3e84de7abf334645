"""People who share an address get one message: each planned one keeps the keyed digest of its address."""

from typing import ClassVar

from cdp.core.migrating import AddIndexAnew
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models import Q


class Migration(migrations.Migration):
    """Messages planned before have none and hold back nobody."""

    atomic = False  # CREATE INDEX CONCURRENTLY: writers go on meanwhile
    dependencies: ClassVar[list[tuple[str, str]]] = [("campaigns", "0004_whole_append_only")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="message", name="address", field=models.BinaryField(editable=False, null=True)
        ),
        AddIndexAnew(
            model_name="message",
            index=models.Index(
                fields=["campaign_id", "address"],
                name="campaigns_message_address",
                condition=Q(address__isnull=False),
            ),
        ),
    ]
