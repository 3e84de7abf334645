"""Whose rows an import touched, as far as the rooms still know: asked when a file was wrong or stolen.

Traces of people last a week (`tracing`); what carries the import's id itself lasts as long as the row.
"""

import uuid
from collections.abc import Callable, Iterator

Touched = Callable[[uuid.UUID], Iterator[list[uuid.UUID]]]
"""Takes an import and gives customers in portions; somebody may come twice."""
_rooms: dict[str, Touched] = {}


def declare(key: str, touched: Touched) -> None:
    """Register what a room knows; the same key again replaces it."""
    _rooms[key] = touched


def people(import_id: uuid.UUID) -> Iterator[list[uuid.UUID]]:
    """Everybody of whom the import wrote something."""
    for _key, touched in sorted(_rooms.items()):
        yield from touched(import_id)
