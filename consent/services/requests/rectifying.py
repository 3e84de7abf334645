"""Corrections that a person proposes: staff accept or refuse each field, with a reason that the person is told."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cdp.core import ids
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from consent.models import PrivacyChange, PrivacyRequest, Right
from consent.rules import requests as rules
from consent.services.requests import closing, steps
from consent.services.requests.steps import Kind, UnableToDo
from customers.models import Customer
from customers.rules import people, telling
from customers.selectors import profiles as reading
from customers.services import identity, profiles, standing
from customers.services.identity.resolving import IdentityConflict

TABLE = "consent_privacychange"
LONGEST = 300
Decision = PrivacyChange.Decision


@dataclass(frozen=True)
class Change:
    """One proposed correction in clear."""

    id: uuid.UUID
    field: str
    before: str
    wanted: str
    decision: str
    reason: str


def propose(request: PrivacyRequest, changes: Mapping[str, str]) -> int:
    """Keep what the person wants corrected, beside what stands now. What is the same already is no change."""
    profile = reading.one(request.customer_id, shown=False)
    if profile is None:
        return 0
    keyring = subjects.load([request.customer_id])
    rows = []
    for field in rules.CORRECTABLE:
        wanted = " ".join(changes.get(field, "").replace("\0", "").split())[:LONGEST]
        before = value_of(profile, field)
        if not wanted or wanted == before:
            continue
        row = PrivacyChange(id=ids.uuid7(), request=request, field=field)
        for column, text in (("before", before), ("wanted", wanted)):
            sealed = keyring.seal(text, customer=request.customer_id, table=TABLE, column=column, row=row.id)
            setattr(row, column, sealed)
        rows.append(row)
    PrivacyChange.objects.bulk_create(rows)
    return len(rows)


def value_of(profile: reading.Profile, field: str) -> str:
    """What stands in a field now, as people write it."""
    if field in {"name", "given_name", "family_name", "email", "phone"}:
        return str(getattr(profile, field))
    if field == "birth_date":
        return profile.customer.birth_date.isoformat() if profile.customer.birth_date else ""
    if field == "street":
        return profile.place.street if profile.place else ""
    return str(getattr(profile.customer, field))


def opened(request: PrivacyRequest) -> list[Change]:
    """The changes in clear, in the order of the fields."""
    keyring = steps.keyring_of(request)
    rows = sorted(request.changes.all(), key=lambda row: rules.CORRECTABLE.index(row.field))
    clear = {
        (row.id, column): keyring.open(getattr(row, column), table=TABLE, column=column, row=row.id)
        for row in rows
        for column in ("before", "wanted", "reason")
    }
    return [
        Change(
            id=row.id,
            field=row.field,
            before=clear[row.id, "before"],
            wanted=clear[row.id, "wanted"],
            decision=row.decision,
            reason=clear[row.id, "reason"],
        )
        for row in rows
    ]


def decide(
    *, request: uuid.UUID, change: uuid.UUID, accept: bool, reason: str = "", actor: Actor, at: datetime
) -> PrivacyRequest:
    """Accept (the field is written) or refuse (with a reason) one correction; the last one answers the request.

    Raises UnableToDo, also where the value cannot stand: no address, somebody else's number.
    """
    reason = reason.replace("\0", "").strip()[: rules.LONGEST_WORDS]
    if not accept and not reason:
        raise UnableToDo(_("Write the reason: the person is told it."), code="reason")
    with transaction.atomic():
        row = steps.locked(request)
        if row.closed_at or row.right != Right.RECTIFICATION:
            raise UnableToDo(_("This request is closed."), code="closed")
        found = row.changes.select_for_update().filter(id=change).first()
        if found is None or found.decision != Decision.OPEN:
            raise UnableToDo(_("This was decided already."), code="decided")
        if not row.proved_at:
            raise UnableToDo(_("Make sure first who asks."), code="identity")
        keyring = steps.keyring_of(row)
        if accept:
            wanted = keyring.open(found.wanted, table=TABLE, column="wanted", row=found.id)
            _write(row, {found.field: wanted}, actor=actor, at=at)
        here = standing.hold([row.customer_id]).get(row.customer_id)
        sealed = (
            keyring.seal(reason, customer=here, table=TABLE, column="reason", row=found.id)
            if here in keyring.writing
            else None
        )
        decision = Decision.ACCEPTED if accept else Decision.REFUSED
        PrivacyChange.objects.filter(id=found.id).update(
            decision=decision, reason=sealed, decided_at=at, decided_by=actor.id
        )
        kind = Kind.CHANGE_ACCEPTED if accept else Kind.CHANGE_REFUSED
        steps.add(row, kind, actor=actor, at=at, details={"field": found.field}, text=reason)
        _close_when_decided(row, actor=actor, at=at)
    return row


def finish(*, request: uuid.UUID, actor: Actor, at: datetime) -> PrivacyRequest:
    """Close a correction that was told in words and made by hand. Raises UnableToDo while a field waits."""
    with transaction.atomic():
        row = steps.locked(request)
        if row.closed_at:
            raise UnableToDo(_("This request is closed."), code="closed")
        if row.changes.filter(decision=Decision.OPEN).exists():
            raise UnableToDo(_("Decide about each field first."), code="changes")
        closing.answered(row, actor=actor, at=at)
    return row


def _close_when_decided(row: PrivacyRequest, *, actor: Actor, at: datetime) -> None:
    decisions: Sequence[str] = list(row.changes.values_list("decision", flat=True))
    if Decision.OPEN in decisions:
        return
    outcome = {
        "accepted": sum(one == Decision.ACCEPTED for one in decisions),
        "refused": sum(one == Decision.REFUSED for one in decisions),
    }
    closing.answered(row, actor=actor, at=at, outcome=outcome)


def _write(row: PrivacyRequest, raw: dict[str, str], *, actor: Actor, at: datetime) -> None:
    here = standing.hold([row.customer_id]).get(row.customer_id)
    if here is None:
        raise UnableToDo(_("This customer is no longer here."), code="customer")
    country = Customer.objects.values_list("country", flat=True).get(id=here)
    rules_of_values = people.Rules(region=country or settings.CDP_SHOP_COUNTRY, today=at.date(), dayfirst=True)
    person, faults = telling.read(raw, rules_of_values, country=country)
    if faults:
        raise UnableToDo(faults[0].problem.reason, code="value")
    try:
        profiles.edit(customer=here, person=person, source=profiles.staff_source(), actor=actor, at=at, is_self=True)
    except IdentityConflict as error:
        raise UnableToDo(_("Somebody else has this already."), code="taken") from error
    except (profiles.UnableToEdit, identity.Suppressed) as error:
        raise UnableToDo(_("This cannot be written."), code="value") from error
