"""/consent/ledger/: what people said, whether the ledgers can be trusted, and the proof of one statement."""

import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cdp.core import context, jobs
from cdp.core.chains import asking, judging, places, states
from cdp.core.models import ApiKey, Job, User
from cdp.core.views.access import requires, staff_of
from consent.forms.statements import StatementsForm
from consent.models import ConsentRecord
from consent.rules.ledger import REFUSALS, YES
from consent.selectors import evidence, ledger, purposes, statements
from consent.services.recording import FORM
from consent.views import frame
from customers.selectors import lineage, profiles

LONGEST = 200
NAMES = {
    "consent_consentrecord": gettext_lazy("What people allow and refuse"),
    "core_auditentry": gettext_lazy("Who changed what"),
    "core_accessentry": gettext_lazy("Who looked at whom"),
    "campaigns_messageevent": gettext_lazy("What became of messages"),
    "consent_termsacceptance": gettext_lazy("Terms that were accepted"),
    "consent_evidencefile": gettext_lazy("Files that prove statements"),
    "consent_privacyrequeststep": gettext_lazy("Steps of requests"),
    "consent_breachstep": gettext_lazy("Steps of breaches"),
    "consent_consentstate": gettext_lazy("What holds now, derived from the statements"),
}
METHODS = {
    "form": gettext_lazy("Form"),
    "import": gettext_lazy("Import"),
    "import_undone": gettext_lazy("Import undone"),
    "api": gettext_lazy("Program (REST)"),
    "unsubscribe": gettext_lazy("Link in a message"),
    "staff": gettext_lazy("Staff"),
    "counter": gettext_lazy("At the counter"),
    "phone": pgettext_lazy("consent method", "On the phone"),
    "paper": gettext_lazy("Paper form"),
    "letter": gettext_lazy("Letter"),
    "mail": pgettext_lazy("consent method", "E-mail"),
    "tracking": gettext_lazy("Website"),
    "preferences": gettext_lazy("Preference centre"),
    "gpc": gettext_lazy("Signal of the browser"),
    "guardian": gettext_lazy("Guardian"),
    "complaint": gettext_lazy("Complaint about a mail"),
    "meaning": gettext_lazy("New meaning of the purpose"),
    "age": gettext_lazy("Too long ago"),
}
"""What the common ways are called; others show their own key."""


@requires("consent.manage")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The chains, and the newest statements."""
    names = purposes.names(get_language() or "")
    form = StatementsForm(request.GET or None, purposes=names)
    filters = form.filters if request.GET else statements.Filters()
    found = statements.page(
        filters, now=timezone.now(), older_than=_id(request, "older"), newer_than=_id(request, "newer")
    )
    proofs = states.every()
    return render(
        request,
        "consent/ledger.html",
        {
            "states": [_state(one) for one in proofs],
            "checked_at": min((one.check.started_at for one in proofs if one.check), default=None),
            "faults": sum(one.check.fault_count for one in proofs if one.check),
            "whole_at": min((one.whole_at for one in proofs if one.whole_at), default=None),
            "job": _job(asking.newest()),
            "sealed": sum(one.sealed for one in proofs),
            "form": form,
            "chips": _chips(filters, names),
            "is_narrowed": bool(filters.given),
            "rows": _rows(found.rows, names),
            "newer_url": _further(filters, "newer", found.rows[:1]) if found.has_newer else "",
            "older_url": _further(filters, "older", found.rows[-1:]) if found.has_older else "",
            **frame.tabs(request, "ledger"),
        },
    )


@requires("consent.manage")
@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Let a worker prove all ledgers from their beginnings; the page shows how far it is and what came of it."""
    asking.begin(asked_by=staff_of(request).id)
    messages.success(request, _("The verification has begun. What it finds stands here."))
    return redirect("consent:ledger")


@requires("consent.manage")
@require_safe
def proof(request: HttpRequest, record_id: uuid.UUID) -> HttpResponse:
    """One statement with everything that proves it. A look at a person, which the access log keeps."""
    record = statements.find(record_id)
    if record is None:
        raise Http404
    names = purposes.names(get_language() or "")
    context.show([record.customer_id])
    keyring = ledger.keys(record)
    shown = ledger.evidence(record, keyring)
    digests = {one["id"]: one["sha256"] for one in shown.pop(evidence.ATTACHED, [])} if isinstance(shown, dict) else {}
    place = places.find(table=ledger.TABLE, row=record.id)
    return render(
        request,
        "consent/proof.html",
        {
            "row": _row(record, names, _people([record])),
            "record": record,
            "who": _who(record),
            "method": METHODS.get(record.method, record.method),
            "evidence": _evidence(shown),
            "files": [{"file": one, "sha256": digests.get(str(one.id), "")} for one in evidence.of(record, keyring)],
            "is_sealed_away": bool(record.evidence) and shown is None,
            "place": place,
            "retracted": statements.find(record.retracts) if record.retracts else None,
            "history_url": _history_url(record.customer_id),
            **frame.tabs(request, "ledger"),
        },
    )


def _history_url(customer: uuid.UUID) -> str:
    """Where all their statements stand; empty for who was forgotten, of whom only the single records are left."""
    try:
        lineage.get(customer)
    except (lineage.Unknown, lineage.Erased):
        return ""
    return reverse("consent:history", args=[customer])


