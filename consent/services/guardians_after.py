"""The guardian's own page after their yes: what they allowed, whether it still counts, and taking it back.

The link is the one they answered by, so it is theirs and not the child's; it holds until the child decides alone.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from cdp.core.actors import CUSTOMER
from consent.models import Guardianship
from consent.rules.ledger import REFUSALS
from consent.selectors import ledger, policies, purposes
from consent.services import grants, guardians
from customers.selectors import lineage
from customers.services import standing


@dataclass(frozen=True)
class Box:
    """One thing that was allowed, in the words of today, and whether it still is: the child may have stopped it."""

    name: str
    words: str
    is_on: bool


@dataclass(frozen=True)
class Own:
    """What the guardian's page shows after they allowed something. `child` is the given name, where one is known."""

    row: Guardianship
    child: str
    boxes: Sequence[Box]


def read(token: str, *, now: dt.datetime, language: str = "") -> Own:
    """What stands of it, in that language (default: that of the question). Raises guardians.Unanswerable."""
    row = guardians.find(token)
    if row.state == Guardianship.State.REFUSED:
        raise guardians.Unanswerable("used")
    if guardians.is_over(row, at=now):
        raise guardians.Unanswerable("grown")
    if row.state != Guardianship.State.CONFIRMED:
        raise guardians.Unanswerable("expired")
    holder = lineage.standing([row.customer_id]).get(row.customer_id, row.customer_id)
    said = list(ledger.states([holder]))
    outdated = ledger.outdated(said, at=now)
    on = {(one.purpose, one.channel) for one in said if one.is_granted} - outdated
    worded = purposes.boxes_of_today(
        [(purpose, channel) for purpose, channel in row.boxes], language or row.language, is_guardian=True
    )
    boxes = [Box(f"{purpose}:{channel}", words, (purpose, channel) in on) for (purpose, channel), words in worded]
    return Own(row, guardians.child_of(row), boxes)


def take_back(token: str, *, chosen: Collection[str] | None, proof: Mapping[str, Any], at: dt.datetime) -> int:
    """Take back what is chosen (by name; None: everything); how many refusals were written. Twice is fine.

    From then on nobody's "yes" for that child stands behind these boxes, whichever guardian gave it.
    Raises guardians.Unanswerable, with "grown" from the day on which the child decides alone.
    """
    with transaction.atomic():
        held = standing.hold([guardians.find(token).customer_id])
        row = guardians.find(token)
        if guardians.is_over(row, at=at):
            raise guardians.Unanswerable("grown")
        if row.state != Guardianship.State.CONFIRMED:
            raise guardians.Unanswerable("used")
        if row.customer_id not in held:
            raise guardians.Unanswerable("expired")
        holder = held[row.customer_id]
        off = [
            (purpose, channel) for purpose, channel in row.boxes if chosen is None or f"{purpose}:{channel}" in chosen
        ]
        refused = {(one.purpose, one.channel) for one in ledger.states([holder]) if one.status in REFUSALS}
        version = policies.current_version("privacy", at=at)
        for purpose, channel in off:
            if (purpose, channel) not in refused:
                grants.record(
                    customer=holder,
                    purpose=purpose,
                    channel=channel,
                    granted=False,
                    at=at,
                    source=guardians.METHOD,
                    method=guardians.METHOD,
                    actor=CUSTOMER,
                    policy_version=version,
                    language=row.language,
                    evidence={"guardian": guardians.opened(row, "name"), "by": "link in a message", **proof},
                )
        _shrink(lineage.of(holder), off, at=at)
        taken = [box for box in off if box not in refused]
        if taken:
            worded = purposes.boxes_of_today(taken, row.language, is_guardian=True)
            guardians.confirm_no(row, [words for _box, words in worded], is_refused=False, at=at)
    return len(taken)


def _shrink(people: Collection[Any], off: Collection[tuple[str, str]], *, at: dt.datetime) -> None:
    """Leave no guardian's word behind these boxes: the gate asks for one as long as the child is a child."""
    taken = {tuple(box) for box in off}
    for row in Guardianship.objects.filter(customer_id__in=people, state=Guardianship.State.CONFIRMED):
        left = [box for box in row.boxes if tuple(box) not in taken]
        if len(left) == len(row.boxes):
            continue
        changes: dict[str, Any] = {"boxes": left} if left else {"state": Guardianship.State.REFUSED, "decided_at": at}
        Guardianship.objects.filter(customer_id=row.customer_id, id=row.id).update(**changes)
