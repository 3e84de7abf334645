"""Corrections that a person proposes: staff accept or refuse each field, with a reason that the person is told."""

import contextlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from cdp.core import ids
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from consent.models import PrivacyChange, PrivacyRequest, Right
from consent.rules import requests as rules
from consent.services.requests import closing, complaints, steps
from consent.services.requests.steps import Kind, UnableToDo
from customers.models import Customer
from customers.rules import homes, masking, places, telling
from customers.rules.people import Fault, Person, Rules
from customers.rules.unreadable import Unreadable
from customers.selectors import profiles as reading
from customers.services import identity, profiles, standing
from customers.services.identity.resolving import IdentityConflict

TABLE = "consent_privacychange"
LONGEST = 300
HIDDEN = frozenset({"email", "phone", "street", "birth_date"})
FIELD_NAMES = {
    "name": _("Whole name"),
    "given_name": _("Given name"),
    "family_name": _("Family name"),
    "email": _("E-mail"),
    "phone": _("Phone number"),
    "birth_date": _("Birth date"),
    "street": _("Street and house number"),
    "city": _("City or district"),
    "province": _("Province"),
    "postcode": _("Postcode"),
    "country": _("Country"),
}
"""What a person may propose another value for, in words."""
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

    @property
    def label(self) -> str:
        """The field's name, in the language in force."""
        return str(FIELD_NAMES.get(self.field, self.field))

    @property
    def masked(self) -> str:
        """What stands there now, as it is shown before it is needed: enough to recognise, too little to use."""
        if self.field in HIDDEN:
            return masking.of(self.field, self.before)
        return self.before


def read(told: Mapping[str, str], *, country: str, today: date) -> tuple[Person, list[Fault]]:
    """Proposed values by the standard of every other door, and what cannot be read of them; `country` is where the
    person is known to live (empty for somebody who has not said yet who they are).
    """
    standards = Rules(region=country or settings.CDP_SHOP_COUNTRY, today=today, dayfirst=True)
    return homes.read(lambda asked: telling.read(told, asked, country=country), standards)


def faults(told: Mapping[str, str], *, country: str, today: date) -> dict[str, str]:
    """Field → what is wrong with its value, in the language in force: for doors, before anything is taken down."""
    _person, found = read(told, country=country, today=today)
    return {fault.field: str(fault.problem.reason) for fault in found}


def propose(request: PrivacyRequest, changes: Mapping[str, str]) -> int:
    """Keep what the person wants corrected, beside what stands now. What is the same already is no change."""
    profile = reading.one(request.customer_id, shown=False)
    if profile is None:
        return 0
    keyring = subjects.load([request.customer_id])
    rows = []
    told = {field: " ".join(changes.get(field, "").replace("\0", "").split())[:LONGEST] for field in rules.CORRECTABLE}
    told = {field: wanted for field, wanted in told.items() if wanted}
    person, _faults = read(told, country=profile.customer.country, today=request.received_at.date())
    for field, wanted in told.items():
        before = value_of(profile, field)
        if before and before in {wanted, str(getattr(person, field) or "")}:
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
    *,
    request: uuid.UUID,
    change: uuid.UUID,
    accept: bool,
    reason: str = "",
    actor: Actor,
    at: datetime,
    may_mix: bool = False,
) -> PrivacyRequest:
    """Accept (the field is written) or refuse (with a reason) one correction; the last one answers the request.

    Raises UnableToDo, also where the value cannot stand: no address, somebody else's number.
    """
    with transaction.atomic():
        row = _undecided(request)
        if not accept or reason.strip():
            reason = steps.reason_for(row, reason, may_mix=may_mix)
        found = row.changes.select_for_update().filter(id=change).first()
        if found is None or found.decision != Decision.OPEN:
            raise UnableToDo(_("This was decided already."), code="decided")
        if accept:
            _write(row, [found], actor=actor, at=at)
        _note(row, found, Decision.ACCEPTED if accept else Decision.REFUSED, reason, actor=actor, at=at)
        _close_when_decided(row, actor=actor, at=at)
    return row


def accept_all(*, request: uuid.UUID, actor: Actor, at: datetime) -> PrivacyRequest:
    """Write every correction that waits, together, and answer the request. All or none. Raises UnableToDo."""
    with transaction.atomic():
        row = _undecided(request)
        waiting = list(row.changes.select_for_update().filter(decision=Decision.OPEN).order_by("id"))
        if not waiting:
            raise UnableToDo(_("This was decided already."), code="decided")
        _write(row, waiting, actor=actor, at=at)
        for one in waiting:
            _note(row, one, Decision.ACCEPTED, "", actor=actor, at=at)
        _close_when_decided(row, actor=actor, at=at)
    return row


