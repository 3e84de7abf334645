"""The few statements with files, for their verification."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from cdp.core import migrating


class Migration(migrations.Migration):
    """Outside a transaction, as CONCURRENTLY needs; it may run again."""

    atomic = False
    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0023_evidence_files")]
    operations: ClassVar[list[Operation]] = [
        migrating.AddIndexAnew(
            "consentrecord",
            models.Index(fields=["id"], name="consent_record_files", condition=models.Q(files__isnull=False)),
        ),
    ]
