"""A rule document as it is kept: plain JSON, and a version that changes when the document does."""

import hashlib
import json
from decimal import Decimal
from typing import Any


def plain(value: Any) -> Any:
    """A JSON document with exact decimals as ordinary numbers, which JSON columns can hold."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


def version_of(document: Any) -> str:
    """A short hash: with the same version and the same facts a segment has the same members."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()[:16]
