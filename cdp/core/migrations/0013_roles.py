"""The roles get the names of the work: who only looked on was an analyst, who owns the shop an administrator.

A table of tens of rows. A process of the version before knows neither new word and lets its holder do nothing until it
is restarted; nobody gains anything meanwhile.
"""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

RENAMED = {"analyst": "viewer", "admin": "owner"}


def rename(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """From the old words to the new ones."""
    for old, new in RENAMED.items():
        apps.get_model("core", "User").objects.filter(role=old).update(role=new)


def rename_back(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """And the other way."""
    for old, new in RENAMED.items():
        apps.get_model("core", "User").objects.filter(role=new).update(role=old)


class Migration(migrations.Migration):
    """Choices change nothing in the database; the rows follow."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ("core", "0012_keys_in_pages_only_fill"),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.AlterField(
            model_name="user",
            name="role",
            field=models.CharField(
                choices=[
                    ("viewer", "Viewer"),
                    ("clerk", "Clerk"),
                    ("marketer", "Marketer"),
                    ("steward", "Data steward"),
                    ("privacy", "Privacy officer"),
                    ("owner", "Owner"),
                ],
                default="clerk",
                max_length=20,
                verbose_name="role",
            ),
        ),
        migrations.RunPython(rename, rename_back, elidable=True),
    ]
