"""Message events refuse UPDATE and DELETE."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from cdp.core import appendonly


class Migration(migrations.Migration):
    """Message events refuse UPDATE and DELETE."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("campaigns", "0001_first_tables")]
    operations: ClassVar[list[Operation]] = [appendonly.protect("campaigns_messageevent")]
