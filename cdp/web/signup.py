"""Taking a sign-up: who it is, and exactly what they allowed."""

import datetime as dt
import uuid
from collections.abc import Sequence

from django.db import transaction

from cdp.core.actors import CUSTOMER
from cdp.core.models import Source
from consent.models import ConsentState
from consent.selectors import packs, policies
from consent.services import grants
from customers.models import Customer
from customers.rules.people import Person
from customers.services import identity

SOURCE = "signup"


def take(
    person: Person,
    *,
    chosen: Sequence[tuple[str, str, str]],
    shown: Sequence[str],
    language: str,
    now: dt.datetime,
) -> Customer:
    """Know the person and record each ticked box with the words beside it, all in one transaction.

    Anybody may type anybody's address here. A person we know already keeps name, language and ways of contact; a box
    that the person has refused or withdrawn before stays refused, and where the law asks for a confirmation by mail
    nothing is granted before there is one. The answer on the screen is the same for all of them.
    """
    source, _ = Source.objects.get_or_create(key=SOURCE, defaults={"name": "Sign-up form", "kind": Source.Kind.FORM})
    with transaction.atomic():
        (resolution,) = identity.resolve_many(
            [person], source=source, now=now, is_stranger=True, teller=identity.Teller.SELF
        )
        if packs.of_country(person.country).asks_twice(person.country):
            chosen = ()
        refused = _refused(resolution.customer)
        version = policies.current_version("privacy", at=now)
        for purpose, channel, words in chosen:
            if (purpose, channel) in refused:
                continue
            grants.record(
                customer=resolution.customer,
                purpose=purpose,
                channel=channel,
                granted=True,
                at=now,
                source=SOURCE,
                method="form",
                actor=CUSTOMER,
                policy_version=version,
                language=language,
                evidence={"form": "signup", "text": words, "shown": list(shown)},
            )
    return Customer.objects.get(id=resolution.customer)


def _refused(customer: uuid.UUID) -> set[tuple[str, str]]:
    """Purposes and channels to which this customer has said no."""
    states = ConsentState.objects.filter(customer_id=customer, is_granted=False)
    return set(states.values_list("purpose", "channel"))
