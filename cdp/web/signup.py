"""Taking a sign-up: who it is, and exactly what they allowed."""

import datetime as dt
from collections.abc import Sequence

from django.db import transaction

from cdp.core.actors import CUSTOMER
from cdp.core.models import Source
from consent.selectors import policies
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

    Anybody may type anybody's address here, so a person we know already keeps name and language as they are; only new
    ways of contact, interests and permissions are taken.
    """
    source, _ = Source.objects.get_or_create(key=SOURCE, defaults={"name": "Sign-up form", "kind": Source.Kind.FORM})
    with transaction.atomic():
        (resolution,) = identity.resolve_many([person], source=source, now=now, is_stranger=True)
        version = policies.current_version("privacy", at=now)
        for purpose, channel, words in chosen:
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
