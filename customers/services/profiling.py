"""Taking down what a customer said to a question: the answer, "still right", "rather not say" or "not now"."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cdp.core import audit, ids
from cdp.core.actors import Actor
from cdp.core.models import Source
from customers.models import Asked, Customer
from customers.rules import homes, people, profiling, telling
from customers.rules.people import Person
from customers.rules.profiling import Input, Item, Reply
from customers.selectors import lineage, questions
from customers.services import profiles

Told = Mapping[str, str | Sequence[str]]


class UnableToAnswer(Exception):
    """The answer cannot be kept; `faults` are sentences by field ("" for the answer as a whole)."""

    def __init__(self, faults: Mapping[str, object]) -> None:
        super().__init__("the answer cannot be read")
        self.faults = dict(faults)


def reply(
    *,
    customer: uuid.UUID,
    question: str,
    said: Reply,
    told: Told,
    context: profiling.Context,
    source: Source,
    actor: Actor,
    at: datetime,
) -> None:
    """Write down one reply; what was told goes into the profile with its source and the change log.

    `told` are the raw texts by field (or by the question's own key, where it fills a tag). Raises UnableToAnswer,
    `profiles.UnableToEdit`, and IdentityConflict where an address or number belongs to somebody else.
    """
    item = profiling.ITEMS.get(question)
    if item is None:
        raise UnableToAnswer({"": _("This question is not known.")})
    if said is not Reply.TOLD and any(_is_said(value) for value in told.values()):
        raise UnableToAnswer({"": _("There is an answer, and that none was given. Keep one of them.")})
    person = _read(item, told, customer) if said is Reply.TOLD else None
    with transaction.atomic():
        if person is not None:
            if item.tag:
                _keep_others(item, person, customer)
            profiles.edit(customer=customer, person=person, source=source, actor=actor, at=at)
        elif not Customer.objects.filter(id=customer, status__in=lineage.LIVING).exists():
            raise profiles.UnableToEdit
        row = Asked(
            id=ids.uuid7(),
            customer_id=customer,
            question=item.key,
            reply=said,
            at=at,
            context=context,
            source=source.key,
            author_id=actor.id,
        )
        # The latest word is the one that counts; two clerks who ask at once leave one row.
        Asked.objects.bulk_create(
            [row],
            update_conflicts=True,
            unique_fields=["customer", "question"],
            update_fields=["reply", "at", "context", "source", "author_id"],
        )
        audit.record(
            audit.Action.PROFILE_ASKED,
            actor=actor,
            at=at,
            customer=customer,
            subject=item.key,
            details={"question": item.key, "reply": said.value, "context": context.value, "source": source.key},
        )


def _read(item: Item, told: Told, customer: uuid.UUID) -> Person:
    if item.input is Input.CHOICE:
        value = told.get(item.key) or told.get(item.fields[0] if item.fields else "") or ""
        # Ranges and fixed words only: what is typed around the form is not kept.
        if not isinstance(value, str) or value not in {code for code, _label in questions.choices(item)}:
            raise UnableToAnswer({item.key: _("Choose one of the answers.")})
        if item.tag:
            return Person(tags=(f"{item.tag}{value}",))
        told = {item.fields[0]: value}
    given: dict[str, str | Sequence[str] | None] = {field: told[field] for field in item.fields if told.get(field)}
    if not any(_is_said(value) for value in given.values() if value):
        raise UnableToAnswer({item.key: _("Write down the answer first.")})
    country = Customer.objects.filter(id=customer).values_list("country", flat=True).first() or ""
    rules = people.Rules(region=settings.CDP_SHOP_COUNTRY, today=timezone.localdate(), dayfirst=True)
    person, faults = homes.read(lambda rules_: telling.read(given, rules_, country=country), rules)
    if faults:
        raise UnableToAnswer({fault.field: fault.problem.reason for fault in faults})
    # Silence about a part of the answer (no province) forgets nothing.
    person.cleared = frozenset()
    if not any(getattr(person, field) for field in item.fields):
        raise UnableToAnswer({item.key: _("Write down the answer first.")})
    return person


def _is_said(value: str | Sequence[str]) -> bool:
    return bool(value.strip() if isinstance(value, str) else [word for word in value if word.strip()])


def _keep_others(item: Item, person: Person, customer: uuid.UUID) -> None:
    """A tag takes the place of the one of its kind, and leaves the others alone. No key is claimed here, so the row may
    be locked first.
    """
    row = Customer.objects.select_for_update().filter(id=customer).only("id", "tags").first()
    others = [tag for tag in (row.tags if row else ()) if not tag.startswith(item.tag)]
    person.tags = (*others, *person.tags)
