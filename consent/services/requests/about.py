"""What the law wants told beside the data themselves: what for, on what basis, who receives them, how long, from where.

GDPR 15(1)(a–h) and 15(2); PDPA s.30 (copy, and how the data came) with s.23; PIPA 35 with Decree 41 (items, purpose,
retention, provision to others, the fact and content of consent). The words are those of the register of processing.
"""

import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from cdp.core import sources
from consent.models import PrivacyRequest, Right
from consent.rules import deadlines
from consent.selectors import packs, register
from consent.selectors import requests as reading
from consent.services import receipts
from consent.services.requests import complaints, letters, rectifying, steps
from customers.selectors import profiles, wherefrom

PORTION = 200
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """A heading and its lines: what, and what is so."""

    key: str
    title: str
    lines: Sequence[tuple[str, str]]
    is_use: bool = False  # an entry of the register


def sections(request: PrivacyRequest) -> list[Section]:
    """Everything about how the data are used, in the language in force."""
    pack = packs.every().get(request.pack) or packs.of_shop()
    found = [
        Section(
            "responsible",
            _("Who is responsible"),
            [
                (_("Name"), settings.CDP_SHOP_NAME),
                (_("Address"), settings.CDP_SHOP_ADDRESS),
                (_("E-mail"), settings.DEFAULT_FROM_EMAIL),
                (_("Privacy policy"), settings.CDP_BASE_URL + reverse("consent:privacy")),
            ],
        )
    ]
    labels = register.COLUMNS
    for entry in register.entries(language=request.language):
        if not entry.row.is_active:
            continue
        basis = str(register.BASES.get(entry.row.bases.get(pack.key, ""), ""))
        lines = [(str(labels[name]), entry.words[name]) for name in list(labels)[1:] if entry.words.get(name)]
        found.append(
            Section(f"use_{entry.row.key}", entry.words["name"], [*lines, (_("Basis in law"), basis)], is_use=True)
        )
    found.append(Section("origin", _("Where your data came from"), _origins(request)))
    rights = [(str(right.label), "") for right in Right]
    complaint = (_("Complaints go to"), complaints.authority(request))
    where = (_("You ask for any of them at"), settings.CDP_BASE_URL + reverse("consent:my-data"))
    found.append(Section("rights", _("Your rights"), [*rights, where, complaint]))
    return [replace(one, lines=[line for line in one.lines if any(line)]) for one in found]


def common(found: Sequence[Section]) -> list[tuple[str, str]]:
    """The lines that most of the uses have alike, in their order; a use that differs has a line of its own. Only of
    what every use says something of: one that is silent would seem to say the same.
    """
    uses = [one for one in found if one.is_use]
    said = set.intersection(*({label for label, _is in one.lines} for one in uses)) if uses else set()
    counts = Counter(line for one in uses for line in dict.fromkeys(one.lines))
    return [line for line, count in counts.items() if line[0] in said and count > 1 and count * 2 > len(uses)]


def as_json(found: Sequence[Section]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {"key": one.key, "title": one.title, "lines": [{"what": what, "is": is_} for what, is_ in one.lines]}
        for one in found
    ]


def _origins(request: PrivacyRequest) -> list[tuple[str, str]]:
    """By what each field was told, without who of the staff it was."""
    profile = profiles.one(request.customer_id, shown=False)
    if profile is None:
        return []
    labels = {name: label for name, label in rectifying.FIELD_NAMES.items() if hasattr(profile.customer, name)}
    told = wherefrom.of(profile, labels=labels, named=sources.names())
    lines = [*told.fields.values(), *told.parts.values(), *told.links]
    return list(dict.fromkeys((one.label, one.by) for one in lines))


def receipt(request: PrivacyRequest, *, at: datetime) -> dict[str, Any] | None:
    """The signed receipt of what the person allowed; None where nobody is left under that id."""
    try:
        return receipts.issue(customer=request.customer_id, at=at, language=request.language)
    except receipts.UnableToIssue:
        return None


def asked(people: Sequence[uuid.UUID]) -> Iterator[Row]:
    """Everything these people asked for under their rights, and what became of it, the oldest first."""
    for row in reading.of(people).order_by("id").iterator(chunk_size=PORTION):
        words, zone = steps.words(row), letters.zone_of(row)
        yield {
            "number": row.reference,
            "right": str(row.get_right_display()),
            "asked_at": row.received_at,
            "said": words.said,
            "due_on": deadlines.day_of(row.due_at, zone.key) if row.due_at else None,
            "state": str(row.get_state_display()),
            "closed_at": row.closed_at,
            "reason": words.reason or words.extended,
            "happened": [f"{step.at.astimezone(zone).isoformat()} {step.label}" for step in reading.told(row)],
        }


def asked_titles() -> dict[str, str]:
    """What the columns of `asked` are called."""
    return {
        "number": _("Number"),
        "right": _("Right"),
        "asked_at": _("Asked on"),
        "said": _("In your words"),
        "due_on": _("Answer due by"),
        "state": _("State"),
        "closed_at": _("Closed on"),
        "reason": _("Reason"),
        "happened": _("What happened"),
    }
