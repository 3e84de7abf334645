"""Points that staff give may be for a useful suggestion. Only the words of a choice; no table changes."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """A reason more."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("loyalty", "0005_members_listed")]

    operations: ClassVar[list[Operation]] = [
        migrations.AlterField(
            model_name="adjustment",
            name="reason",
            field=models.CharField(
                choices=[
                    ("goodwill", "Goodwill"),
                    ("complaint", "After a complaint"),
                    ("forgotten", "A purchase that was not counted"),
                    ("mistake", "A mistake of ours"),
                    ("misuse", "Misuse"),
                    ("suggestion", "A useful suggestion"),
                    ("event", "An event or a campaign"),
                    ("other", "Another reason"),
                ],
                max_length=40,
            ),
        ),
    ]
