"""Looks that gave a reason are found among a million that gave none. Built beside the running shop."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from cdp.core import migrating


class Migration(migrations.Migration):
    """One small index."""

    atomic = False

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("core", "0020_what_must_stop"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrating.AddIndexAnew(
            model_name="accessentry",
            index=models.Index(fields=["-id"], name="core_access_reasons", condition=~models.Q(reason="")),
        ),
    ]
