"""Staff write down a yes or a no that reached the shop past its forms, and open the files that prove one."""

import datetime as dt
import uuid
from typing import Any

import structlog
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import context, leaving, receipts
from cdp.core.views.access import actor_of, requires, staff_of
from consent.forms.evidence import given
from consent.forms.recording import YES, RecordingForm, begun
from consent.models import Channel, ConsentRecord
from consent.rules import evidence as rules
from consent.selectors import evidence, purposes
from consent.services import recording
from customers.models import Customer
from customers.selectors import lineage, listing, profiles, tongues

SHOWN = 8
LONGEST = 200
log = structlog.get_logger("consent")


@requires("consent.record")
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Whose statement it is. What is looked for travels in the body."""
    text = " ".join(request.POST.get("q", "").replace("\0", "").split())[:LONGEST]
    in_full = bool(staff_of(request).can("customers.reveal"))
    people = listing.quick(text, limit=SHOWN, in_full=in_full) if text else []
    return render(request, "consent/record_find.html", {"text": text, "people": people})


@requires("consent.record")
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest, customer: uuid.UUID) -> HttpResponse:
    """The form; then the history of the person with what was written."""
    person, now = _person(customer), timezone.now()
    offered = _offered()
    token_text = request.POST.get("form_token", "")
    form = RecordingForm(
        request.POST if request.method == "POST" else None,
        offered=offered,
        initial=begun(tongues.of_person(person), now=now),
    )
    files = given(request) if request.method == "POST" else []
    is_used = False
    if form.is_bound and form.is_valid():
        try:
            _write(request, person, form, files, token_text, now)
        except recording.UnableToRecord as unable:
            name = {"files": None, "purpose": "about", "channel": "about"}.get(unable.field, unable.field)
            form.add_error(name if name in form.fields else None, str(unable))
        except receipts.Stale:
            form.add_error(None, _("This page was saved before or stood open for too long. Please save once more."))
            is_used = True
        else:
            messages.success(request, _("Written into the ledger"))
            return redirect("consent:history", person.id)
    profile = profiles.one(person)
    assert profile is not None, "the row is there"  # noqa: S101
    shown: dict[str, Any] = {
        "form": form,
        "profile": profile,
        "token": receipts.asked_again(token_text, recording.FORM, is_used=is_used, now=now),
        "accept": rules.ACCEPT,
        "had_files": bool(files),
    }
    return render(request, "consent/record.html", shown, status=422 if form.errors else 200)


@requires("consent.manage")
@require_safe
def evidence_file(request: HttpRequest, file: uuid.UUID) -> HttpResponse:
    """A file that proves a statement, as a download that no browser shows by itself. A look at a person."""
    row = evidence.find(file)
    if row is None:
        raise Http404
    now = timezone.now()
    try:
        content = evidence.content(row)
    except evidence.Altered:
        log.exception("an evidence file is not the one that its statement names", file=str(row.id))
        messages.error(request, _("This file is not the one that was recorded: it was changed past this program."))
        return _back(row.customer_id, row.id)
    if content is None:
        raise Http404
    kind = rules.KINDS[row.kind]
    context.show([row.customer_id])
    permit = leaving.own(leaving.Own.EVIDENCE, channel="file", at=now)
    permit.check(channel="file", own={leaving.Own.EVIDENCE})
    response = HttpResponse(content, content_type=kind.media_type)
    # Our own name, as theirs may name a person; downloaded, never rendered, and without rights where it is opened.
    name = f"evidence-{row.added_at:%Y-%m-%d}-{str(row.id)[-6:]}.{kind.ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    add_never_cache_headers(response)
    return response


def _back(customer: uuid.UUID, file: uuid.UUID) -> HttpResponse:
    named = ConsentRecord.objects.filter(customer_id=customer, files__contains=[{"id": str(file)}])
    found = named.values_list("id", flat=True).first()
    return redirect("consent:proof", found) if found else redirect("consent:ledger")


def _write(
    request: HttpRequest,
    person: Customer,
    form: RecordingForm,
    files: list[Any],
    token_text: str,
    now: dt.datetime,
) -> None:
    purpose, channel = form.matter
    told = form.cleaned_data
    recording.record(
        customer=person.id,
        statement=recording.Statement(
            purpose=purpose,
            channel=channel,
            granted=told["said"] == YES,
            way=told["way"],
            at=form.moment(now),
            language=told["language"],
            words=told["words"],
        ),
        files=files,
        token=receipts.read_token(token_text, recording.FORM, now=now),
        actor=actor_of(request),
        now=now,
    )


def _offered() -> list[tuple[str, list[tuple[str, str]]]]:
    """The shop's purposes, each with its channels; details of the special categories have a page of their own."""
    found = []
    for one in purposes.offered(get_language() or ""):
        if one.key == purposes.SPECIAL:
            continue
        channels = [
            (f"{one.key}.{channel}", one.name if channel == Channel.ANY else purposes.channel_name(channel))
            for channel in one.channels
        ]
        found.append((one.name, channels))
    return found


def _person(customer: uuid.UUID) -> Customer:
    try:
        return lineage.get(customer).customer
    except (lineage.Erased, lineage.Unknown) as error:
        raise Http404 from error
