"""The shop's own words of an invitation, and those that each press of the button went out with."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """A column with a default of the database (processes of before may go on writing), and a small table."""

    dependencies: ClassVar = [("surveys", "0014_felt_by_clause")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="survey",
            name="letter",
            field=models.JSONField(blank=True, db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.CreateModel(
            name="InvitationBatch",
            fields=[
                ("id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("survey_id", models.UUIDField()),
                ("letter", models.JSONField()),
                ("made_at", models.DateTimeField()),
            ],
            options={"verbose_name": "words of an invitation", "verbose_name_plural": "words of invitations"},
        ),
    ]