def answer(*, request: uuid.UUID, text: str, actor: Actor, at: datetime) -> PrivacyRequest:
    """Close a correction that was told in words, without a field, by saying what was corrected and what not: nobody
    else can know. The person is told it, and where to complain. Raises UnableToDo, also while a field waits.
    """
    missing = _("Write what you corrected and what not: the person is told it.")
    text = steps.reason_of(text, missing=missing, code="text")
    with transaction.atomic():
        row = _undecided(request)
        if row.changes.filter(decision=Decision.OPEN).exists():
            raise UnableToDo(_("Decide about each field first."), code="changes")
        steps.save(row, words=steps.seal_words(row, replace(steps.words(row), reason=text)))
        with translation.override(row.language):
            told = {"answer": text, "authority": complaints.authority(row)}
        closing.answered(row, actor=actor, at=at, outcome={"in_words": True}, told=told, text=text)
    return row


def _undecided(request: uuid.UUID) -> PrivacyRequest:
    """A correction that can be decided, locked. Raises UnableToDo."""
    row = steps.open_(request)
    if row.right != Right.RECTIFICATION:
        raise UnableToDo(_("This was decided already."), code="decided")
    if not row.proved_at:
        raise UnableToDo(_("Make sure first who asks."), code="identity")
    return row


def _note(
    row: PrivacyRequest, change: PrivacyChange, decision: str, reason: str, *, actor: Actor, at: datetime
) -> None:
    """Keep what was decided, and the reason sealed for the person."""
    keyring = steps.keyring_of(row)
    here = standing.hold([row.customer_id]).get(row.customer_id)
    sealed = None
    if reason and here in keyring.writing:
        sealed = keyring.seal(reason, customer=here, table=TABLE, column="reason", row=change.id)
    PrivacyChange.objects.filter(id=change.id).update(
        decision=decision, reason=sealed, decided_at=at, decided_by=actor.id
    )
    kind = Kind.CHANGE_ACCEPTED if decision == Decision.ACCEPTED else Kind.CHANGE_REFUSED
    steps.add(row, kind, actor=actor, at=at, details={"field": change.field}, text=reason)


def _close_when_decided(row: PrivacyRequest, *, actor: Actor, at: datetime) -> None:
    """The last decision answers the request; the letter tells each field, and where to complain of a refusal."""
    decided = opened(row)
    if any(one.decision == Decision.OPEN for one in decided):
        return
    refused = [one for one in decided if one.decision == Decision.REFUSED]
    with translation.override(row.language):
        told = {
            "fields": [
                {"label": one.label, "accepted": one.decision == Decision.ACCEPTED, "reason": one.reason}
                for one in decided
            ],
            "authority": complaints.authority(row) if refused else "",
        }
    outcome = {"accepted": len(decided) - len(refused), "refused": len(refused)}
    closing.answered(row, actor=actor, at=at, outcome=outcome, told=told)


def _write(row: PrivacyRequest, changes: Sequence[PrivacyChange], *, actor: Actor, at: datetime) -> None:
    """The wanted values into the profile, told by this request. A place is read in the country that is wanted too."""
    here = standing.hold([row.customer_id]).get(row.customer_id)
    if here is None:
        raise UnableToDo(_("This customer is no longer here."), code="customer")
    wanted = {one.field: one.wanted for one in opened(row) if one.decision != Decision.REFUSED}
    country = Customer.objects.values_list("country", flat=True).get(id=here)
    with contextlib.suppress(Unreadable):
        country = places.country(wanted.get("country", "")) or country
    raw = {change.field: wanted[change.field] for change in changes}
    person, found = read(raw, country=country, today=at.date())
    if found:
        fault = found[0]
        name = FIELD_NAMES.get(fault.field, fault.field)
        raise UnableToDo(f"{name}: {fault.problem.reason}", code="value")
    try:
        profiles.edit(
            customer=here,
            person=person,
            source=profiles.staff_source(),
            actor=actor,
            at=at,
            is_self=True,
            fact=f"request:{row.reference}",
        )
    except IdentityConflict as error:
        raise UnableToDo(_("Somebody else has this already."), code="taken") from error
    except (profiles.UnableToEdit, identity.Suppressed) as error:
        raise UnableToDo(_("This cannot be written."), code="value") from error
