"""Forgetting somebody who asked for it, and the certificate that says what was done without saying of whom."""

import hashlib
import json
import uuid
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import models, transaction

from cdp.core import audit, lifecycle
from cdp.core.actors import Actor
from cdp.core.crypto import index
from cdp.core.lifecycle import OnErase
from cdp.core.models import AuditEntry
from consent.models import PrivacyRequest
from consent.services.requests import closing, steps
from consent.services.requests.steps import Kind
from customers.models import Customer
from customers.services import erasing

BLOCKED = {erasing.Reason.HELD: "held", erasing.Reason.BUSY: "busy"}
_SIGNATURE = "privacy.certificate"


def run(request: PrivacyRequest, *, actor: Actor, at: datetime) -> None:
    """Erase the person and close the request with its certificate. What holds it up is kept in the request, which stays
    open and can be run again. Running it again after a kill in the middle finds the person gone, and closes it.
    """
    try:
        erasing.erase(customer=request.customer_id, actor=actor, at=at)
    except erasing.UnableToErase as error:
        if error.reason is not erasing.Reason.ERASED:
            _blocked(request, BLOCKED.get(error.reason, error.reason.value), actor=actor, at=at)
            return
    close(request.id, actor=actor, at=at)


def close(request: uuid.UUID, *, actor: Actor, at: datetime) -> None:
    """Answer a request whose person is erased."""
    with transaction.atomic():
        row = steps.locked(request)
        if row.closed_at is None:
            found = certificate(row, at=at)
            closing.answered(row, actor=actor, at=at, outcome={"certificate": found}, is_told=False)


def _blocked(request: PrivacyRequest, reason: str, *, actor: Actor, at: datetime) -> None:
    with transaction.atomic():
        row = steps.locked(request.id)
        if row.closed_at is None:
            steps.save(row, blocked=reason, state=PrivacyRequest.State.OPEN)
            steps.add(row, Kind.BLOCKED, actor=actor, at=at, details={"reason": reason})


def certificate(request: PrivacyRequest, *, at: datetime) -> dict[str, Any]:
    """What was removed per table, what stays and why, signed. It names the request and nobody."""
    done = _entry(request.customer_id)
    if done is not None and done.details.get("as") != str(request.customer_id):
        done = _entry(uuid.UUID(done.details["as"])) or done  # they had been merged into somebody
    removed = dict(done.details.get("rows", {})) if done else {}
    everybody = [uuid.UUID(one) for one in done.details.get("with", ())] if done else []
    told = {
        "kind": "erasure",
        "request": request.reference,
        "law": request.pack,
        "law_version": request.pack_version,
        "received_at": request.received_at.isoformat(),
        "erased_at": (done.at if done else at).isoformat(),
        "removed": removed,
        "kept": _kept(everybody or [request.customer_id]),
        "keys_destroyed": True,
        "suppressed": "identifiers are kept as keyed digests, so that no file brings the person back",
    }
    return {**told, "signature": sign(told)}


def _entry(customer: uuid.UUID) -> AuditEntry | None:
    found = AuditEntry.objects.filter(customer_id=customer, action=audit.Action.CUSTOMER_ERASED)
    return found.order_by("-at", "id").first()


def _kept(customers: list[uuid.UUID]) -> dict[str, dict[str, Any]]:
    """What stays: table → how many rows, and why, as codes that pages put into words."""
    found: dict[str, dict[str, Any]] = {}
    for model, declaration in lifecycle.declarations().items():
        if declaration.on_erase is not OnErase.KEEP:
            continue
        column = "id__in" if model is Customer else "customer_id__in"
        count = model._default_manager.filter(**{column: customers}).count()
        if count:
            found[model._meta.label] = {"rows": count, "why": _why(model)}
    return found


def _why(model: type[models.Model]) -> str:
    if model is Customer:
        return "tombstone"  # an empty row: old links answer "gone"
    return {"commerce": "books", "loyalty": "books", "consent": "proof"}.get(model._meta.app_label, "results")


def sign(told: dict[str, Any]) -> str:
    """A keyed digest over the certificate, by which we know our own again."""
    return index.digest(_SIGNATURE, _canonical(told)).hex()


def is_ours(found: dict[str, Any]) -> bool:
    """Whether a certificate that somebody shows was made here and says what it said."""
    told = {name: value for name, value in found.items() if name != "signature"}
    return bool(found.get("signature")) and sign(told) == found["signature"]


def fingerprint(found: dict[str, Any]) -> str:
    """A short name of a certificate, for reading it out."""
    return hashlib.sha256(_canonical(found).encode()).hexdigest()[:16]


def _canonical(told: dict[str, Any]) -> str:
    return json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def label(table: str) -> str:
    """What people call the rows of a table, in the language in force."""
    try:
        return str(apps.get_model(table)._meta.verbose_name_plural)
    except LookupError:
        return table
