"""A review may come by a form of our own."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """One more choice: nothing changes in the database."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0022_handles")]
    operations: ClassVar[list[Operation]] = [
        migrations.AlterField(
            model_name="arrival",
            name="form",
            field=models.CharField(
                choices=[
                    ("signup", "Sign-up"),
                    ("warranty", "Warranty"),
                    ("preorder", "Pre-order"),
                    ("feedback", "Review"),
                ],
                max_length=20,
            ),
        ),
    ]
