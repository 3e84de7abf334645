"""Every row that is written waits for its place in a chain. A trigger; nothing is rewritten."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from cdp.core.chains import registry


class Migration(migrations.Migration):
    """The ledger of this room gets chained."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0015_retention_and_breaches"), ("core", "0018_chains")]
    operations: ClassVar[list[Operation]] = [registry.queue("consent_consentrecord")]
