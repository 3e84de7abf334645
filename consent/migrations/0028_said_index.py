"""The "yes" that are old: what lapses, what a new meaning ends, whom a law reminds."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from cdp.core.migrating import AddIndexAnew


class Migration(migrations.Migration):
    """Made while others write."""

    atomic = False
    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0027_links_asked_for")]
    operations: ClassVar[list[Operation]] = [
        AddIndexAnew(
            model_name="consentstate",
            index=models.Index(
                fields=["purpose", "at"], name="consent_state_said", condition=models.Q(("is_granted", True))
            ),
        ),
    ]
