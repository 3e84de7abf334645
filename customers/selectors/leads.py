"""Leads for those who follow them up: the list, one of them, and their entries on the timeline."""

import datetime as dt
import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from cdp.core import audit, ids, open_things, pages, panels, timeline
from cdp.core.crypto import subjects
from cdp.core.models import AuditEntry, User
from customers.models import Lead, LeadKey
from customers.rules.leads import Answer
from customers.selectors import profiles, staff

TABLE = "customers_lead"
PAGE = pages.SIZE
HISTORY = 50
OPEN = (Lead.Status.NEW, Lead.Status.CONTACTED, Lead.Status.QUALIFIED)


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list. None of it identifies a person, so it may stand in addresses."""

    platform: str = ""
    status: str = ""
    since: dt.datetime | None = None
    source: str = ""
    owner: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What a lead says, opened: answers of the form, what was told of somebody known already, what comes next."""

    answers: tuple[Answer, ...]
    told: Mapping[str, str]
    next_step: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing was told beside who it is."""
        return not self.answers and not self.told


def listed(filters: Filters) -> QuerySet[Lead]:
    """The leads that pass the filters, in no order."""
    rows = Lead.objects.defer("answers", "key", "resolved_by")
    if filters.platform:
        rows = rows.filter(platform=filters.platform)
    if filters.status:
        rows = rows.filter(status=filters.status)
    if filters.source:
        rows = rows.filter(source=filters.source)
    if filters.owner:
        rows = rows.filter(owner_id=filters.owner)
    if filters.since:
        rows = rows.filter(id__gte=ids.floor(filters.since))  # an id carries when its lead arrived
    return rows


def page(
    filters: Filters, *, older_than: uuid.UUID | None = None, newer_than: uuid.UUID | None = None, size: int = PAGE
) -> pages.Page[Lead]:
    """The page after `older_than`, or before `newer_than`, or the first."""
    return pages.page(listed(filters), older_than=older_than, newer_than=newer_than, size=size)


def count(filters: Filters) -> tuple[int, bool]:
    """How many pass the filters, and whether that is all of them: counting stops where nobody reads on."""
    return pages.count(listed(filters))


def any_at_all() -> bool:
    """Whether any lead ever came."""
    return Lead.objects.exists()


def of_customers(customers: Sequence[uuid.UUID], *, limit: int = 5) -> list[Lead]:
    """The newest leads of these customers (a survivor and those absorbed)."""
    return list(Lead.objects.filter(customer_id__in=list(customers)).order_by("-arrived_at", "-id")[:limit])


def find(customer: uuid.UUID, lead: uuid.UUID) -> Lead | None:
    """One lead of a customer."""
    return Lead.objects.filter(customer_id=customer, id=lead).first()


def opened(lead: Lead, keyring: subjects.Keyring | None = None) -> Content:
    """What a lead says."""
    keyring = keyring or subjects.load([lead.customer_id])
    text = keyring.open(lead.answers, table=TABLE, column="answers", row=lead.id)
    found = json.loads(text) if text else {}
    return Content(
        tuple(Answer(question, answer) for question, answer in found.get("answers", ())),
        found.get("told", {}),
        keyring.open(lead.next_step, table=TABLE, column="next_step", row=lead.id),
    )


def differing(content: Content, profile: profiles.Profile | None) -> list[tuple[str, str, str]]:
    """(field, what was told, what we have) of whatever a lead told otherwise than we know it. An address or a number
    that is known beside the first one is known, too.
    """
    if profile is None:
        return [(name, said, "") for name, said in content.told.items()]
    place = profile.place
    first = {
        "name": profile.name,
        "email": profile.email,
        "phone": profile.phone,
        "company": profile.customer.company,
        "job_title": profile.customer.job_title,
        "city": place.city if place else profile.customer.city,
        "postcode": place.postcode if place else "",
        "street": place.street if place else "",
    }
    found = []
    for name, said in content.told.items():
        others = [one.value for one in profile.contacts if one.kind == name]
        if _alike(said) not in {_alike(one) for one in (first.get(name, ""), *others)}:
            found.append((name, said, first.get(name, "")))
    return found


def _alike(text: str) -> str:
    return " ".join(text.split()).casefold()


def next_steps(leads: Sequence[Lead], keyring: subjects.Keyring) -> dict[uuid.UUID, str]:
    """What comes next of each of these leads."""
    return {
        lead.id: keyring.open(lead.next_step, table=TABLE, column="next_step", row=lead.id)
        for lead in leads
        if lead.next_step
    }


@dataclass(frozen=True, slots=True)
class Change:
    """Something staff did with a lead."""

    at: dt.datetime
    author: str
    text: str


def history(lead: Lead) -> list[Change]:
    """Who changed what of a lead, newest first, at most HISTORY."""
    found = AuditEntry.objects.filter(
        customer_id=lead.customer_id, object_id=str(lead.id), action=audit.Action.LEAD_CHANGED
    )
    rows = list(found.order_by("-at", "-id")[:HISTORY])
    people = {row.actor_id for row in rows} | {row.details.get("owner") for row in rows if row.details.get("owner")}
    names = staff.names(people)
    return [Change(row.at, names.get(str(row.actor_id), ""), _words(row.details, names)) for row in rows]


def _words(details: Mapping[str, object], names: Mapping[str, str]) -> str:
    match details:
        case {"status": [str(), str(after)]}:
            return gettext("Now: {status}").format(status=Lead.Status(after).label)
        case {"owner": ""}:
            return gettext("Nobody looks after it any more")
        case {"owner": str(owner)}:
            return gettext("{name} looks after it").format(name=names.get(owner, gettext("A colleague")))
        case {"next_on": str(on)} if on:
            return gettext("Next step planned")
    return gettext("Next step changed")


def colleagues() -> list[User]:
    """Who may look after a lead."""
    return staff.active()


def open_ones(customers: Sequence[uuid.UUID]) -> list[open_things.OpenThing]:
    """Leads of these people that nobody has won or lost yet: for the counter and the phone."""
    rows = Lead.objects.filter(customer_id__in=list(customers), status__in=OPEN).defer("answers", "next_step", "key")
    return [
        open_things.OpenThing(
            title=_title(row),
            at=row.arrived_at,
            icon="leads",
            note=str(row.get_status_display()),
            url=reverse("business:lead-detail", args=[row.customer_id, row.id]),
            day=row.next_on,
        )
        for row in rows.order_by("-arrived_at", "-id")[: open_things.MOST]
    ]


def panel(question: panels.Question) -> Mapping[str, Any] | None:
    """The leads of a customer on the customer's page."""
    found = of_customers(question.lineage)
    return {"leads": found} if found else None


