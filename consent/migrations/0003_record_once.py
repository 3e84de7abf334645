"""A statement is written once; its index serves the history too."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """A unique rule over what makes two statements the same, instead of the plain index."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0002_append_only")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddConstraint(
            model_name="consentrecord",
            constraint=models.UniqueConstraint(
                fields=("customer", "purpose", "channel", "at", "source", "status"), name="consent_record_once"
            ),
        ),
        migrations.RemoveIndex(model_name="consentrecord", name="consent_record_history"),
    ]
