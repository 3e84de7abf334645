"""A version says which text the readers of a language it does not speak are shown."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """A column with a default on a small table."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0020_breach_desk")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="policyversion",
            name="shown_instead",
            field=models.JSONField(default=dict, editable=False, verbose_name="shown instead"),
        ),
    ]
