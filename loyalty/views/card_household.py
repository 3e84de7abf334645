"""Sharing from one's own card: an invitation shown by one, taken by the other, each on their own phone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext as _

from cdp.core import bounding, qr
from cdp.core.actors import CUSTOMER
from loyalty.models import Card, Seat
from loyalty.rules.households import REASONS, WORDS, Refusal, Refused, agreed
from loyalty.selectors import households as reading
from loyalty.services import households

INVITE, LOOK, ACCEPT, PART = "invite", "look", "accept", "part"
ACTS = frozenset({INVITE, LOOK, ACCEPT, PART})
MOST = 20
"""Codes from one network in ten minutes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a form: a code to show, whose invitation a typed code is, a sentence, or what is wrong."""

    code: str = ""
    typed: str = ""
    host: str = ""
    told: str = ""
    fault: str = ""


def act(request: HttpRequest, card: Card, now: datetime) -> Outcome:
    """Do what the member asked for on their card."""
    what, typed = request.POST.get("act", ""), request.POST.get("code", "")
    if what in {LOOK, ACCEPT} and not bounding.may(request, "card-household", most=MOST):
        return Outcome(
            typed=typed, fault=_("Many codes came from your connection just now. In ten minutes it works again.")
        )
    try:
        if what == INVITE:
            return Outcome(code=households.invite(customer=card.customer_id, now=now))
        if what == PART:
            households.leave(customer=card.customer_id, why=Seat.Why.LEFT, actor=CUSTOMER, now=now)
            return Outcome(told=_("You share with nobody any more. What is left of your own is yours."))
        if what == ACCEPT:
            households.accept(customer=card.customer_id, code=typed, agreed=agreed(), now=now)
            return Outcome(told=_("You share from now on."))
        host = reading.inviter(typed, at=now)
        if host is None:
            raise Refused(Refusal.UNKNOWN_CODE)
        return Outcome(typed=typed, host=reading.first_name(host) or _("A member"))
    except Refused as refused:
        return Outcome(typed=typed, fault=str(REASONS[refused.reason]))


def shown(who: Card, outcome: Outcome, now: datetime) -> Mapping[str, object]:
    """What stands on the card; empty where nobody may share and this one does not."""
    top = reading.standing(who.customer_id)
    shared = reading.of(top) if top else None
    limit = reading.limit(now)
    if shared is None and limit < 2:
        return {}
    return {
        "names": [name or _("a member") for name in shared.names] if shared else [],
        "own": reading.own_points(top, at=now) if shared and top else "",
        "has_place": (shared.members if shared else 1) < limit,
        "limit": limit,
        "words": WORDS,
        "outcome": outcome,
        "drawn": qr.svg(outcome.code) if outcome.code else "",
    }
