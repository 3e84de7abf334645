"""The certificate of an erasure: what went and what stayed, without saying of whom, signed for anybody to check.

Signed like consent receipts, with Ed25519: the public keys are at /privacy/receipt-keys.json, and whoever keeps both
files needs us no more. Certificates from before carry a keyed digest, by which only we know our own again.
"""

import datetime as dt
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cdp.core import audit, lifecycle
from cdp.core import readable as readable_kinds
from cdp.core.crypto import index, signing
from cdp.core.lifecycle import OnErase
from cdp.core.models import AuditEntry, DataKey
from consent.models import BreachPerson, PrivacyRequest, TermsAcceptance
from consent.rules.packs import Citation, Pack
from consent.selectors import laws, packs
from customers.models import Customer

WHY = {
    "books": _("the law wants the books kept"),
    "proof": _("the proof that we had your consent, without your words"),
    "tombstone": _("an empty row, so that old links know that it is gone"),
    "incident": _("the record of whom an incident concerned and who was told of it, without a name"),
    "terms": _("which terms of sale were accepted and when, without a name"),
    "results": _("figures of what was sent, without an address"),
}
"""Why rows stay, in words for the person."""
_OWN_REASON: Mapping[type[models.Model], str] = {BreachPerson: "incident", TermsAcceptance: "terms"}
"""Of this room, what stays for another reason than its ledger of statements."""
_OLD_SIGNATURE = "privacy.certificate"


@dataclass(frozen=True)
class Kept:
    """Rows that stay: what they are called, how many, why, and the law that wants it (empty where none does)."""

    label: str
    rows: int
    why: str
    law: str


@dataclass(frozen=True)
class Readable:
    """A certificate in the words of the language in force."""

    number: str
    erased_at: dt.datetime
    removed: Sequence[tuple[str, int]]
    kept: Sequence[Kept]


def of(request: PrivacyRequest, *, at: dt.datetime) -> dict[str, Any]:
    """What was removed per table, what stays and why, signed. It names the request and nobody."""
    done = _entry(request.customer_id)
    if done is not None and done.details.get("as") != str(request.customer_id):
        done = _entry(uuid.UUID(done.details["as"])) or done  # they had been merged into somebody
    removed = dict(done.details.get("rows", {})) if done else {}
    everybody = [uuid.UUID(one) for one in done.details.get("with", ())] if done else []
    told = {
        "kind": "erasure",
        "issuer": settings.CDP_SHOP_NAME,
        "request": request.reference,
        "law": request.pack,
        "law_version": request.pack_version,
        "received_at": request.received_at.isoformat(),
        "erased_at": (done.at if done else at).isoformat(),
        "removed": removed,
        "kept": _kept(everybody or [request.customer_id]),
        "kept_by": _laws(request.pack),
        "keys_destroyed": not DataKey.objects.filter(customer_id__in=everybody or [request.customer_id]).exists(),
        "suppressed": "identifiers are kept as keyed digests, so that no file brings the person back",
        "verification_keys": settings.CDP_BASE_URL + reverse("consent:receipt-keys"),
    }
    return {**told, "signature": signing.sign(told)}


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
    if model in _OWN_REASON:
        return _OWN_REASON[model]
    return {"commerce": "books", "loyalty": "books", "consent": "proof"}.get(model._meta.app_label, "results")


def _laws(key: str) -> dict[str, str]:
    """Why rows stay → the article of the request's own law that wants it."""
    return {why: _signed(citation) for why, citation in _citations(packs.every().get(key)).items()}


def _signed(citation: Citation) -> str:
    return f"{citation.law} {citation.article}".strip()


def _citations(pack: Pack | None) -> dict[str, Citation]:
    if pack is None:
        return {}
    cited = {one.key: one for one in pack.citations}
    books = next((one.citation for one in pack.retention if "commerce.orders" in one.kinds and one.at_least), "")
    wanted = {"books": books, "proof": pack.citation_of("proof")}
    return {why: cited[key] for why, key in wanted.items() if key in cited}


def is_ours(found: Mapping[str, Any]) -> bool:
    """Whether a certificate that somebody shows was made here and says what it said."""
    told = {name: value for name, value in found.items() if name != "signature"}
    signature = found.get("signature")
    if isinstance(signature, dict):
        return signing.is_signed(told, signature)
    ours = index.lasting(_OLD_SIGNATURE, signing.canonical(told).decode()).hex()
    return isinstance(signature, str) and hmac.compare_digest(ours.encode(), signature.encode())


def number(found: Mapping[str, Any]) -> str:
    """A short name of a certificate, for reading it out."""
    return hashlib.sha256(signing.canonical(found)).hexdigest()[:16]


def as_file(found: Mapping[str, Any]) -> str:
    """The certificate as it is handed out."""
    return json.dumps(found, ensure_ascii=False, indent=2)


def readable(found: Mapping[str, Any]) -> Readable:
    """What it says, for people, in the language in force."""
    return Readable(
        number=number(found),
        erased_at=dt.datetime.fromisoformat(found["erased_at"]),
        removed=readable_kinds.kinds(found["removed"]),
        kept=_told_kept(found["kept"], _told_laws(found)),
    )


def _told_laws(found: Mapping[str, Any]) -> dict[str, str]:
    """The laws as they were signed, in the reader's language where they are cited so today, too."""
    citations = _citations(packs.every().get(found["law"]))
    return {
        why: laws.cited(citations[why]).short if why in citations and _signed(citations[why]) == law else law
        for why, law in found.get("kept_by", {}).items()
    }


def _told_kept(kept: Mapping[str, Mapping[str, Any]], by_law: Mapping[str, str]) -> list[Kept]:
    """One line per kind of data and reason; the empty row in place of a person has words of its own."""
    told = []
    for why in (*WHY, *sorted({one["why"] for one in kept.values()} - WHY.keys())):
        tables = {table: one["rows"] for table, one in kept.items() if one["why"] == why}
        kinds = [(_("An empty entry in your place"), sum(tables.values()))] if why == "tombstone" else None
        for label, rows in kinds or readable_kinds.kinds(tables):
            if rows:
                told.append(Kept(str(label), rows, str(WHY.get(why, why)), by_law.get(why, "")))
    return told
