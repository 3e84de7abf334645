"""Audit and access log refuse UPDATE and DELETE."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from cdp.core import appendonly


class Migration(migrations.Migration):
    """Audit and access log refuse UPDATE and DELETE."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("core", "0001_first_tables")]
    operations: ClassVar[list[Operation]] = [
        appendonly.protect("core_auditentry"),
        appendonly.protect("core_accessentry"),
    ]
