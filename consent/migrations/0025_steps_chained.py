"""The steps of requests in a chain: from now on a step may outlive its request by the months of its chain, so the
database no longer ties the two. A trigger and a dropped constraint; no table is rewritten.
"""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from cdp.core.chains import registry

KINDS = [
    ("received", "Received"),
    ("proved", "Identity confirmed"),
    ("acknowledged", "Acknowledged"),
    ("paused", "Clock stopped"),
    ("resumed", "Clock goes on"),
    ("extended", "Extended"),
    ("escalated", "Staff reminded"),
    ("started", "Started"),
    ("blocked", "Held up"),
    ("change_accepted", "Correction accepted"),
    ("change_refused", "Correction refused"),
    ("note", "Note"),
    ("answered", "Answered"),
    ("refused", "Refused"),
    ("cancelled", "Taken back"),
    ("fetched", "Copy fetched"),
    ("fetch_refused", "Copy not handed out"),
    ("deleted", "Copy deleted"),
    ("failed", "Failed"),
]


class Migration(migrations.Migration):
    """What was done about a request is proved like what was allowed."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0024_statements_with_files")]
    operations: ClassVar[list[Operation]] = [
        migrations.AlterField("privacyrequeststep", "kind", models.CharField(choices=KINDS, max_length=16)),
        migrations.AlterField(
            "privacyrequeststep",
            "request",
            models.ForeignKey(
                db_constraint=False,
                db_index=False,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="steps",
                to="consent.privacyrequest",
            ),
        ),
        registry.queue("consent_privacyrequeststep"),
    ]
