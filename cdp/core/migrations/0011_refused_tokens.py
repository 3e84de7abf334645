"""Since when a platform does not accept our token, and why. Constant defaults: nothing is rewritten."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Two columns of a small table."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("core", "0010_what_tracking_changes")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField("sourcetoken", "refused_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField(
            "sourcetoken",
            "refused_for",
            models.CharField(blank=True, db_default="", editable=False, max_length=60),
        ),
    ]
