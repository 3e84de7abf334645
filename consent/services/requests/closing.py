"""A request ends: answered, refused with a ground of its law, or taken back by the person."""

import contextlib
import uuid
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cdp.core import audit
from cdp.core.actors import Actor
from consent.models import PrivacyRequest, Right
from consent.rules import requests as rules
from consent.selectors import packs
from consent.services import objecting
from consent.services.requests import letters, steps
from consent.services.requests.steps import Kind, UnableToDo

NOT_IDENTIFIED = "not_identified"
GROUNDS = {
    "not_identified": _("We could not make sure who asks."),
    "unfounded": _("The request is manifestly unfounded or excessive."),
    "others_rights": _("It would harm the rights of other people."),
    "accurate": _("The data are right as they are."),
    "law_requires": _("A law requires us to keep them."),
    "claims": _("They are needed for a legal claim."),
    "not_met": _("None of the cases of the law is met."),
    "overriding": _("Compelling legitimate grounds weigh more."),
    "needed_for_contract": _("Without them the contract could not be kept."),
}
"""Words for the grounds that packs name."""


def answered(
    row: PrivacyRequest,
    *,
    actor: Actor,
    at: datetime,
    outcome: dict[str, Any] | None = None,
    is_told: bool = True,
) -> None:
    """Close a locked request as done. For those who did it, in the same transaction."""
    if row.closed_at:
        return
    steps.save(
        row,
        state=PrivacyRequest.State.ANSWERED,
        closed_at=at,
        closed_by_kind=actor.kind,
        closed_by_id=actor.id,
        paused_at=None,
        blocked="",
        outcome={**row.outcome, **(outcome or {})},
    )
    is_late = at >= row.due_at
    steps.add(row, Kind.ANSWERED, actor=actor, at=at, details={"late": is_late}, action=audit.Action.REQUEST_CLOSED)
    if is_told:
        letters.tell(row, letters.ANSWERED, at=at)


def refuse(*, request: uuid.UUID, ground: str, reason: str, actor: Actor, at: datetime) -> PrivacyRequest:
    """Refuse with a ground that the law knows for this right, and words of our own. The person is told both, and where
    to complain. Whatever weighs against the rest of an objection, advertising ends (GDPR 21(2–3), PDPA s.32), unless
    nobody knows who asked. Raises UnableToDo.
    """
    reason = reason.replace("\0", "").strip()
    if not reason:
        raise UnableToDo(_("Write the reason: the person is told it."), code="reason")
    if len(reason) > rules.LONGEST_WORDS:
        raise UnableToDo(_("This is too long."), code="reason")
    with transaction.atomic():
        row = steps.locked(request)
        if row.closed_at:
            raise UnableToDo(_("This request is closed."), code="closed")
        pack = packs.every().get(row.pack)
        if pack is None or ground not in {one.key for one in pack.grounds(row.right)}:
            raise UnableToDo(_("Choose a ground that this law knows."), code="ground")
        steps.save(
            row,
            state=PrivacyRequest.State.REFUSED,
            closed_at=at,
            closed_by_kind=actor.kind,
            closed_by_id=actor.id,
            paused_at=None,
            refusal_ground=ground,
            words=steps.seal_words(row, replace(steps.words(row), reason=reason)),
        )
        steps.add(
            row,
            Kind.REFUSED,
            actor=actor,
            at=at,
            details={"ground": ground},
            text=reason,
            action=audit.Action.REQUEST_CLOSED,
        )
        if row.right == Right.OBJECTION and ground != NOT_IDENTIFIED:
            with contextlib.suppress(objecting.UnableToObject):  # gone meanwhile: nothing is sent to them anyway
                objecting.stop_advertising(
                    customer=row.customer_id,
                    source=f"request:{row.reference}",
                    actor=actor,
                    at=at,
                    language=row.language,
                )
        letters.tell(row, letters.REFUSED, at=at, ground=ground, reason=reason, authority=pack.authority)
    return row


def cancel(*, request: uuid.UUID, actor: Actor, at: datetime) -> PrivacyRequest:
    """The person takes it back before it is done. Raises UnableToDo."""
    with transaction.atomic():
        row = steps.locked(request)
        if row.closed_at:
            raise UnableToDo(_("This request is closed."), code="closed")
        if row.state == PrivacyRequest.State.WORKING:
            raise UnableToDo(_("It is being done at this moment."), code="working")
        steps.save(
            row,
            state=PrivacyRequest.State.CANCELLED,
            closed_at=at,
            closed_by_kind=actor.kind,
            closed_by_id=actor.id,
            paused_at=None,
        )
        steps.add(row, Kind.CANCELLED, actor=actor, at=at, action=audit.Action.REQUEST_CLOSED)
    return row


def note(*, request: uuid.UUID, text: str, actor: Actor, at: datetime) -> None:
    """Staff write something down about it, sealed. Raises UnableToDo."""
    text = text.replace("\0", "").strip()
    if not text:
        raise UnableToDo(_("Write something first."), code="text")
    if len(text) > rules.LONGEST_WORDS:
        raise UnableToDo(_("This is too long."), code="text")
    with transaction.atomic():
        steps.add(steps.locked(request), Kind.NOTE, actor=actor, at=at, text=text)
