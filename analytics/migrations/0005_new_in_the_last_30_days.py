"""The ready-made segment of new customers says what it counts: 30 days, not a month of the calendar."""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

KEY, OLD, NEW = "new-this-month", "New this month", "New in the last 30 days"


def rename(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Give the new name where nobody gave one of their own."""
    apps.get_model("analytics", "Segment").objects.filter(key=KEY, name=OLD).update(name=NEW)


def rename_back(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Give the old name back."""
    apps.get_model("analytics", "Segment").objects.filter(key=KEY, name=NEW).update(name=OLD)


class Migration(migrations.Migration):
    """One row at most; the key stays, because storefronts and campaigns refer to it."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("analytics", "0004_product_figures")]
    operations: ClassVar[list[Operation]] = [migrations.RunPython(rename, rename_back)]
