"""The column in which the words of refunds lay in the clear is gone."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Dropping a column rewrites nothing."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("commerce", "0012_seal_refund_words")]
    operations: ClassVar[list[Operation]] = [
        migrations.RemoveField(model_name="refund", name="reason"),
    ]
