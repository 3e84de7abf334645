"""Lists of keys in settings: `id:base64,id:base64,…`, the first in use, the others kept for what they made."""

import base64

from django.core.exceptions import ImproperlyConfigured

SIZE = 32
LONGEST_ID = 40
"""As long as the columns that name a key."""


def parse(text: str, *, setting: str, longest_id: int | None = LONGEST_ID) -> dict[str, bytes]:
    """The keys by id, in their order. `setting` is the name under which they stand.

    Raises ImproperlyConfigured with the place of the fault, never with a key or what may be a part of one.
    """
    found: dict[str, bytes] = {}
    for position, part in enumerate(text.split(","), start=1):
        name, _, encoded = part.strip().partition(":")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except ValueError:  # no base64, or not even ASCII
            raw = b""
        if not name or (longest_id and len(name) > longest_id) or len(raw) != SIZE or name in found:
            message = f"{setting}: entry {position} must be a new id, a colon and {SIZE} bytes in base64."
            raise ImproperlyConfigured(message)
        found[name] = raw
    return found
