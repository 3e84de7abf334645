"""Orders and refunds know which of their words an import assumed. A constant default: nothing is rewritten."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


def _assumed(model: str, name: str) -> Operation:
    field = models.BooleanField(default=False, db_default=False, editable=False)
    return migrations.AddField(model_name=model, name=name, field=field)


class Migration(migrations.Migration):
    """Orders and refunds know which of their words an import assumed."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("commerce", "0005_carts_and_wishes")]
    operations: ClassVar[list[Operation]] = [
        _assumed("order", "is_status_assumed"),
        _assumed("order", "is_currency_assumed"),
        _assumed("refund", "is_currency_assumed"),
    ]
