"""What the OpenAPI document says about addresses."""

from typing import Any

Endpoint = tuple[str, str, str, Any]


def without_last_slash(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Addresses as the documentation writes them: the optional last slash of the router left out."""
    return [(path.rstrip("/"), pattern, method, view) for path, pattern, method, view in endpoints]
