"""Consent receipts: what a person allowed, with its history, signed so that they can prove it without us."""

import datetime as dt
import json
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cdp.core import audit, ids
from cdp.core.actors import Actor
from cdp.core.crypto import signing, subjects
from consent.models import Channel, ConsentRecord, Purpose
from consent.rules import notices as names
from consent.rules import receipts as rules
from consent.selectors import jurisdiction, ledger, notices, policies, purposes
from customers.selectors import lineage

LONGEST = 1000
"""Statements in one receipt, the newest; more than anybody makes by hand."""


class UnableToIssue(Exception):
    """Nobody is left under that id, or nobody ever was."""


def issue(*, customer: uuid.UUID, at: dt.datetime, actor: Actor | None = None, language: str = "") -> dict[str, Any]:
    """A signed receipt `{"receipt": {…}, "signature": {"alg", "kid", "value"}}`: what holds now, and all that was said.

    For the person who now stands behind the id. With `actor` it is audited; without, the caller keeps its own record.
    `language` is that of the purposes' words. It names nobody: no name and no contact data. Raises UnableToIssue.
    """
    try:
        person = lineage.get(customer).customer
    except (lineage.Unknown, lineage.Erased) as error:
        raise UnableToIssue(str(error)) from error
    language = language or get_language() or settings.LANGUAGE_CODE
    with transaction.atomic():
        receipt = _receipt(person.id, jurisdiction.of_person(person).key, at=at, language=language)
        if actor is not None:
            audit.record(
                audit.Action.RECEIPT_ISSUED, actor=actor, at=at, customer=person.id, subject=receipt.id, details={}
            )
    content = rules.content(receipt)
    return {"receipt": content, "signature": signing.sign(content)}


def signed(text: str) -> dict[str, Any]:
    """The receipt in a text, if we signed it. Raises UnableToIssue."""
    try:
        found = json.loads(text)
        if signing.is_signed(found["receipt"], found["signature"]):
            return {"receipt": found["receipt"], "signature": found["signature"]}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnableToIssue("no receipt of ours") from error
    raise UnableToIssue("no receipt of ours")


STATES = {
    rules.ACTIVE: _("Allowed"),
    rules.REFUSED: _("Refused"),
    rules.ENDED: _("Taken back"),
    rules.LAPSED: _("No longer counts"),
    rules.UNSAID: _("Nothing holds"),
}


def readable(found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a receipt says, for people, in the language in force: purpose, way, what holds since when, what was said."""
    return [
        {
            "purpose": one["purpose"]["name"],
            "about": one["purpose"]["description"],
            "channel": "" if one["channel"] == Channel.ANY else purposes.channel_name(one["channel"]),
            "state": STATES[one["state"]],
            "since": dt.datetime.fromisoformat(one["since"]) if "since" in one else None,
            "events": [
                {"at": dt.datetime.fromisoformat(event["event_time"]), "said": _said(event["event_state"])}
                for event in one["events"]
            ],
        }
        for one in found["receipt"]["processing"]
    ]


def _said(status: str) -> str:
    known = ConsentRecord.Status
    return str(known(status).label) if status in known.values else status


def _receipt(customer: uuid.UUID, law: str, *, at: dt.datetime, language: str) -> rules.Receipt:
    persons = lineage.of(customer)
    records = list(ledger.history(persons)[: LONGEST + 1])
    keyring = subjects.load(persons)
    base = settings.CDP_BASE_URL
    return rules.Receipt(
        id=ids.uuid7(),
        issued_at=localtime(at),
        customer=customer,
        language=language[:2],
        jurisdiction=law,
        controller=rules.Party(
            name=settings.CDP_SHOP_NAME,
            address=settings.CDP_SHOP_ADDRESS,
            email=settings.DEFAULT_FROM_EMAIL,
            country=settings.CDP_SHOP_COUNTRY,
            url=settings.CDP_SHOP_URL or base,
        ),
        policy_url=base + reverse("consent:privacy"),
        policy_version=policies.current_version("privacy", at=at),
        keys_url=base + reverse("consent:receipt-keys"),
        purposes=_purposes(language, at=at),
        holding=[
            rules.Holding(state.purpose, state.channel, state.status, localtime(state.at), state.record_id)
            for state in ledger.states([customer])
        ],
        events=[_event(record, keyring) for record in records[:LONGEST]],
        is_whole=len(records) <= LONGEST,
    )


def _purposes(language: str, *, at: dt.datetime) -> dict[str, rules.About]:
    rows = list(Purpose.objects.all())
    lapsed = purposes.lapsed_before(at)
    versions = notices.in_force_at({(names.of_purpose(row.key), at) for row in rows})
    return {
        row.key: rules.About(
            key=row.key,
            name=purposes.in_language(row.name, language) or row.key,
            description=purposes.in_language(row.description, language),
            version=versions.get((names.of_purpose(row.key), at), ""),
            holds_since=max(
                (moment for moment in (row.meaning_since, lapsed.get(row.key)) if moment is not None), default=None
            ),
        )
        for row in rows
    }


def _event(record: ConsentRecord, keyring: subjects.Keyring) -> rules.Event:
    proof = ledger.evidence(record, keyring)
    words = proof.get("text", "") if isinstance(proof, dict) else ""
    return rules.Event(
        id=record.id,
        purpose=record.purpose,
        channel=record.channel,
        status=record.status,
        at=localtime(record.at),
        recorded_at=localtime(record.recorded_at),
        method=record.method,
        source=record.source,
        form=record.form,
        place=record.place,
        language=record.language,
        policy_version=record.policy_version,
        purpose_version=record.purpose_version,
        actor=record.actor_kind,
        words=words if isinstance(words, str) else "",
        retracts=record.retracts,
    )
