"""The consent ledger refuses UPDATE and DELETE."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from cdp.core import appendonly


class Migration(migrations.Migration):
    """The consent ledger refuses UPDATE and DELETE."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0001_first_tables")]
    operations: ClassVar[list[Operation]] = [appendonly.protect("consent_consentrecord")]
