"""An incident is recorded, assessed and closed. Each change leaves a step, and an entry of the audit."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import audit, ids
from cdp.core.actors import Actor
from cdp.core.crypto import rowkeys
from consent.models import Breach, BreachDraft, BreachPerson, BreachStep
from consent.rules import breaches as rules
from consent.selectors import breaches as reading
from consent.selectors import laws, packs


class UnableToRecord(Exception):
    """It cannot be written so; the message says why."""


def record(
    *,
    title: str,
    noticed_at: dt.datetime,
    cause: str,
    data: Sequence[str],
    story: str,
    began_at: dt.datetime | None,
    ended_at: dt.datetime | None,
    is_certain: bool,
    actor: Actor,
    at: dt.datetime,
) -> Breach:
    """Record an incident; the hours run from when it was noticed, those of the law concerned that gives the fewest.

    Raises UnableToRecord.
    """
    if noticed_at > at:
        raise UnableToRecord(_("It cannot have been noticed in the future."))
    if began_at and began_at > noticed_at:
        raise UnableToRecord(_("It cannot have begun after it was noticed."))
    if began_at and ended_at and ended_at < began_at:
        raise UnableToRecord(_("It cannot have ended before it began."))
    law = rules.soonest(reading.laws_concerned())
    row = ids.uuid7()
    ring_key, wrapped = rowkeys.new(reading.TABLE, row)
    key = rowkeys.load(reading.TABLE, row, ring_key=ring_key, wrapped=wrapped)
    with transaction.atomic():
        breach = Breach.objects.create(
            id=row,
            ring_key=ring_key,
            wrapped=wrapped,
            title=key.seal(title, table=reading.TABLE, column="title", row=row),
            story=key.seal(story, table=reading.TABLE, column="story", row=row),
            stage=Breach.Stage.CONFIRMED if is_certain else Breach.Stage.POSSIBLE,
            noticed_at=noticed_at,
            began_at=began_at,
            ended_at=ended_at,
            data=[one for one in rules.DATA if one in data],
            cause=cause if cause in rules.CAUSES else "unknown",
            law=law.key,
            law_checked_on=law.checked_on,
            due_at=rules.due(noticed_at, hours=law.deadlines.breach_hours),
            created_by=actor.id,
        )
        step(breach, "recorded", actor=actor, at=at, details={"stage": breach.stage, "law": law.key})
        audit.record(audit.Action.BREACH_RECORDED, actor=actor, at=at, subject=breach.id)
    return breach


def step(
    breach: Breach,
    kind: str,
    *,
    actor: Actor,
    at: dt.datetime,
    text: str = "",
    details: Mapping[str, Any] | None = None,
) -> BreachStep:
    """Write into the log of a breach what was done; `text` is sealed."""
    row = ids.uuid7()
    sealed = reading.key_of(breach).seal(text, table=reading.STEPS, column="text", row=row) if text else None
    return BreachStep.objects.create(
        id=row, breach_id=breach.id, at=at, kind=kind, actor_kind=actor.kind, actor_id=actor.id, text=sealed,
        details=dict(details or {}),
    )  # fmt: skip


def note(*, breach: uuid.UUID, text: str, actor: Actor, at: dt.datetime) -> None:
    """What was done about it, in the words of staff: it stands in the drafts as a measure."""
    if not text.strip():
        raise UnableToRecord(_("Write what was done."))
    with transaction.atomic():
        step(held(breach), "note", actor=actor, at=at, text=text.strip())


def assess(*, breach: uuid.UUID, risk: str, reason: str, actor: Actor, at: dt.datetime) -> None:
    """Say how great the risk to people is, and why. Raises UnableToRecord."""
    if risk not in Breach.Risk.values or not risk or not reason.strip():
        raise UnableToRecord(_("Choose a risk and say why."))
    reason = reason.strip()
    with transaction.atomic():
        row = held(breach)
        before = row.risk
        sealed = reading.key_of(row).seal(reason, table=reading.TABLE, column="risk_reason", row=row.id)
        Breach.objects.filter(id=breach).update(risk=risk, risk_reason=sealed)
        step(row, "assessed", actor=actor, at=at, text=reason, details={"before": before, "after": risk})
        _audited(breach, "assessed", actor=actor, at=at)


def learn(*, breach: uuid.UUID, cause: str, data: Sequence[str], actor: Actor, at: dt.datetime) -> None:
    """Write down what has turned out since: how it happened, and which data. Raises UnableToRecord."""
    if cause not in rules.CAUSES:
        raise UnableToRecord(_("Choose how it happened."))
    known = {"cause": cause, "data": [one for one in rules.DATA if one in data]}
    with transaction.atomic():
        row = held(breach)
        before = {"cause": row.cause, "data": row.data}
        if known != before:
            Breach.objects.filter(id=breach).update(**known)
            step(row, "learned", actor=actor, at=at, details={"before": before, "after": known})
            _audited(breach, "learned", actor=actor, at=at)


def confirm(*, breach: uuid.UUID, actor: Actor, at: dt.datetime) -> None:
    """What was possible has turned out to be so. The clock does not begin anew."""
    with transaction.atomic():
        row = held(breach)
        if row.stage == Breach.Stage.POSSIBLE:
            Breach.objects.filter(id=breach).update(stage=Breach.Stage.CONFIRMED)
            step(row, "confirmed", actor=actor, at=at)
            _audited(breach, "confirmed", actor=actor, at=at)


def tell_authority(
    *, breach: uuid.UUID, law: str, reference: str, told_at: dt.datetime, actor: Actor, at: dt.datetime
) -> None:
    """The authority of that law was told at `told_at`, under its own number of the report; that stops the reminders
    for it. Raises UnableToRecord without an approved letter to it, and where it was told already.
    """
    reference = reference.strip()
    if not reference:
        raise UnableToRecord(_("Write the number of the report, or how the authority was told."))
    with transaction.atomic():
        row = held(breach)
        authority = next((one for one in reading.authorities(row, now=at) if one.duty.law == law), None)
        if authority is None:
            raise UnableToRecord(_("Nobody on the list stands under this law."))
        if authority.told is not None:
            raise UnableToRecord(_("That this authority was told stands in the log already."))
        if not row.noticed_at <= told_at <= at:
            raise UnableToRecord(_("The authority was told after the breach was noticed, and not in the future."))
        letter = reading.letter_of(breach, law=law)
        if letter is None or letter.approved_at is None:
            raise UnableToRecord(_("The letter to this authority has to be approved first."))
        Breach.objects.filter(id=breach, authority_told_at__isnull=True).update(authority_told_at=told_at)
        due_at = authority.duty.due_at
        step(
            row, reading.AUTHORITY_TOLD, actor=actor, at=at, text=reference,
            details={
                "law": law, "told_at": told_at.isoformat(), "late": due_at is not None and told_at > due_at,
                "letter": str(letter.id),
            },
        )  # fmt: skip
        audit.record(
            audit.Action.BREACH_STEPPED, actor=actor, at=at, subject=breach,
            details={"step": reading.AUTHORITY_TOLD, "law": law},
        )  # fmt: skip


def publish(*, breach: uuid.UUID, place: str, actor: Actor, at: dt.datetime) -> None:
    """A notice was put up for those whom no message reaches, at that place. Raises UnableToRecord."""
    if not place.strip():
        raise UnableToRecord(_("Say where the notice stands."))
    with transaction.atomic():
        row = held(breach)
        Breach.objects.filter(id=breach, published_at__isnull=True).update(published_at=at)
        step(row, "published", actor=actor, at=at, text=place.strip())
        _audited(breach, "published", actor=actor, at=at)


def close(*, breach: uuid.UUID, was_none: bool, reason: str, actor: Actor, at: dt.datetime) -> None:
    """End the work, with the reason. Raises UnableToRecord while something is missing that a risk asks for."""
    with transaction.atomic():
        row = held(breach)
        if not reason.strip():
            raise UnableToRecord(_("Say why it can be closed."))
        if not was_none:
            _complete(row, at=at)
        stage = Breach.Stage.FALSE if was_none else Breach.Stage.CLOSED
        Breach.objects.filter(id=breach).update(stage=stage, closed_at=at)
        step(row, "closed", actor=actor, at=at, text=reason.strip(), details={"stage": stage})
        _audited(breach, "closed", actor=actor, at=at)


def _complete(row: Breach, *, at: dt.datetime) -> None:
    if not row.risk:
        raise UnableToRecord(_("Assess the risk first."))
    # What is closed as a breach was one, confirmed or not.
    found = reading.authorities(row, now=at, is_possible=False)
    untold = [packs.every()[one.duty.law] for one in found if one.duty.needed and one.told is None]
    if untold:
        raise UnableToRecord(
            _("Note first that the authority was told, under: %(laws)s.")
            % {"laws": ", ".join(laws.name(pack) for pack in untold)}
        )
    unknown = [packs.every()[one.duty.law] for one in found if one.duty.needed is None and one.told is None]
    if unknown:
        raise UnableToRecord(
            _(
                "It is not known yet whether the authority has to be told, under: %(laws)s. Say first who is affected,"
                " how it happened and which data it was, or note that it was told."
            )
            % {"laws": ", ".join(laws.name(pack) for pack in unknown)}
        )
    # Some laws want people told of a high risk only, others of every breach that was one.
    owed = [
        one
        for one in reading.duties(row, is_possible=False)
        if one.audience == BreachDraft.Audience.PEOPLE and one.needed
    ]
    if owed and BreachPerson.objects.filter(breach_id=row.id, told_at__isnull=True, untold="").exists():
        raise UnableToRecord(
            _("Tell the people on the list first, under: %(laws)s.")
            % {"laws": ", ".join(laws.name(packs.every()[one.law]) for one in owed)}
        )


def held(breach: uuid.UUID) -> Breach:
    """The row until the end of the transaction. Raises UnableToRecord once it is closed."""
    row = Breach.objects.select_for_update().get(id=breach)
    if row.closed_at is not None:
        raise UnableToRecord(_("This breach is closed."))
    return row


def _audited(breach: uuid.UUID, what: str, *, actor: Actor, at: dt.datetime) -> None:
    audit.record(audit.Action.BREACH_STEPPED, actor=actor, at=at, subject=breach, details={"step": what})
