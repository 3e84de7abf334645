"""Why money was given back is somebody's words: a sealed column for them, which the next migration fills."""

from typing import ClassVar

from cdp.core.crypto.fields import SealedField
from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """An empty column: nothing is rewritten."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("commerce", "0010_closed_warranties")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(model_name="refund", name="words", field=SealedField(blank=True, null=True)),
    ]