def keys_of(customers: Collection[uuid.UUID]) -> dict[bytes, uuid.UUID]:
    """The keys of the leads that these customers have now."""
    rows = Lead.objects.filter(customer_id__in=customers).values_list("key", "customer_id")
    return {bytes(key): customer for key, customer in rows}


def known_keys(digests: Sequence[bytes]) -> set[bytes]:
    """Which of these leads are here already."""
    found = LeadKey.objects.filter(digest__in=list(digests)).values_list("digest", flat=True)
    return {bytes(digest) for digest in found}


def entries(question: timeline.Question) -> list[timeline.Entry]:
    """Leads as entries of one customer's timeline."""
    found = Lead.objects.filter(customer_id__in=list(question.customers)).defer("answers", "next_step", "key")
    if question.before:
        found = found.filter(arrived_at__lt=question.before)
    return [
        timeline.Entry(
            id=str(row.id),
            at=row.arrived_at,
            kind="lead",
            title=_title(row),
            source=row.source,
            icon="leads",
            data={
                "platform": row.platform,
                "form": row.form,
                "campaign": row.campaign,
                "ad": row.ad,
                "status": row.status,
            },
        )
        for row in found.order_by("-arrived_at", "-id")[: question.limit]
    ]


def _title(lead: Lead) -> str:
    name = lead.about
    text = gettext("Lead from {platform}: {form}") if name else gettext("Lead from {platform}")
    return text.format(platform=lead.get_platform_display(), form=name)
