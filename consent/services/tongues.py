"""In which language somebody wants to be written to."""

import datetime as dt

from django.conf import settings

from cdp.core.actors import Actor
from cdp.core.models import Source
from customers.models import Customer
from customers.rules.people import Person
from customers.services import profiles

SOURCE = "preferences"


def speak(person: Customer, language: str, *, actor: Actor, at: dt.datetime) -> bool:
    """Keep the language that somebody chose for themselves; whether that was new."""
    if language not in dict(settings.LANGUAGES) or person.language == language:
        return False
    source, _ = Source.objects.get_or_create(
        key=SOURCE, defaults={"name": "Preference centre", "kind": Source.Kind.FORM}
    )
    profiles.edit(customer=person.id, person=Person(language=language), source=source, actor=actor, at=at, is_self=True)
    return True
