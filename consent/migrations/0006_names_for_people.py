"""What stewards call these tables; nothing in the database changes."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Names only."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0005_whole_append_only")]
    operations: ClassVar[list[Operation]] = [
        migrations.AlterModelOptions(
            name="consentrecord",
            options={"verbose_name": "consent record", "verbose_name_plural": "consent records"},
        ),
    ]
