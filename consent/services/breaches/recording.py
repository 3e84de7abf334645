"""An incident is recorded, assessed and closed. Each change leaves a step, and an entry of the audit."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cdp.core import audit
from cdp.core.actors import Actor
from consent.models import Breach, BreachStep
from consent.rules import breaches as rules
from consent.selectors import packs


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
    """Record an incident; the hours of the shop's law run from when it was noticed. Raises UnableToRecord."""
    if noticed_at > at:
        raise UnableToRecord(_("It cannot have been noticed in the future."))
    if began_at and began_at > noticed_at:
        raise UnableToRecord(_("It cannot have begun after it was noticed."))
    law = packs.of_shop()
    with transaction.atomic():
        breach = Breach.objects.create(
            title=title,
            stage=Breach.Stage.CONFIRMED if is_certain else Breach.Stage.POSSIBLE,
            noticed_at=noticed_at,
            began_at=began_at,
            ended_at=ended_at,
            data=[one for one in rules.DATA if one in data],
            cause=cause if cause in rules.CAUSES else "unknown",
            story=story,
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
    """Write into the log of a breach what was done."""
    return BreachStep.objects.create(
        breach_id=breach.id, at=at, kind=kind, actor_kind=actor.kind, actor_id=actor.id, text=text,
        details=dict(details or {}),
    )  # fmt: skip


def note(*, breach: uuid.UUID, text: str, actor: Actor, at: dt.datetime) -> None:
    """What was done about it, in the words of staff: it stands in the drafts as a measure."""
    with transaction.atomic():
        step(_held(breach), "note", actor=actor, at=at, text=text)


def assess(*, breach: uuid.UUID, risk: str, reason: str, actor: Actor, at: dt.datetime) -> None:
    """Say how great the risk to people is, and why. Raises UnableToRecord."""
    if risk not in Breach.Risk.values or not risk or not reason.strip():
        raise UnableToRecord(_("Choose a risk and say why."))
    with transaction.atomic():
        row = _held(breach)
        before, row.risk, row.risk_reason = row.risk, risk, reason.strip()
        row.save(update_fields=["risk", "risk_reason"])
        step(row, "assessed", actor=actor, at=at, text=row.risk_reason, details={"before": before, "after": risk})
        audit.record(audit.Action.BREACH_STEPPED, actor=actor, at=at, subject=breach, details={"step": "assessed"})


def confirm(*, breach: uuid.UUID, actor: Actor, at: dt.datetime) -> None:
    """What was possible has turned out to be so. The clock does not begin anew."""
    with transaction.atomic():
        row = _held(breach)
        if row.stage == Breach.Stage.POSSIBLE:
            Breach.objects.filter(id=breach).update(stage=Breach.Stage.CONFIRMED)
            step(row, "confirmed", actor=actor, at=at)
            audit.record(audit.Action.BREACH_STEPPED, actor=actor, at=at, subject=breach, details={"step": "confirmed"})


def tell_authority(*, breach: uuid.UUID, reference: str, actor: Actor, at: dt.datetime) -> None:
    """The authority was told, under its own number of the report; that stops the reminders."""
    with transaction.atomic():
        row = _held(breach)
        if row.authority_told_at is None:
            Breach.objects.filter(id=breach).update(authority_told_at=at)
        step(row, "authority_told", actor=actor, at=at, text=reference, details={"late": at > row.due_at})
        audit.record(
            audit.Action.BREACH_STEPPED, actor=actor, at=at, subject=breach, details={"step": "authority_told"}
        )


def close(*, breach: uuid.UUID, was_none: bool, reason: str, actor: Actor, at: dt.datetime) -> None:
    """End the work, with the reason. Raises UnableToRecord while it is not assessed."""
    with transaction.atomic():
        row = _held(breach)
        if not reason.strip():
            raise UnableToRecord(_("Say why it can be closed."))
        if not was_none and not row.risk:
            raise UnableToRecord(_("Assess the risk first."))
        stage = Breach.Stage.FALSE if was_none else Breach.Stage.CLOSED
        Breach.objects.filter(id=breach).update(stage=stage, closed_at=at)
        step(row, "closed", actor=actor, at=at, text=reason.strip(), details={"stage": stage})
        audit.record(audit.Action.BREACH_STEPPED, actor=actor, at=at, subject=breach, details={"step": "closed"})


def _held(breach: uuid.UUID) -> Breach:
    row = Breach.objects.select_for_update().get(id=breach)
    if row.closed_at is not None:
        raise UnableToRecord(_("This breach is closed."))
    return row
