"""Whose it is what was no purchase: the row behind the cause of an act, wherever merging and parting brought it."""

import re
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from types import MappingProxyType

from django.db.models import Model

from events.models import Event
from loyalty.models import DrawWin, Hold, Member, Referral
from surveys.models import Response, Review, RewardClaim

FACTS: Mapping[str, type[Model]] = MappingProxyType(
    {
        "join": Member,
        "opening": Member,
        "birthday": Member,
        "draw": DrawWin,
        "review": Review,
        "event": Event,
        "referral": Referral,
        "referred": Referral,
        "reward": Hold,
        "survey:response": Response,
        "survey:claim": RewardClaim,
    }
)
"""By the beginning of a cause, the table of the row whose id follows: `survey:response:<id>`, `join:<id>:<rule>`."""
_BY = MappingProxyType({"referral": "by"})
"""Whose what brought something is, where that is not who has the row: who brought somebody else."""
HANDED = frozenset({"opening", "referral", "referred", "reward"})
"""What is booked once, with what it is for: where that goes to somebody else, nobody books it there again."""
_CAUSE = re.compile(r"^([a-z:_]+):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")


def fact(cause: str) -> tuple[str, uuid.UUID] | None:
    """What a cause is about and the id of its row; None for one that tells no row of a table known here."""
    found = _CAUSE.match(cause)
    return (found[1], uuid.UUID(found[2])) if found and found[1] in FACTS else None


def owners(causes: Collection[str], rows: Collection[uuid.UUID]) -> dict[str, uuid.UUID]:
    """Which of these customers' rows has what each of these causes is about; what is with none of them is left out.

    One query for each kind of fact.
    """
    wanted: dict[str, dict[uuid.UUID, list[str]]] = defaultdict(lambda: defaultdict(list))
    for cause in causes:
        about = fact(cause)
        if about:
            wanted[about[0]][about[1]].append(cause)
    found: dict[str, uuid.UUID] = {}
    for kind, ids in wanted.items():
        whose = _BY.get(kind, "customer_id")
        holders = FACTS[kind]._default_manager.filter(**{f"{whose}__in": rows}, pk__in=list(ids))
        for row, customer in holders.values_list("pk", whose):
            found |= dict.fromkeys(ids[row], customer)
    return found
