"""Pieces of earlier answers, and indexes that tell results alone. Cut off at any place, it is done anew."""

from typing import ClassVar

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from cdp.core import migrating

_FILL = """
UPDATE surveys_answer AS answer SET pieces = told.pieces
FROM (
    SELECT customer_id, response_id, question, count(*) AS pieces FROM surveys_answer GROUP BY 1, 2, 3
    HAVING count(*) > 1
) told
WHERE told.customer_id = answer.customer_id AND told.response_id = answer.response_id
    AND told.question = answer.question AND answer.pieces <> told.pieces
"""
_FILL_NAMELESS = """
UPDATE surveys_anonymousanswer AS answer SET pieces = told.pieces
FROM (
    SELECT response_id, question, count(*) AS pieces FROM surveys_anonymousanswer GROUP BY 1, 2 HAVING count(*) > 1
) told
WHERE told.response_id = answer.response_id AND told.question = answer.question AND answer.pieces <> told.pieces
"""
_TELLING = ["item", "code", "number", "version", "pieces"]


class Migration(migrations.Migration):
    """Rows that are one piece stay untouched; readers and writers go on."""

    atomic = False  # CREATE INDEX CONCURRENTLY
    dependencies: ClassVar = [("surveys", "0008_pieces")]

    operations: ClassVar[list[Operation]] = [
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
        migrations.RunSQL(_FILL_NAMELESS, migrations.RunSQL.noop),
        migrating.AddIndexAnew(
            "answer",
            models.Index(
                fields=["survey_id", "question", "-at"],
                name="surveys_answer_results",
                include=_TELLING,
                condition=models.Q(("is_counted", True)),
            ),
        ),
        migrating.AddIndexAnew(
            "anonymousanswer",
            models.Index(
                fields=["survey_id", "question", "-at"], name="surveys_anonymous_results", include=_TELLING
            ),
        ),
        RemoveIndexConcurrently("answer", "surveys_answer_counted"),
        RemoveIndexConcurrently("anonymousanswer", "surveys_anonymous_counted"),
    ]
