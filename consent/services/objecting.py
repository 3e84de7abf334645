"""An objection and the taking back of every consent: refusals in the ledger, many at once, by one service each.

Both are words of a person like any other, so the gate needs to know nothing of them; a later "yes" lifts them again.
"""

import datetime as dt
import uuid
from collections.abc import Callable

from django.db import transaction

from cdp.core import audit, pipeline
from cdp.core.actors import Actor
from consent.models import ConsentState
from consent.rules.jurisdiction import Law
from consent.rules.ledger import REFUSALS
from consent.rules.packs import Basis
from consent.selectors import jurisdiction, purposes
from consent.services import grants
from customers.services import standing

ADVERTISING = frozenset({"marketing", "marketing_night"})
"""Purposes whose objection the law never weighs against anything (GDPR 21(2–3), PDPA s.32)."""
PROFILING = "profiling"
"""Ends with an objection whatever a law calls its basis: the page says so, and asking anew is a press away."""
METHOD = "request"


class UnableToObject(Exception):
    """There is no such person (any more)."""


def object_(*, customer: uuid.UUID, source: str, actor: Actor, at: dt.datetime, language: str = "") -> int:
    """Refuse every purpose that rests on legitimate interest, profiling, and all advertising on all channels.

    How many refusals were written; what was refused before is not written again. Raises UnableToObject.
    """
    ends = ADVERTISING | {PROFILING}
    return _refuse(
        lambda _customer, law, purpose, channel: purpose in ends or law.rests_on_interest(purpose, channel),
        action=audit.Action.OBJECTION_RECORDED,
        customer=customer,
        source=source,
        actor=actor,
        at=at,
        language=language,
    )


def stop_advertising(*, customer: uuid.UUID, source: str, actor: Actor, at: dt.datetime, language: str = "") -> int:
    """Refuse all advertising on all channels: what of an objection nobody may refuse. Raises UnableToObject."""
    return _refuse(
        lambda _customer, _pack, purpose, _channel: purpose in ADVERTISING,
        action=audit.Action.OBJECTION_RECORDED,
        customer=customer,
        source=source,
        actor=actor,
        at=at,
        language=language,
    )


def withdraw(*, customer: uuid.UUID, source: str, actor: Actor, at: dt.datetime, language: str = "") -> int:
    """Take back every consent the person has given; how many there were. What a contract owes is none: codes and the
    answer to this very wish still arrive. Raises UnableToObject.
    """
    allowed: dict[uuid.UUID, set[tuple[str, str]]] = {}

    def is_given(here: uuid.UUID, law: Law, purpose: str, channel: str) -> bool:
        if here not in allowed:
            states = ConsentState.objects.filter(customer_id=here, is_granted=True)
            allowed[here] = set(states.values_list("purpose", "channel"))
        return (purpose, channel) in allowed[here] and law.basis(purpose, channel) is not Basis.CONTRACT

    return _refuse(
        is_given,
        action=audit.Action.WITHDRAWAL_RECORDED,
        customer=customer,
        source=source,
        actor=actor,
        at=at,
        language=language,
    )


def _ways(customer: uuid.UUID) -> list[tuple[str, str]]:
    """Every purpose by every way it is asked by, and those that were taken away since somebody spoke of them."""
    known = purposes.channels()
    said = ConsentState.objects.filter(customer_id=customer, purpose__in=known).values_list("purpose", "channel")
    offered = {(purpose, channel) for purpose, channels in known.items() for channel in channels}
    return sorted(offered | set(said))


def _refuse(
    concerns: Callable[[uuid.UUID, Law, str, str], bool],
    *,
    action: audit.Action,
    customer: uuid.UUID,
    source: str,
    actor: Actor,
    at: dt.datetime,
    language: str,
) -> int:
    with transaction.atomic():
        here = standing.hold([customer]).get(customer)
        if here is None:
            raise UnableToObject
        law = jurisdiction.of_customer(here)
        refused = set(
            ConsentState.objects.filter(customer_id=here, status__in=REFUSALS).values_list("purpose", "channel")
        )
        rows = [
            grants.GrantRow(
                customer=here,
                purpose=purpose,
                channel=channel,
                granted=False,
                at=at,
                source=source,
                method=METHOD,
                language=language,
            )
            for purpose, channel in _ways(here)
            if (purpose, channel) not in refused and concerns(here, law, purpose, channel)
        ]
        written = grants.record_many(rows, actor=actor, now=at, lane=pipeline.INTERACTIVE).written
        audit.record(action, actor=actor, at=at, customer=here, details={"refusals": written, "source": source})
    return written
