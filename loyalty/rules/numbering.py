"""How causes name what a source asks for by a number of its own."""

import uuid


def number(source: str, reference: str) -> uuid.UUID:
    """The same for the same number of the same source."""
    return uuid.uuid5(_NUMBERS, f"{source}\0{reference}")


_NUMBERS = uuid.UUID("6f0c9f0e-3f0b-4d7e-9f43-0c8f1b4f2a55")
"""The name space of tills' own numbers."""
