"""Which of somebody's ways of contact comes first when they are parted: the one whose word holds among their own.

What came first before the merge, and what was told of them since, is heard once more in its order. So of two known
addresses the one that was told again last comes first, as it would without the merge.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import datetime

from customers.models import ContactPoint, Customer
from customers.rules import provenance, settling, tellings
from customers.rules.settling import State
from customers.services.identity import contacts
from customers.services.merging import rows

_Slot = tuple[str, str, str]
"""Field of a person, kind of contact point, scope of its value."""


def settle(
    customer: uuid.UUID,
    told: Sequence[tellings.Telling],
    gone: Collection[tellings.Name],
    *,
    before: Collection[str],
    origins: provenance.Origins | None,
    at: datetime,
) -> None:
    """Of each kind that was told since, the right one comes first, and of each whose word is one of `gone`; `before`
    are the ids of those that came first when the two were merged, `origins` the words of then.
    """
    known = Customer.objects.values_list("origins", flat=True).get(id=customer) or {}
    left = _left(known, gone)
    slots = dict.fromkeys((*(slot for one in told for slot in _slots(one)), *left.values()))
    if not slots:
        return
    state = State(origins=origins)
    points = list(ContactPoint.objects.filter(customer_id=customer))
    wanted: dict[_Slot, ContactPoint] = {}
    for slot in slots:
        chosen = _chosen(slot, state, told, points, before)
        if chosen is not None:
            wanted[slot] = chosen
    raised = [row.pk for row in wanted.values()]
    rows.raise_flags(ContactPoint, rows.flag_of(ContactPoint), customer=customer, wanted=raised, takes=True)
    for register, slot in left.items():
        if slot not in wanted:
            del known[register]  # nothing is left of which anybody could tell who told it
    words = {
        register: word
        for field, _kind, scope in wanted
        if (word := state.word(register := settling.register_of(field, scope=scope))) is not None
    }
    changed = provenance.changed(known, words)
    if changed is not None or left:
        Customer.objects.filter(id=customer).update(origins=changed or known, updated_at=at)


def _left(origins: provenance.Origins | None, gone: Collection[tellings.Name]) -> dict[str, _Slot]:
    """The registers of ways of contact whose words left, each with what it is about."""
    found = {}
    for register, entry in (origins or {}).items():
        field, _, scope = register.partition("@")
        if field in contacts.KINDS and tellings.name_of(provenance.read(entry)) in gone:
            found[register] = field, str(contacts.KINDS[field]), scope
    return found


def _slots(one: tellings.Telling) -> list[_Slot]:
    return [
        slot
        for slot in contacts.slots(one.word.source)
        if getattr(one.person, slot[0]) or slot[0] in one.person.cleared
    ]


def _chosen(
    slot: _Slot,
    state: State,
    told: Sequence[tellings.Telling],
    points: Sequence[ContactPoint],
    before: Collection[str],
) -> ContactPoint | None:
    """The way of contact that comes first after everything that was told; None where somebody emptied it."""
    field, kind, scope = slot
    register = settling.register_of(field, scope=scope)
    mine = {bytes(row.digest): row for row in points if (row.kind, row.source) == (kind, scope)}
    chosen = next((row for row in mine.values() if str(row.pk) in before), None)
    if chosen is not None:
        state.filled.add(register)
    for one in told:
        if slot not in _slots(one):
            continue
        value = getattr(one.person, field)
        if not value:
            state.hear_contact(register, one.person, one.word)
            state.filled.discard(register)
            chosen = None
            continue
        row = mine.get(contacts.digest(kind, value, scope))
        if row is None or (chosen is not None and chosen.verified_at and not row.verified_at):
            continue
        if state.hear_contact(register, one.person, one.word):
            chosen = row
    return chosen
