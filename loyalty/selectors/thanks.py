"""What staff thank for: a review, a ticket, an answer, a comment or a word at the counter; and whether somebody did."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customers.selectors import lineage
from loyalty.models import Act, Adjustment, Coupon, Offer
from loyalty.rules.numbering import number
from loyalty.selectors import benefits, purses, wallets
from surveys.models import Response, Review, SocialAct, Ticket

WORD, REASON = "word", "thanks"
KINDS: Mapping[str, type[Model] | None] = MappingProxyType(
    {"review": Review, "ticket": Ticket, "answer": Response, "comment": SocialAct, WORD: None}
)
NAMES: Mapping[str, Promise] = MappingProxyType(
    {
        "review": _("In a review"),
        "ticket": _("In a ticket"),
        "answer": _("In an answer to a questionnaire"),
        "comment": _("In a comment"),
        WORD: _("Told to a colleague"),
    }
)
"""Where the suggestion was made, by the beginning of what an act is about."""
_NAMES = uuid.UUID("2f0c2a52-3f53-4c55-8f0c-0a55c1b6a3de")


@dataclass(frozen=True, slots=True)
class Thing:
    """What one customer (who stands for themselves) is thanked for."""

    kind: str
    customer: uuid.UUID
    id: uuid.UUID

    @property
    def name(self) -> str:
        """As an act or an adjustment keeps it."""
        return f"{self.kind}:{self.id}"

    @property
    def reference(self) -> str:
        """Its number among what staff give: told again, it is the same."""
        return f"{REASON}:{self.name}"

    @property
    def mark(self) -> uuid.UUID:
        """What a coupon for it is given for."""
        return uuid.uuid5(_NAMES, self.name)


@dataclass(frozen=True, slots=True)
class Thanked:
    """Who thanked for it, when and with what; it may wait for a second person."""

    by: uuid.UUID | None
    at: datetime
    what: str
    is_waiting: bool = False


def find(kind: str, customer: uuid.UUID, thing: uuid.UUID) -> Thing | None:
    """What an address names; None for what is not there, or somebody else's."""
    who = lineage.standing([customer]).get(customer)
    if who is None or kind not in KINDS:
        return None
    model = KINDS[kind]
    if model is not None and not model._default_manager.filter(customer_id__in=lineage.of(who), id=thing).exists():
        return None
    return Thing(kind, who, thing)


def thanked(thing: Thing) -> Thanked | None:
    """Whether somebody has thanked for it, whichever way. Three queries."""
    people = purses.writers(lineage.of(thing.customer))
    known = wallets.every()
    cause = f"told:{number('staff', thing.reference).hex}"
    act = Act.objects.filter(customer_id__in=people, kind=Act.Kind.ADJUST, cause=cause).order_by("id").first()
    if act is not None:
        wallet = known.get(act.wallet) or wallets.unknown(act.wallet)
        return Thanked(act.actor_id, act.at, wallet.counted(act.change))
    coupon = Coupon.objects.filter(customer_id__in=people, given_for=thing.mark).order_by("id").first()
    if coupon is not None:
        by = (coupon.details or {}).get("by")
        return Thanked(uuid.UUID(by) if by else None, coupon.issued_at, benefits.words(coupon.gives))
    waiting = Adjustment.objects.filter(
        customer_id__in=people, about=thing.name, state=Adjustment.State.WAITING
    ).first()
    if waiting is None:
        return None
    wallet = known.get(waiting.wallet) or wallets.unknown(waiting.wallet)
    return Thanked(waiting.asked_by, waiting.asked_at, wallet.counted(waiting.amount), is_waiting=True)


def offers() -> list[Offer]:
    """Coupons that staff may say thank you with: those that are given by hand."""
    return list(Offer.objects.filter(why=Offer.Why.HAND, is_on=True).order_by("key"))
