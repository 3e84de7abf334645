"""What was promised for an answer, and how permissions were asked, beside the answer itself.

Earlier answers are promised what their questionnaire promises today: nothing else of them is known. Cut off, it is done
anew as a whole.
"""

from typing import ClassVar

from django.db import migrations, models

_FILL = """
UPDATE surveys_response AS response SET promised = survey.reward
FROM surveys_survey AS survey
WHERE survey.id = response.survey_id AND survey.reward <> '{}'::jsonb
    AND response.state = 'complete' AND NOT response.is_test
"""


class Migration(migrations.Migration):
    """Two columns with a default of the database: processes of before may go on writing."""

    dependencies: ClassVar = [("surveys", "0005_readings")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="response",
            name="promised",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.AddField(
            model_name="response",
            name="boxes",
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict),
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    ]
