"""What became of messages refuses TRUNCATE."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from cdp.core import appendonly


class Migration(migrations.Migration):
    """What became of messages refuses TRUNCATE."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("campaigns", "0003_message_list")]
    operations: ClassVar[list[Operation]] = [
        appendonly.protect_whole("campaigns_messageevent"),
    ]
