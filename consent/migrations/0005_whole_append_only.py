"""The consent ledger refuses TRUNCATE."""

from typing import ClassVar

from django.db import migrations
from django.db.migrations.operations.base import Operation

from cdp.core import appendonly


class Migration(migrations.Migration):
    """The consent ledger refuses TRUNCATE."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("consent", "0004_published_is_final")]
    operations: ClassVar[list[Operation]] = [
        appendonly.protect_whole("consent_consentrecord"),
    ]
