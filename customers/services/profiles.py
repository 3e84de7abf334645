"""Making and changing one profile by a known hand: REST, staff, the counter. Files and events use `identity` directly.

One door for all: check, lock, decide, write, audit with old and new values (sealed under the person's own key), mark.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from cdp.core import audit, pipeline, webhooks
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from cdp.core.models import Source
from customers.models import Customer, Status
from customers.rules import matching, provenance
from customers.rules.people import Person
from customers.rules.provenance import Word
from customers.selectors import profiles as reading
from customers.selectors import suppressions as barring
from customers.services import editing, identity, suggestions, suppressions, tellings
from customers.services.identity.resolving import IdentityConflict

STAFF_SOURCE = "staff"


class UnableToEdit(Exception):
    """The customer is merged, erased or unknown."""


@dataclass(frozen=True, slots=True)
class Saved:
    """Who it is, and whether that person is new."""

    customer: uuid.UUID
    is_new: bool


def save(person: Person, *, source: Source, actor: Actor, at: datetime, is_self: bool = False) -> Saved:
    """Find the person by their identifiers or make them; what was told is written, what was cleared is emptied.

    Raises IdentityConflict when the identifiers belong to several customers: nothing of the person is written then,
    but a suggestion for a steward is kept, with its audit row, in a transaction of its own. Raises Suppressed for
    somebody who was forgotten, unless `is_self`: the person acts.
    """
    try:
        with transaction.atomic():
            return _save(person, source=source, actor=actor, at=at, is_self=is_self)
    except IdentityConflict as conflict:
        suggest(conflict.customers, source=source, actor=actor, at=at)
        raise


def _save(person: Person, *, source: Source, actor: Actor, at: datetime, is_self: bool) -> Saved:
    candidates = identity.find(person, source)
    before = reading.opened(candidates, shown=False)
    (found,) = identity.resolve_many(
        [person],
        source=source,
        now=at,
        refuse_conflicts=True,
        teller=identity.Teller.SELF if is_self else identity.Teller.ANSWERED,
        by=fact_of(actor),
        is_correction=True,
    )
    cleared = person.cleared - ({*editing.NAMES} if person.name else set())
    if cleared and found.outcome is not matching.Outcome.CREATED:
        _apply(found.customer, Person(cleared=cleared), source=source, fact=fact_of(actor), at=at)
    after = reading.one(found.customer, shown=False)
    assert after is not None, "a customer who was just written is there"  # noqa: S101
    is_new = found.outcome is matching.Outcome.CREATED
    action = audit.Action.CUSTOMER_CREATED if is_new else audit.Action.CUSTOMER_UPDATED
    # A shared phone resolves by name, so the one found need not be among the candidates.
    old = None if is_new else before.get(found.customer)
    _record(action, old, after, actor=actor, at=at, source=source)
    return Saved(found.customer, is_new)


def edit(
    *,
    customer: uuid.UUID,
    person: Person,
    source: Source,
    actor: Actor,
    at: datetime,
    is_self: bool = False,
    fact: str = "",
) -> None:
    """Say what is true of a customer now: told fields replace, cleared fields become empty, silence changes nothing.
    `fact` names by what it was told, where that says more than whose hand wrote it (`request:R-…`).

    What the shop has stopped collecting is dropped, unless the customer has it: then it may still be put right.

    Raises UnableToEdit, IdentityConflict (a suggestion is kept) when an identifier belongs to somebody else, and
    Suppressed when it belonged to somebody who was forgotten, unless `is_self`: the person acts.
    """
    try:
        with transaction.atomic():
            _let_back(customer, person, source=source, at=at, is_self=is_self)
            person = _collected(customer, person)
            before, after = _apply(customer, person, source=source, fact=fact or fact_of(actor), at=at)
            _record(audit.Action.CUSTOMER_UPDATED, before, after, actor=actor, at=at, source=source)
            pipeline.mark([customer], cause="customers.edited")
    except IdentityConflict as conflict:
        suggest(conflict.customers, source=source, actor=actor, at=at)
        raise


def _collected(customer: uuid.UUID, person: Person) -> Person:
    told = identity.dropped(person)
    if not told:
        return person
    row = Customer.objects.filter(id=customer).values(*told).first() or {}
    standing = [name for name, value in row.items() if value]
    return identity.collected([person], standing=standing)[0]


def _let_back(customer: uuid.UUID, person: Person, *, source: Source, at: datetime, is_self: bool) -> None:
    barred = barring.since({key.digest for key in identity.keys_of(person, source)})
    if barred and not is_self:
        raise identity.Suppressed
    suppressions.lift(((digest, customer) for digest in barred), source=source, at=at)


def _apply(
    customer: uuid.UUID, person: Person, *, source: Source, fact: str, at: datetime
) -> tuple[reading.Profile, reading.Profile]:
    word = Word(source.key, at, fact, not_before=at)
    before = reading.one(customer, shown=False)
    if before is None:
        raise UnableToEdit
    # Keys before the row, in the order in which `identity` takes them: the other way round the two could block
    # each other. The row not stronger than its update needs: who only holds them for a fact (`standing.hold`) does not
    # stand in the way, and may edit as well.
    editing.change_identifiers(before, person, source=source, word=word)
    row = Customer.objects.select_for_update(no_key=True).filter(id=customer).first()
    before = reading.one(row, shown=False) if row else None
    if row is None or before is None or row.status not in {Status.KNOWN, Status.ANONYMOUS}:
        raise UnableToEdit
    keyring = subjects.load([customer])
    editing.change_contacts(before, person, keyring, source=source, word=word)
    columns = editing.change_place(before, person, keyring, word=word)
    changes: dict[str, Any] = columns | editing.columns_of(before, person, keyring)
    if row.status == Status.ANONYMOUS and (person.is_identified or person.name):
        changes["status"] = Status.KNOWN
    origins = provenance.changed(row.origins, editing.words_of(person, word, row.origins))
    if origins is not None:
        changes["origins"] = origins
    Customer.objects.filter(id=customer).update(**changes, updated_at=at)
    after = reading.one(customer, shown=False)
    assert after is not None, "the row is there"  # noqa: S101
    # Who types names the customer by their id: parted later on, it stays with whoever stands for both now.
    tellings.note({customer: [(customer.bytes, editing.outcome_of(after, person, source), word)]}, keyring=keyring)
    return before, after


def fact_of(actor: Actor) -> str:
    """By what a known hand tells: `staff:…`, `key:…` with the id of who it is, `customer` for the person."""
    return f"{actor.kind}:{actor.id}" if actor.id else actor.kind


def _record(
    action: audit.Action,
    before: reading.Profile | None,
    after: reading.Profile,
    *,
    actor: Actor,
    at: datetime,
    source: Source,
) -> None:
    changed = editing.differences(before, after)
    if not changed and action is audit.Action.CUSTOMER_UPDATED:
        return
    audit.record(
        action,
        actor=actor,
        at=at,
        customer=after.id,
        details={"source": source.key, "fields": sorted(changed)},
        personal={field: list(values) for field, values in changed.items()},
    )
    if action is audit.Action.CUSTOMER_UPDATED:
        webhooks.publish(
            "customer.updated", customer=after.id, data={"fields": sorted(changed), "source": source.key}, at=at
        )


def suggest(customers: Sequence[uuid.UUID], *, source: Source, actor: Actor, at: datetime) -> None:
    """Ask a steward whether these customers are one person. Asking again changes nothing."""
    chosen, *rivals = customers
    pairs = [(chosen, rival) for rival in rivals if rival != chosen]
    with transaction.atomic():
        for first, second in suggestions.ask(pairs, source=source, at=at):
            audit.record(
                audit.Action.IDENTITY_CONFLICT,
                actor=actor,
                at=at,
                customer=first,
                details={"other": str(second), "source": source.key},
            )


def staff_source() -> Source:
    """The source of what staff type in themselves; made on first use."""
    return Source.objects.get_or_create(key=STAFF_SOURCE, defaults={"name": "Staff", "kind": Source.Kind.TILL})[0]
