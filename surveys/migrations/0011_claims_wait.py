"""Rewards of anonymous answers wait for the end of their month and are dated by it.

Days of earlier ones are forgotten: each becomes the first of its month. Reversed, they stay so; what waits is lost then.
"""

import uuid
from typing import ClassVar

from django.db import migrations, models

_FORGET = "UPDATE surveys_rewardclaim SET month = date_trunc('month', month)::date"


class Migration(migrations.Migration):
    """One table more, one column with another name."""

    dependencies: ClassVar = [("surveys", "0010_served")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="WaitingClaim",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("survey_id", models.UUIDField()),
                ("month", models.DateField()),
                ("code_digest", models.BinaryField(unique=True)),
                ("sealed", models.BinaryField()),
            ],
            options={
                "verbose_name": "waiting reward of an anonymous answer",
                "verbose_name_plural": "waiting rewards of anonymous answers",
                "indexes": [models.Index(fields=["survey_id", "month"], name="surveys_waitingclaim_survey")],
            },
        ),
        migrations.RenameField(model_name="rewardclaim", old_name="day", new_name="month"),
        migrations.RunSQL(_FORGET, migrations.RunSQL.noop),
    ]
