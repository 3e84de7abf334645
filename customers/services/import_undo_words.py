"""What of a customer's profile only the import told that is taken back, and what others told since (see `import_undo`).

A word is the import's when it names one of its facts; every other word came later, because before the import nobody
knew the customer. Another import that told the same again leaves no word, but notes of whom it told.
"""

import dataclasses
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from cdp.core import ids
from cdp.core.crypto import hourly
from cdp.core.imports import tracing, undoing
from cdp.core.models import Job, Source
from customers.models import ContactPoint
from customers.rules import provenance, settling, taking_back
from customers.rules.people import Person
from customers.services import import_trace
from customers.services.identity import contacts

_ID = 16


class Words(NamedTuple):
    """The words of one import about people it made: its facts, and by customer what it told of them later on."""

    source: str
    facts: frozenset[str]
    later: Mapping[uuid.UUID, Sequence[Sequence[Any]]]
    retold: Mapping[uuid.UUID, Collection[str]]
    """About which registers of whom other imports told since, and be it with the same words."""

    def is_mine(self, customer: uuid.UUID, entry: Sequence[Any]) -> bool:
        """Whether an origin of this customer is the import's."""
        source, _at, fact, *_more = entry
        return (source == self.source and fact in self.facts) or entry in self.later.get(customer, ())

    def has_others(self, customer: uuid.UUID, origins: Mapping[str, Sequence[Any]] | None) -> bool:
        """Whether anybody else has told anything about the customer that holds."""
        return customer in self.retold or any(not self.is_mine(customer, entry) for entry in (origins or {}).values())

    def of_others(self, customer: uuid.UUID, origins: Mapping[str, Sequence[Any]] | None) -> set[str]:
        """The registers about which somebody else's word holds."""
        found = {register for register, entry in (origins or {}).items() if not self.is_mine(customer, entry)}
        return found.union(self.retold.get(customer, ()))

    def of_import(self, customer: uuid.UUID, origins: Mapping[str, Sequence[Any]] | None) -> dict[str, Any]:
        """The origins that are the import's, but for the base, which every customer has."""
        others = self.of_others(customer, origins)
        return {register: entry for register, entry in (origins or {}).items() if register and register not in others}


def read(undo: undoing.Undo, noted: Sequence[Any], later: Sequence[tracing.Trace]) -> Words:
    """The words of an import: from what it noted when it made people, and of its later changes of the same people."""
    made, _packed, _fields, *facts = noted
    found: dict[uuid.UUID, list[Any]] = {}
    for trace in later:
        _before, after = trace.data.get("fields", {}).get(taking_back.ORIGINS, (None, None))
        if trace.subject is not None and after:
            before = list((_before or {}).values())
            found.setdefault(trace.subject, []).extend(entry for entry in after.values() if entry not in before)
    short = {fact[: provenance.LONGEST_FACT] for fact in (*(facts[0] if facts else ()), f"import:{undo.import_id}")}
    return Words(undo.source, frozenset(short), found, retold(undo, [uuid.UUID(bytes=raw) for raw in made]))


def retold(undo: undoing.Undo, customers: Collection[uuid.UUID]) -> dict[uuid.UUID, set[str]]:
    """Of whom of them other imports told, too, and about which registers."""
    wanted = {customer.bytes for customer in customers}
    if not wanted:
        return {}
    since = ids.floor(undo.now - 2 * hourly.KEPT)  # a file waits that long to be imported, and so do traces to be read
    others = Job.objects.filter(kind="import", id__gte=since).exclude(id=undo.import_id).values_list("id", flat=True)
    found: dict[uuid.UUID, set[str]] = {}
    for told, registers in tracing.lists(others, import_trace.RETOLD):
        for raw in wanted & {told[start : start + _ID] for start in range(0, len(told), _ID)}:
            found.setdefault(uuid.UUID(bytes=raw), set()).update(registers)
    return found


def first(customer: uuid.UUID, others: Collection[str], source: Source) -> set[bytes]:
    """The ways of contact that come first because somebody else told of them."""
    kinds = {
        kind for field, kind, scope in contacts.slots(source.key) if settling.register_of(field, scope=scope) in others
    }
    if not kinds:
        return set()
    rows = ContactPoint.objects.filter(customer_id=customer, is_primary=True, kind__in=kinds)
    return {
        bytes(digest)
        for kind, scope, digest in rows.values_list("kind", "source", "digest")
        if scope in ("", source.key)
    }


def without(person: Person, stay: Collection[bytes], source: Source) -> Person:
    """The person without what others told of, too."""
    left = dataclasses.replace(person)
    for field, kind, scope in contacts.slots(source.key):
        value = getattr(person, field)
        if value and contacts.digest(kind, value, scope) in stay:
            setattr(left, field, "")
    return left
