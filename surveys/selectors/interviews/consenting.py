"""Which testimonials stand: each by its own record in the ledger, and only while nothing was taken back since.

The word in force of the purpose is not enough: who took everything back and then allows other words allows those alone.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from cdp.core.leaving import Decision
from consent.models import ConsentRecord
from consent.rules.ledger import YES
from consent.selectors import ledger, purposes
from consent.services import gate
from customers.selectors import merges
from surveys.models import Testimonial

PURPOSE, CHANNEL = purposes.TESTIMONIAL, "any"


def standing(rows: Sequence[Testimonial], *, at: dt.datetime) -> set[uuid.UUID]:
    """Those of these testimonials that their people allow at that moment; a few queries, however many."""
    told = told_yes(rows)
    people = {row.customer_id for row in rows if row.id in told}
    if not people:
        return set()
    allowed = {who for who, decision in _decided(people, at=at).items() if decision.is_allowed}
    return {row.id for row in rows if row.id in told and row.customer_id in allowed}


def told_yes(rows: Sequence[Testimonial]) -> set[uuid.UUID]:
    """Those whose own record is a "yes" after which nothing was taken back, whatever else forbids to show them now."""
    wanted = [row for row in rows if row.consent_id is not None]
    if not wanted:
        return set()
    said = _said({row.customer_id for row in wanted})
    return {row.id for row in wanted if _holds(row, said[row.customer_id])}


def _decided(people: set[uuid.UUID], *, at: dt.datetime) -> dict[uuid.UUID, Decision]:
    return gate.decide_many(people, purpose=PURPOSE, channel=CHANNEL, at=at)


def _said(people: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[ConsentRecord]]:
    """What counts of each person's words about showing what they said. Records stay with whom they were told of."""
    wanted = set(people)
    stands_for = {who: who for who in wanted} | {
        one.absorbed: who for who, joined in merges.trees(wanted).items() for one in joined if one.until is None
    }
    found: dict[uuid.UUID, list[ConsentRecord]] = defaultdict(list)
    for record in ledger.counting(stands_for).filter(purpose=PURPOSE, channel=CHANNEL).defer("evidence"):
        found[stands_for[record.customer_id]].append(record)
    return found


def _holds(row: Testimonial, said: Sequence[ConsentRecord]) -> bool:
    own = next((record for record in said if record.id == row.consent_id and record.status in YES), None)
    return own is not None and not any(record.status not in YES and record.at >= own.at for record in said)
