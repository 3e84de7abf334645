"""What came and went by month, for the overview. Only an index; nothing waits for it."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from cdp.core.migrating import AddIndexAnew


class Migration(migrations.Migration):
    """An index of acts by their time."""

    atomic = False
    dependencies: ClassVar[list[tuple[str, str]]] = [("loyalty", "0019_thanks")]

    operations: ClassVar[list[Operation]] = [
        AddIndexAnew(
            model_name="act",
            index=models.Index(fields=["at"], include=["wallet", "kind", "change"], name="loyalty_act_flow"),
        ),
    ]
