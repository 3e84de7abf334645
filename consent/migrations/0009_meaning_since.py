"""Since when a purpose means what it means. A nullable column without a default: no rewrite of the table."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """A "yes" that is older counts no more."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0008_retracts")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="purpose",
            name="meaning_since",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="meaning since"),
        ),
    ]
