"""A request ends: answered, refused with a ground of its law, or taken back by the person."""

import contextlib
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from cdp.core import audit
from cdp.core.actors import Actor
from consent.models import PrivacyRequest, Right
from consent.rules import requests as rules
from consent.selectors import packs
from consent.services import objecting
from consent.services.requests import complaints, letters, steps
from consent.services.requests.steps import Kind, UnableToDo

State = PrivacyRequest.State
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
    told: Mapping[str, Any] | None = None,
    text: str = "",
) -> None:
    """Close a locked request as done. For those who did it, in the same transaction. `told` is what the letter says
    beside that it is done, `text` what staff wrote to the person, for the log.
    """
    if row.closed_at:
        return
    _close(row, State.ANSWERED, actor=actor, at=at, blocked="", outcome={**row.outcome, **(outcome or {})})
    is_late = at >= row.due_at
    steps.add(
        row,
        Kind.ANSWERED,
        actor=actor,
        at=at,
        details={"late": is_late},
        text=text,
        action=audit.Action.REQUEST_CLOSED,
    )
    if not is_told:
        return
    is_first = not row.steps.filter(kind=Kind.ACKNOWLEDGED).exists()
    # Also a receipt that has not gone yet: of what is done within minutes one letter tells that it came and is done.
    is_one_letter = letters.take_back_receipt(row) or (is_first and row.right in rules.AT_ONCE)
    received = letters.day_received(row) if is_one_letter else ""
    if letters.tell(row, letters.ANSWERED, at=at, received=received, **(told or {})) and received and is_first:
        way = steps.words(row).reach[0]
        steps.add(row, Kind.ACKNOWLEDGED, actor=actor, at=at, details={"way": way})


def refuse(
    *, request: uuid.UUID, ground: str, reason: str, actor: Actor, at: datetime, may_mix: bool = False
) -> PrivacyRequest:
    """Refuse with a ground that the law knows for this right, and words of our own. The person is told both, and where
    to complain. Whatever weighs against the rest of an objection, advertising ends (GDPR 21(2–3), PDPA s.32), unless
    nobody knows who asked. The reason is in their language (`steps.reason_for`). Raises UnableToDo.
    """
    with transaction.atomic():
        row = steps.open_(request)
        reason = steps.reason_for(row, reason, may_mix=may_mix)
        pack = packs.every().get(row.pack)
        if pack is None or ground not in {one.key for one in pack.grounds(row.right)}:
            raise UnableToDo(_("Choose a ground that this law knows."), code="ground")
        if ground == NOT_IDENTIFIED and row.proved_at:
            raise UnableToDo(_("It is sure already who asks."), code="proved")
        words = steps.seal_words(row, replace(steps.words(row), reason=reason))
        _close(row, State.REFUSED, actor=actor, at=at, refusal_ground=ground, words=words)
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
        with translation.override(row.language):
            told: dict[str, Any] = {"ground": ground, "reason": reason, "authority": complaints.authority(row)}
        letters.tell(row, letters.REFUSED, at=at, **told)
    return row


def cancel(*, request: uuid.UUID, actor: Actor, at: datetime) -> PrivacyRequest:
    """The person takes it back before it is done. They are told, as a link may have been found by somebody else.
    Raises UnableToDo.
    """
    with transaction.atomic():
        row = steps.open_(request)
        if row.state == State.WORKING:
            raise UnableToDo(_("It is being done at this moment."), code="working")
        _close(row, State.CANCELLED, actor=actor, at=at)
        steps.add(row, Kind.CANCELLED, actor=actor, at=at, action=audit.Action.REQUEST_CLOSED)
        letters.tell(row, letters.CANCELLED, at=at)
    return row


def note(*, request: uuid.UUID, text: str, actor: Actor, at: datetime) -> None:
    """Staff write something down about it, sealed. Raises UnableToDo."""
    text = steps.reason_of(text, missing=_("Write something first."), code="text")
    with transaction.atomic():
        steps.add(steps.locked(request), Kind.NOTE, actor=actor, at=at, text=text)


def _close(row: PrivacyRequest, state: str, *, actor: Actor, at: datetime, **changes: Any) -> None:
    """However it ends: its clock stands, and the row says who ended it."""
    steps.save(
        row,
        state=state,
        closed_at=at,
        closed_by_kind=actor.kind,
        closed_by_id=actor.id,
        paused_at=None,
        **changes,
    )
