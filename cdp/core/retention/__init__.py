"""How long each kind of data is kept, and how it goes.

registry  which kinds there are, declared by the rooms
terms     days, months and years of the calendar
finding   which rows are over; the same condition for the dry run and the run
removing  how a portion goes
"""

from cdp.core.retention.registry import (
    Action,
    Follow,
    Gone,
    Kind,
    Row,
    Start,
    WholePart,
    brief,
    declare,
    exempt,
    sign_of_life,
)
from cdp.core.retention.terms import Term, Unit

__all__ = [
    "Action",
    "Follow",
    "Gone",
    "Kind",
    "Row",
    "Start",
    "Term",
    "Unit",
    "WholePart",
    "brief",
    "declare",
    "exempt",
    "sign_of_life",
]
