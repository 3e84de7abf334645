"""The one way of taking a public form: who it is, what they told, and exactly what they allowed, in one transaction.

Anybody may type anybody's address into a form (decision 5): a person we know already keeps name, language and ways of
contact; a box that the person has refused or withdrawn before stays refused; where the law asks for a confirmation by
mail nothing is granted before there is one. The answer on the screen is the same for all of them.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction

from cdp.core import receipts
from cdp.core.actors import CUSTOMER
from cdp.core.models import Source
from consent.models import ConsentState
from consent.selectors import packs, policies
from consent.services import grants
from customers.rules.arrivals import Origin
from customers.rules.people import Person
from customers.services import arrivals, identity
from customers.services.identity import deciding

FORMS = {"signup": "Sign-up form", "warranty": "Warranty form", "preorder": "Pre-order form"}
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
    """One form as it was sent. `chosen`: purpose, channel and words of each ticked box; `shown`: the words of all."""

    form: str
    token: receipts.Token
    content: object
    person: Person
    chosen: Sequence[tuple[str, str, str]]
    shown: Sequence[str]
    language: str
    origin: Origin


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
        (resolved_by,) = deciding.resolved_by([sending.person], [resolution.customer], source=source)
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
        answer = facts(told)
        _grant(sending, told)
        return receipts.finish(claim, answer)


def _grant(sending: Sending, told: Told) -> None:
    """Record each ticked box with the words beside it and the policy that held."""
    person, today = sending.person, told.now.date()
    pack = packs.of_country(person.country)
    if pack.asks_twice(person.country) or _age(person, today) < pack.ages.guardian_alone_under:
        return
    refused = set(
        ConsentState.objects.filter(customer_id=told.customer, is_granted=False).values_list("purpose", "channel")
    )
    version = policies.current_version("privacy", at=told.now)
    for purpose, channel, words in sending.chosen:
        if (purpose, channel) in refused:
            continue
        grants.record(
            customer=told.customer,
            purpose=purpose,
            channel=channel,
            granted=True,
            at=told.now,
            source=told.source,
            method="form",
            actor=CUSTOMER,
            policy_version=version,
            language=sending.language,
            evidence={"form": sending.form, "text": words, "shown": list(sending.shown)},
        )


def _age(person: Person, today: dt.date) -> int:
    """Years as told in the form; a person who told no birthday counts as of age, as everywhere."""
    born = person.birth_date
    if born is None:
        return 200
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


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
