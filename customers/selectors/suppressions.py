"""Which identifiers belonged to people who were forgotten."""

from collections.abc import Collection
from datetime import datetime

from cdp.core import looking_up


def since(digests: Collection[bytes]) -> dict[bytes, datetime]:
    """Those of the digests that are suppressed, and since when."""
    if not digests:
        return {}
    found = looking_up.by_digests(
        "SELECT digest, at FROM customers_suppressedidentifier WHERE digest = ANY(%s)", digests
    )
    return {bytes(digest): at for digest, at in found}
