"""What a person has said, and what holds now."""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import get_language, gettext, gettext_noop

from cdp.core import panels, timeline
from cdp.core.crypto import subjects
from consent.models import Channel, ConsentRecord, ConsentState
from consent.rules.ledger import YES
from consent.rules.packs import Basis
from consent.selectors import packs, purposes
from customers.selectors import lineage

TABLE = "consent_consentrecord"
_WITHOUT_CHANNEL = {
    "given": gettext_noop("Allowed: %(purpose)s"),
    "reconfirmed": gettext_noop("Allowed again: %(purpose)s"),
    "inherited": gettext_noop("Permission taken over: %(purpose)s"),
    "denied": gettext_noop("Said no: %(purpose)s"),
    "withdrawn": gettext_noop("Withdrew consent: %(purpose)s"),
    "expired": gettext_noop("Permission expired: %(purpose)s"),
}
_WITH_CHANNEL = {
    "given": gettext_noop("Allowed: %(purpose)s by %(channel)s"),
    "reconfirmed": gettext_noop("Allowed again: %(purpose)s by %(channel)s"),
    "inherited": gettext_noop("Permission taken over: %(purpose)s by %(channel)s"),
    "denied": gettext_noop("Said no: %(purpose)s by %(channel)s"),
    "withdrawn": gettext_noop("Withdrew consent: %(purpose)s by %(channel)s"),
    "expired": gettext_noop("Permission expired: %(purpose)s by %(channel)s"),
}
IMPORT_UNDONE = "import_undone"
"""The method of entries by which an import was taken back; others were taken back by who had said it."""
USUAL = (Channel.EMAIL, Channel.SMS, Channel.LINE, Channel.ANY)
"""Columns of the matrix that are there even where nothing was said."""


@dataclass(frozen=True)
class Matrix:
    """What the `consent_matrix` tag draws: `rows` are `{"purpose", "cells": [{"status", "at", …}]}`."""

    channels: Sequence[str]
    rows: Sequence[dict[str, Any]]


def history(customers: Iterable[uuid.UUID]) -> QuerySet[ConsentRecord]:
    """Every statement of a person, newest first. Pass the whole lineage: records never move when people merge."""
    return ConsentRecord.objects.filter(customer_id__in=list(customers)).order_by("-at", "-id")


def word(record: ConsentRecord) -> str:
    """What the statement says, in a word or two."""
    if record.status == ConsentRecord.Status.RETRACTED and record.method != IMPORT_UNDONE:
        return gettext("Taken back")
    return str(record.get_status_display())


def counting(customers: Iterable[uuid.UUID]) -> QuerySet[ConsentRecord]:
    """The statements that count: all but those that were taken back, and the entries that say so."""
    same = ConsentRecord.objects.filter(customer_id=OuterRef("customer_id"), retracts=OuterRef("id"))
    return history(customers).exclude(status=ConsentRecord.Status.RETRACTED).exclude(Exists(same))


def keys(record: ConsentRecord) -> subjects.Keyring:
    """What opens the evidence of a statement; the keys of an absorbed person are with who stands for them."""
    return subjects.load(lineage.facts_under(record.customer_id))


def evidence(record: ConsentRecord, keyring: subjects.Keyring) -> Any:
    """What was shown and chosen, as it was recorded; None without evidence or once the person was erased."""
    sealed = bytes(record.evidence) if record.evidence else None
    text = keyring.open(sealed, table=TABLE, column="evidence", row=record.id)
    return json.loads(text) if text else None


def states(customers: Iterable[uuid.UUID]) -> QuerySet[ConsentState]:
    """The latest word per purpose and channel."""
    return ConsentState.objects.filter(customer_id__in=list(customers)).order_by("purpose", "channel")


def outdated(latest: Iterable[ConsentState], *, at: dt.datetime) -> set[tuple[str, str]]:
    """Purpose and channel of each "yes" among these that counts no more at that moment: older than what the purpose
    means now, or than it lets a "yes" hold. Whether or not the ledger says so already.
    """
    before = purposes.outdated_before(at)
    return {
        (one.purpose, one.channel)
        for one in latest
        if one.is_granted and one.purpose in before and one.at < before[one.purpose]
    }


def granted_count(lineage: Sequence[uuid.UUID]) -> int:
    """How many purposes and channels somebody allows now. The state is the survivor's (the first)."""
    return ConsentState.objects.filter(customer_id=lineage[0], is_granted=True).count()


def current(lineage: Sequence[uuid.UUID]) -> QuerySet[ConsentRecord]:
    """The records that hold now, one per purpose and channel, newest first. The state is the survivor's (the first)."""
    holding = ConsentState.objects.filter(customer_id=lineage[0]).values_list("record_id", flat=True)
    return history(lineage).filter(id__in=list(holding))


def said(question: panels.Question) -> list[ConsentState]:
    """`states` of the customer of a page, read once for all its parts."""
    return question.once("consent.states", lambda: list(states([question.customer])))


def matrix(latest: Iterable[ConsentState], *, language: str) -> Matrix:
    """Purposes by channels for the customer page; status is granted, denied, withdrawn, expired, none (never asked)
    or unneeded: nothing was said, and the shop's law lets what people ordered or asked for be done without.
    """
    law = packs.of_shop()
    known = {(state.purpose, state.channel): state for state in latest}
    shown = [channel for channel in Channel.values if channel in USUAL or any(key[1] == channel for key in known)]
    rows = []
    for purpose in purposes.offered(language, also={purpose for purpose, _channel in known}):
        cells = []
        for channel in shown:
            state = known.get((purpose.key, channel))
            if state is None:
                status = "unneeded" if law.basis(purpose.key, channel) is Basis.CONTRACT else "none"
            else:
                status = "granted" if state.is_granted else state.status
            cells.append(
                {
                    "channel": channel,
                    "is_offered": channel in purpose.channels,
                    "status": status,
                    "at": state.at if state else None,
                }
            )
        rows.append({"purpose": purpose.name, "key": purpose.key, "cells": cells})
    return Matrix(channels=[purposes.channel_name(channel) for channel in shown], rows=rows)


def entries(question: timeline.Question) -> list[timeline.Entry]:
    """The statements as timeline entries; their evidence stays sealed."""
    found = history(question.customers).defer("evidence")
    if question.before:
        found = found.filter(at__lt=question.before)
    rows = list(found[: question.limit])
    if not rows:
        return []
    names = purposes.names(get_language() or "")
    return [
        timeline.Entry(
            id=str(record.id),
            at=record.at,
            kind="consent",
            title=_title(record, names.get(record.purpose, record.purpose)),
            source=gettext("link in a message") if record.source.startswith("message:") else record.source,
            icon="consent",
            data={
                "purpose": record.purpose,
                "channel": record.channel,
                "granted": record.status in YES,
                "status": record.status,
            },
        )
        for record in rows
    ]


def _title(record: ConsentRecord, purpose: str) -> str:
    about = {"purpose": purpose, "channel": purposes.channel_name(record.channel)}
    if record.status == ConsentRecord.Status.RETRACTED:
        if record.method == IMPORT_UNDONE:
            return gettext("Import undone, this no longer counts: %(purpose)s") % about
        return gettext("Taken back at once: %(purpose)s") % about
    words = _WITHOUT_CHANNEL if record.channel == Channel.ANY else _WITH_CHANNEL
    return gettext(words[record.status]) % about
