"""A "no" is told to everybody who was told more before. Two columns with a default of the database: no row is touched."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Facts and deliveries know whether they must stop somebody."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("core", "0019_second_factor")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField("webhookfact", "is_stop", models.BooleanField(default=False, db_default=False)),
        migrations.AddField("webhookdelivery", "is_stop", models.BooleanField(default=False, db_default=False)),
    ]
