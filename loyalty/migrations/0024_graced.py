"""Whether the end of a lot was put off for what came back after it: a column with a constant, at once on any size."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """A flag of lots."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("loyalty", "0023_households")]

    operations: ClassVar[list[migrations.operations.base.Operation]] = [
        migrations.AddField(
            model_name="lot",
            name="graced",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
