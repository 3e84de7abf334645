"""The one way of taking a public form: who it is, what they told, and exactly what they allowed, in one transaction.

Anybody may type anybody's address into a form (decision 5): a person we know already keeps name, language and ways of
contact; what the person has refused or withdrawn before, and all where the law asks for a confirmation by mail, is
granted only after one. The answer on the screen is the same for all of them.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from cdp.core import receipts
from cdp.core.actors import CUSTOMER
from cdp.core.models import Source
from consent.models import ConsentRecord
from consent.rules import notices
from consent.services import gpc, served, terms, ticks
from customers.rules.arrivals import Origin
from customers.rules.people import Person
from customers.services import arrivals, identity
from customers.services.identity import deciding

FORMS = {
    "signup": "Sign-up form",
    "warranty": "Warranty form",
    "preorder": "Pre-order form",
    "feedback": "Review form",
}
NEXT_STEP = "next_step"
"""What the thanks say of what follows: email, sms, guardian, again or nothing."""
PLACES = {"qr-counter": "QR code at the counter", "kiosk": "Tablet in the shop"}
"""Places that are sources of people by themselves; a shop makes others in the admin, of the kind form."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the rooms need to keep their part of a form."""

    customer: uuid.UUID
    source: str
    resolved_by: bytes | None
    now: dt.datetime


@dataclass(frozen=True, slots=True)
class Sending:
    """One form as it was sent. `chosen`: purpose, channel and words of each ticked box, `left_alone` of each other;
    `shown`: the words of all; `proof`: the network and the browser; `is_private`: that browser says that nothing may be
    sold or shared.
    """

    form: str
    token: receipts.Token
    content: object
    person: Person
    chosen: Sequence[tuple[str, str, str]]
    shown: Sequence[str]
    language: str
    origin: Origin
    proof: Mapping[str, str] = field(default_factory=dict)
    is_private: bool = False
    versions: Mapping[str, str] = field(default_factory=dict)  # of every text that stood in it
    accepts_terms: bool = False
    left_alone: Sequence[tuple[str, str, str]] = ()


def take(sending: Sending, *, facts: Callable[[Told], Mapping[str, str]], now: dt.datetime) -> receipts.Taken:
    """Know the person, keep the facts, record each ticked box. Sent again, the answer is the first one and nothing is
    written. `facts` writes what this form is about and returns what the thanks say.

    Raises receipts.Stale, and identity.UnableToResolve when others who write the same person were faster every time.
    """
    claim = receipts.claim_of(sending.form, sending.token, sending.content)
    with transaction.atomic():
        savepoint = transaction.savepoint()
        try:
            before = receipts.begin(claim, now=now)
        except receipts.Stale:
            transaction.savepoint_rollback(savepoint)
            raise
        if before is not None:
            transaction.savepoint_rollback(savepoint)
            return before
        source = _source(sending)
        (resolution,) = identity.resolve_many(
            [sending.person],
            source=source,
            now=now,
            is_stranger=True,
            teller=identity.Teller.SELF,
            by=f"form:{sending.form}",
        )
        (resolved_by,) = deciding.decided_by([sending.person], [resolution], source=source)
        told = Told(resolution.customer, source.key, resolved_by, now)
        arrivals.note(
            customer=told.customer,
            form=sending.form,
            place=sending.origin.place,
            campaign=sending.origin.campaign,
            language=sending.language,
            resolved_by=resolved_by,
            at=now,
        )
        answer = {**facts(told), NEXT_STEP: _grant(sending, told)}
        if resolution.outcome is identity.Outcome.CREATED:  # a form that nobody proved stops nothing of who was known
            _leave_alone(sending, told)
        if sending.is_private:
            gpc.refuse(customer=told.customer, proof=sending.proof, page=sending.form, at=now)
        _keep_what_was_shown(sending, told)
        return receipts.finish(claim, answer)


def _keep_what_was_shown(sending: Sending, told: Told) -> None:
    """Which texts stood there in which version, what came of them, and that the terms were accepted."""
    place = notices.of_disclosure("form", sending.form)
    written = list(
        ConsentRecord.objects.filter(
            customer_id=told.customer, recorded_at=told.now, source=told.source, method="form"
        ).values_list("id", flat=True)
    )
    served.answered_by(
        customer=told.customer,
        place=place,
        token=sending.token.name,
        versions=sending.versions,
        language=sending.language,
        shown_at=sending.token.shown_at,
        agreed=len(sending.chosen),
        records=written,
        at=told.now,
    )
    if sending.accepts_terms and (version := sending.versions.get(notices.TERMS)):
        terms.accept(customer=told.customer, version=version, language=sending.language, place=place, at=told.now)
    transaction.on_commit(
        lambda: served.count(
            place=place,
            language=sending.language,
            versions=sending.versions,
            day=told.now.date(),
            answered=1,
            agreed=int(bool(sending.chosen)),
        )
    )


def _grant(sending: Sending, told: Told) -> str:
    """Record each ticked box that counts, with the words beside it and the policy that held; what follows, as the
    thanks say it (`ticks.next_step`).
    """
    boxes, form = [ticks.Box(*box) for box in sending.chosen], _form(sending, told)
    ticks.record(customer=told.customer, boxes=boxes, form=form, now=told.now)
    return ticks.next_step(boxes, form)


def _leave_alone(sending: Sending, told: Told) -> None:
    """Record what it says that boxes were not ticked (`ticks.leave_alone`)."""
    boxes = [ticks.Box(*box) for box in sending.left_alone]
    ticks.leave_alone(customer=told.customer, boxes=boxes, form=_form(sending, told), now=told.now)


def _form(sending: Sending, told: Told) -> ticks.Form:
    return ticks.Form(
        source=told.source,
        method="form",
        at=told.now,
        actor=CUSTOMER,
        language=sending.language,
        form=sending.form,
        place=sending.origin.place,
        country=sending.person.country,
        birth_date=sending.person.birth_date,
        email=sending.person.email,
        phone=sending.person.phone,
        evidence={"form": sending.form, "shown": list(sending.shown), **sending.proof},
    )


def _source(sending: Sending) -> Source:
    """The source of the person: the place where the address was found, if the shop knows it, else the form itself."""
    place = sending.origin.place
    if place in PLACES:
        return _ensured(place, PLACES[place])
    if place and (known := Source.objects.filter(key=place, kind=Source.Kind.FORM).first()):
        return known
    return _ensured(sending.form, FORMS[sending.form])


def _ensured(key: str, name: str) -> Source:
    return Source.objects.get_or_create(key=key, defaults={"name": name, "kind": Source.Kind.FORM})[0]
