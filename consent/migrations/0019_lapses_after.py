"""For how long a "yes" to a purpose holds. A column that may be empty: no table is rewritten."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Months."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0018_terms_chained")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            "purpose",
            "lapses_after",
            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="lapses after, in months"),
        ),
    ]
