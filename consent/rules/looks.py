"""What is unusual about a look at people's data. Nothing of it is proof of a fault; it is worth a question."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import time

MANY = 300
"""So many different people in one hour are more than the work of a counter, a phone or a list of segments brings."""
NIGHT = (time(22), time(6))


def is_night(at: time) -> bool:
    """Whether a time of day in the shop's zone lies where nobody is expected at work."""
    return at >= NIGHT[0] or at < NIGHT[1]


def is_many(people: int) -> bool:
    """Whether that many different people in one hour are too many."""
    return people > MANY


def shares_name(staff: str, people: Iterable[Sequence[str]]) -> bool:
    """Whether a colleague bears the family name of somebody looked at: `people` are (whole name, family name) of each.

    A family name of one letter tells nothing, and of Korean ones, which half a country shares, only a whole name does.
    """
    own = {_folded(part) for part in staff.split() if len(part) > 1}
    if not own:
        return False
    for name, family in people:
        if _folded(name) == _folded(staff):
            return True
        if len(family) > 1 and _folded(family) in own:
            return True
    return False


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
