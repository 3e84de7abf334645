"""What upper rooms have to say of an event that was stored: that nothing came of it, and why.

An event is stored as it came. Whether an order, a refund or a cart was written of it is known by the room above, which
declares here (in its declarations.py) who tells; pages of this room show it beside the event.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from events.selectors.latest import Latest


@dataclass(frozen=True, slots=True)
class Remark:
    """`text` says in a few words what did not come of it, `why` explains; `url` leads to more of that kind. With
    `is_wrong` somebody has to mend something; without it waits, or is so on purpose.
    """

    text: str
    why: str
    url: str = ""
    is_wrong: bool = False


Teller = Callable[[Sequence[Latest]], Mapping[uuid.UUID, Remark]]
_tellers: list[Teller] = []


def declare(teller: Teller) -> None:
    """Let a room say something of events."""
    if teller not in _tellers:
        _tellers.append(teller)


def of(events: Sequence[Latest]) -> dict[uuid.UUID, Remark]:
    """What there is to say of these events; most have none."""
    found: dict[uuid.UUID, Remark] = {}
    for teller in _tellers:
        found.update(teller(events))
    return found
