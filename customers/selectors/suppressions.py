"""Which identifiers belonged to people who were forgotten."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from cdp.core import copying


def since(digests: Collection[bytes]) -> dict[bytes, datetime]:
    """Those of the digests that are suppressed, and since when."""
    if not digests:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest, at FROM customers_suppressedidentifier WHERE digest = ANY(%s::bytea[])",
            [copying.array(list(digests))],
        )
        return {bytes(digest): at for digest, at in cursor.fetchall()}
