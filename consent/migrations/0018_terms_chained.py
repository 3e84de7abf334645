"""Earlier states of processing activities, and accepted terms in a chain. No table is rewritten."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from cdp.core.chains import registry


class Migration(migrations.Migration):
    """What an activity said before."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0017_when_codes_went")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField("processingactivity", "history", models.JSONField(default=list, editable=False)),
        registry.queue("consent_termsacceptance"),
    ]