@requires("customers.view")
@require_safe
def history(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """Everything that one person said, newest first; the proof of each is for privacy officers."""
    try:
        person = lineage.get(customer).customer
    except (lineage.Unknown, lineage.Erased) as error:
        raise Http404 from error
    names = purposes.names(get_language() or "")
    records = list(ledger.history(lineage.of(person.id)).defer("evidence")[: LONGEST + 1])
    context.show([person.id])
    reader = staff_of(request)
    return render(
        request,
        "consent/history.html",
        {
            "person": profiles.opened([person.id], with_places=False)[person.id],
            "rows": [_row(record, names, {}) for record in records[:LONGEST]],
            "is_cut": len(records) > LONGEST,
            "may_prove": reader.can("consent.manage"),
            "receipt_url": reverse("consent:receipt", args=[person.id]) if reader.can("consent.record") else "",
            "record_url": reverse("consent:record", args=[person.id]) if reader.can("consent.record") else "",
        },
    )


def _job(job: Job | None) -> dict[str, Any] | None:
    """The last verification that somebody asked for."""
    return None if job is None else jobs.told(job, now=timezone.now())


def _state(one: states.State) -> dict[str, Any]:
    return {
        "name": NAMES.get(one.subject, one.subject),
        "table": one.subject,
        "one": one,
        "seal": bytes(one.head.mac).hex()[:16] if one.head else "",
        "faults": [
            {"row": fault["row"], "words": _(judging.WORDS.get(fault["fault"], fault["fault"])), **_where(one, fault)}
            for fault in one.faults[:20]
        ],
    }


def _where(one: states.State, fault: dict[str, Any]) -> dict[str, Any]:
    url = reverse("consent:proof", args=[fault["row"]]) if one.subject == ledger.TABLE and _is_id(fault["row"]) else ""
    return {"month": fault.get("month", ""), "position": fault.get("position"), "url": url}


def _is_id(text: str) -> bool:
    try:
        uuid.UUID(text)
    except ValueError:
        return False
    return True


def _rows(records: Sequence[ConsentRecord], names: dict[str, str]) -> list[dict[str, Any]]:
    people = _people(records)
    return [_row(record, names, people) for record in records]


def _people(records: Sequence[ConsentRecord]) -> dict[uuid.UUID, profiles.Profile]:
    """Whose statements these are, by the id they stand under: of the merged those who stand for them."""
    standing = lineage.standing({record.customer_id for record in records})
    opened = profiles.opened(set(standing.values()), with_places=False)
    return {asked: opened[stands] for asked, stands in standing.items() if stands in opened}


def _row(record: ConsentRecord, names: dict[str, str], people: dict[uuid.UUID, profiles.Profile]) -> dict[str, Any]:
    tone = "success" if record.status in YES else "danger" if record.status in REFUSALS else "neutral"
    return {
        "id": record.id,
        "person": people.get(record.customer_id),
        "purpose": names.get(record.purpose, record.purpose),
        "channel": purposes.channel_name(record.channel) if record.channel != "any" else "",
        "status": ledger.word(record),
        "tone": tone,
        "at": record.at,
        "method": METHODS.get(record.method, record.method),
        "form": "" if record.form == FORM else record.form,
        "files": len(record.files or ()),
        "source": _("link in a message") if record.source.startswith("message:") else record.source,
    }


def _who(record: ConsentRecord) -> str:
    if record.actor_kind == "staff" and record.actor_id:
        user = User.objects.filter(id=record.actor_id).first()
        return str(user) if user else _("Former colleague")
    if record.actor_kind == "key" and record.actor_id:
        return ApiKey.objects.filter(id=record.actor_id).values_list("name", flat=True).first() or _("API key")
    return _("The person") if record.actor_kind == "customer" else _("The system")


def _evidence(shown: Any) -> list[tuple[str, Any]]:
    """What was recorded, in words where we know them."""
    if not isinstance(shown, dict):
        return [(str(_("Recorded")), shown)] if shown else []
    words: dict[str, str] = {
        "text": _("Words beside the box"),
        "shown": _("All that was shown"),
        "form": _("Form"),
        "how": _("How it was put"),
        "ip": _("Network (shortened address)"),
        "user_agent": _("Browser"),
        "call": _("Call of the website"),
        "told": _("What it told"),
    }
    return [(words.get(str(key), str(key)), value) for key, value in shown.items()]


def _chips(filters: statements.Filters, names: dict[str, str]) -> list[dict[str, Any]]:
    told = {
        "purpose": (_("Purpose"), names.get(filters.purpose, filters.purpose)),
        "channel": (_("Channel"), purposes.channel_name(filters.channel)),
        "status": (_("What was said"), dict(ConsentRecord.Status.choices).get(filters.status, filters.status)),
        "method": (_("Way of telling"), METHODS.get(filters.method, filters.method)),
        "form": (_("Form"), filters.form),
    }
    given = filters.given
    return [
        {
            "label": told[name][0],
            "value": told[name][1],
            "remove_url": "?" + urlencode({key: text for key, text in given.items() if key != name}),
        }
        for name in given
    ]


def _further(filters: statements.Filters, name: str, at: Sequence[ConsentRecord]) -> str:
    return "?" + urlencode({**filters.given, name: at[0].id}) if at else ""


def _id(request: HttpRequest, name: str) -> uuid.UUID | None:
    text = request.GET.get(name, "")
    try:
        return uuid.UUID(text) if text else None
    except ValueError as error:
        raise Http404 from error
