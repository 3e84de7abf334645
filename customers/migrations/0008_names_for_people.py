"""What stewards call these tables; nothing in the database changes."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Names only."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0007_merge_indexes")]
    operations: ClassVar[list[Operation]] = [
        migrations.AlterModelOptions(
            name="address",
            options={"verbose_name": "address", "verbose_name_plural": "addresses"},
        ),
        migrations.AlterModelOptions(
            name="contactpoint",
            options={"verbose_name": "contact point", "verbose_name_plural": "contact points"},
        ),
        migrations.AlterModelOptions(
            name="identifier",
            options={"verbose_name": "identifier", "verbose_name_plural": "identifiers"},
        ),
        migrations.AlterModelOptions(
            name="note",
            options={"verbose_name": "note", "verbose_name_plural": "notes"},
        ),
        migrations.AlterModelOptions(
            name="mergesuggestion",
            options={"verbose_name": "merge suggestion", "verbose_name_plural": "merge suggestions"},
        ),
    ]
