"""Audit and access log refuse TRUNCATE."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from cdp.core import appendonly


class Migration(migrations.Migration):
    """Audit and access log refuse TRUNCATE."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("core", "0002_append_only")]
    operations: ClassVar[list[Operation]] = [
        appendonly.protect_whole("core_auditentry"),
        appendonly.protect_whole("core_accessentry"),
    ]
