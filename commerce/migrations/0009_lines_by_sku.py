"""Whether any line is about an article: asked when an import of articles is taken back."""

from typing import ClassVar

from cdp.core.migrating import AddIndexAnew
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

LINES = ("orderline", "refundline", "cartline")


class Migration(migrations.Migration):
    """Indexes on the SKU of lines; the empty one is left out."""

    atomic = False  # CREATE INDEX CONCURRENTLY: writers go on meanwhile
    dependencies: ClassVar[list[tuple[str, str]]] = [("commerce", "0008_warranties_and_preorders")]
    operations: ClassVar[list[Operation]] = [
        AddIndexAnew(
            model_name=model,
            index=models.Index(
                condition=models.Q(("sku", ""), _negated=True), fields=["sku"], name=f"commerce_{model}_sku"
            ),
        )
        for model in LINES
    ]
