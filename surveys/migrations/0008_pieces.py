"""Of how many pieces an answer is, beside each of them: people who chose several, and orders of preference that place
only some, are counted without joining an answer with itself.
"""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Two columns with a default of the database, which needs no rewriting; `0009` fills them."""

    dependencies: ClassVar = [("surveys", "0007_interviews")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name=model,
            name="pieces",
            field=models.PositiveSmallIntegerField(db_default=1, default=1),
        )
        for model in ("answer", "anonymousanswer")
    ]
