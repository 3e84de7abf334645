"""The whole refused row beside its reason. A nullable column without a default: no rewrite of the table."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """The whole refused row beside its reason."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("core", "0004_source_secret")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(model_name="jobreject", name="row", field=models.BinaryField(null=True)),
    ]
