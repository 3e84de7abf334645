"""The log of a request and its sealed words."""

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cdp.core import alphabets, audit, ids, webhooks
from cdp.core.actors import Actor
from cdp.core.crypto import subjects
from consent.models import PrivacyRequest, PrivacyRequestStep
from consent.rules import requests as rules
from customers.selectors import lineage

TABLE = "consent_privacyrequest"
STEP_TABLE = "consent_privacyrequeststep"
Kind = PrivacyRequestStep.Kind
EVENTS = {
    Kind.RECEIVED: "privacy_request.received",
    Kind.EXTENDED: "privacy_request.extended",
    Kind.ANSWERED: "privacy_request.answered",
    Kind.REFUSED: "privacy_request.refused",
}
"""Of what others are told who subscribed to it."""


class UnableToDo(Exception):
    """What was wanted of a request cannot be done; the text says why in words for people, `code` for programs."""

    def __init__(self, text: object, *, code: str = "not_possible") -> None:
        super().__init__(str(text))
        self.text, self.code = text, code


@dataclass(frozen=True)
class Words:
    """What was said with a request. `reach` is where answers go: (channel, address), empty where there is no way."""

    said: str = ""
    reach: tuple[str, str] = ("", "")
    proof: str = ""
    reason: str = ""
    extended: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


def keyring_of(request: PrivacyRequest) -> subjects.Keyring:
    """The keys of the person it is about; empty once they were forgotten."""
    return subjects.load(lineage.facts_under(request.customer_id))


def words(request: PrivacyRequest, keyring: subjects.Keyring | None = None) -> Words:
    """What was said; nothing once the person was forgotten."""
    keyring = keyring or keyring_of(request)
    text = keyring.open(request.words, table=TABLE, column="words", row=request.id)
    if not text:
        return Words()
    told = json.loads(text)
    return Words(**{**told, "reach": tuple(told.get("reach", ("", "")))})


def seal_words(request: PrivacyRequest, said: Words) -> bytes | None:
    """The column for these words; None where the person has no key any more."""
    keyring = keyring_of(request)
    writer = next((one for one in lineage.facts_under(request.customer_id) if one in keyring.writing), None)
    if writer is None:
        return None
    told = {name: value for name, value in vars(said).items() if value}
    return keyring.seal(
        json.dumps(told, ensure_ascii=False), customer=writer, table=TABLE, column="words", row=request.id
    )


def add(
    request: PrivacyRequest,
    kind: str,
    *,
    actor: Actor,
    at: datetime,
    details: Mapping[str, Any] | None = None,
    text: str = "",
    action: audit.Action = audit.Action.REQUEST_STEPPED,
) -> PrivacyRequestStep:
    """Write one step and its audit entry. `text` is sealed; `details` must hold nothing personal."""
    row = ids.uuid7()
    sealed = None
    if text:
        keyring = keyring_of(request)
        writer = next((one for one in lineage.facts_under(request.customer_id) if one in keyring.writing), None)
        if writer is not None:
            sealed = keyring.seal(text, customer=writer, table=STEP_TABLE, column="text", row=row)
    step = PrivacyRequestStep.objects.create(
        id=row,
        request=request,
        at=at,
        kind=kind,
        actor_kind=actor.kind,
        actor_id=actor.id,
        details=dict(details or {}),
        text=sealed,
    )
    audit.record(
        action,
        actor=actor,
        at=at,
        customer=request.customer_id,
        subject=request.id,
        details={"reference": request.reference, "right": request.right, "step": str(kind), **dict(details or {})},
    )
    if event := EVENTS.get(kind):  # type: ignore[call-overload]
        told = {
            "request": str(request.id),
            "reference": request.reference,
            "right": request.right,
            "due_at": request.due_at.isoformat(),
        }
        webhooks.publish(event, customer=request.customer_id, data=told, at=at)
    return step


def locked(request: uuid.UUID) -> PrivacyRequest:
    """The row, held until the end of the transaction. Raises UnableToDo."""
    row = PrivacyRequest.objects.select_for_update().filter(id=request).first()
    if row is None:
        raise UnableToDo("there is no such request", code="unknown")
    return row


def open_(request: uuid.UUID) -> PrivacyRequest:
    """The row of a request that is not closed, held until the end of the transaction. Raises UnableToDo."""
    row = locked(request)
    if row.closed_at:
        raise UnableToDo(_("This request is closed."), code="closed")
    return row


def reason_of(
    text: str, *, missing: object = _("Write the reason: the person is told it."), code: str = "reason"
) -> str:
    """What was written, as it is kept. Raises UnableToDo where nothing was, in the words of `missing`, or too much."""
    reason = text.replace("\0", "").strip()
    if not reason:
        raise UnableToDo(missing, code=code)
    if len(reason) > rules.LONGEST_WORDS:
        raise UnableToDo(_("This is too long."), code=code)
    return reason


def reason_for(request: PrivacyRequest, text: str, *, may_mix: bool = False) -> str:
    """A reason that the person is told, in the language they are answered in; in another one only if staff say so by
    `may_mix`. Raises UnableToDo.
    """
    reason = reason_of(text)
    if not may_mix and alphabets.foreign(reason, request.language, names=[settings.CDP_SHOP_NAME]):
        language = gettext(str(dict(settings.LANGUAGES)[request.language]))
        raise UnableToDo(
            _("The person is answered in another language: write the reason in %(language)s.") % {"language": language},
            code="language",
        )
    return reason


def save(request: PrivacyRequest, **changes: Any) -> None:
    """Write these columns."""
    for name, value in changes.items():
        setattr(request, name, value)
    PrivacyRequest.objects.filter(id=request.id).update(**changes)
