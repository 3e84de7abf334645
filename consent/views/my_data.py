"""`/my-data/`: what a person may ask of us, without an account and without scripts.

Choose a right, say how we know you, enter the code we send there. Then a page on a signed link tells how far it is. An
address that nobody is known by gets the same pages: nothing is looked up while they are made.
"""

import contextlib
import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import addresses, leaving
from cdp.core.actors import CUSTOMER
from consent.forms.requests import RIGHT_HELP, AskForm, CodeForm
from consent.models import PrivacyCode, PrivacyRequest, Restriction, Right
from consent.rules import requests as rules
from consent.selectors import requests as reading
from consent.selectors import restrictions
from consent.services import links, restricting
from consent.services.requests import certificates as made
from consent.services.requests import closing, codes, complaints, copies, rectifying, steps
from consent.services.requests.steps import UnableToDo
from consent.views import certificates, languages

CHUNK = 256 * 1024
MOST_LOOKS = 40
"""So often the page of a copy that is being made looks by itself: ten minutes."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Choose a right (GET), then say who you are (`?right=`), then send it (POST)."""
    with translation.override(languages.of(request)):
        chosen = request.POST.get("right", request.GET.get("right", ""))
        if chosen not in Right.values:
            rights = [{"key": right.value, "label": right.label, "help": RIGHT_HELP[right]} for right in Right]
            return _page(request, "choose", {"rights": rights})
        if request.method != "POST":
            return _form(request, AskForm(right=chosen, initial={"right": chosen}), chosen)
        form = AskForm(request.POST, right=chosen)
        if not form.is_valid():
            return _form(request, form, chosen, status=422)
        code = codes.ask(
            codes.Asked(
                right=chosen,
                channel=form.cleaned_data["channel"],
                address=form.cleaned_data["address"],
                language=_language(),
                said=form.cleaned_data["said"],
                changes=form.changes if chosen == Right.RECTIFICATION else {},
            ),
            network=addresses.network(addresses.of_client(request)),
            at=timezone.now(),
        )
        return redirect(reverse("consent:my-data-code", args=[links.code_ticket(code)]) + f"?lang={_language()}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, ticket: str) -> HttpResponse:
    """Enter the code. Right, it leads to the page of the request; else it says so in the same words for everybody."""
    with translation.override(languages.of(request)):
        now = timezone.now()
        try:
            code = links.read_code_ticket(ticket)
        except links.BadToken:
            return _refused(request, "code", "forged", now)
        form = CodeForm(request.POST or None)
        if request.method != "POST" or not form.is_valid():
            return _page(request, "code", _code_of(form))
        try:
            begun = codes.prove(code=code, typed=form.cleaned_data["code"], at=now)
        except UnableToDo as unable:
            form.add_error("code", str(unable.text))
            return _page(request, "code", _code_of(form), status=422)
        if begun is None:  # a code for a copy belongs on the page of its request
            return _refused(request, "code", "forged", now)
        return redirect(reverse("consent:my-data-progress", args=[links.progress_token(begun.id)]))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def progress(request: HttpRequest, token: str) -> HttpResponseBase:
    """How far a request is. By POST it is taken back, a code for the copy is sent, or the copy is fetched with it."""
    now = timezone.now()
    row = _of(token)
    if row is None or not reading.is_shown(row, now=now):
        with translation.override(languages.of(request)):
            return _refused(request, "progress", "expired" if row else "forged", now)
    with translation.override(languages.of(request, otherwise=row.language)):
        if request.method != "POST":
            return _progress(request, row, now)
        act = request.POST.get("act", "")
        try:
            if act == "cancel":
                closing.cancel(request=row.id, actor=CUSTOMER, at=now)
            elif act == "code" and (copies.is_ready(row, at=now) or _rests(row, now)):
                return _send_code(request, row, now)
            elif act == "end" and _rests(row, now):
                return _end(request, row, now)
            elif act == "fetch" and copies.is_ready(row, at=now):
                return _fetch(request, row, now)
        except UnableToDo as unable:
            return _progress(request, row, now, problem=str(unable.text), status=422)
        return redirect(request.get_full_path())


@never_cache
@require_safe
def certificate(request: HttpRequest, token: str) -> HttpResponse:
    """The certificate of an erasure as a file. It names the request and nobody."""
    now = timezone.now()
    row = _of(token)
    with translation.override(languages.of(request)):
        if row is None or not reading.is_shown(row, now=now) or "certificate" not in row.outcome:
            return _refused(request, "certificate", "forged" if row is None else "expired", now)
    return certificates.as_file(row, at=now)


def _of(token: str) -> PrivacyRequest | None:
    try:
        return reading.find(links.read_progress(token))
    except (links.BadToken, ValueError):
        return None


def _rests(row: PrivacyRequest, now: dt.datetime) -> Restriction | None:
    """What holds because of this request, and the person may end."""
    is_done = row.right == Right.RESTRICTION and row.state == PrivacyRequest.State.ANSWERED
    return restrictions.asked(row.customer_id, at=now) if is_done else None


def _code_of(form: CodeForm) -> dict[str, Any]:
    """What the page of a code shows; to everybody how many codes there are, so that nobody waits for a fourth."""
    most, span = rules.CODES_PER_CONTACT
    return {
        "form": form,
        "again": reverse("consent:my-data"),
        "most": most,
        "minutes": span // dt.timedelta(minutes=1),
    }


def _send_code(request: HttpRequest, row: PrivacyRequest, now: dt.datetime) -> HttpResponse:
    """A second code in front of the copy, and before data are used again: the link alone, forwarded or found, opens
    nothing.
    """
    channel, address = steps.words(row).reach
    if not address:
        return _progress(request, row, now, status=409)
    code = codes.ask(
        codes.Asked(right=row.right, channel=channel, address=address, language=_language(), download=str(row.id)),
        network=addresses.network(addresses.of_client(request)),
        at=now,
        customer=row.customer_id,
    )
    return _progress(request, row, now, ticket=links.code_ticket(code))


def _refusal(request: HttpRequest, row: PrivacyRequest, now: dt.datetime) -> HttpResponse | None:
    """The page again for a code that does not open this request; None for one that does."""
    ticket = request.POST.get("ticket", "")
    try:
        code = links.read_code_ticket(ticket)
        asked = PrivacyCode.objects.filter(id=code, customer_id=row.customer_id).first()
        if asked is None or codes.download_of(asked) != row.id:
            raise UnableToDo(codes.WRONG, code="forged")
        codes.prove(code=code, typed=request.POST.get("code", ""), at=now)
    except links.BadToken:
        return _progress(request, row, now, problem=str(codes.WRONG), status=422)
    except UnableToDo as unable:
        return _progress(request, row, now, problem=str(unable.text), ticket=ticket, status=422)
    return None


def _end(request: HttpRequest, row: PrivacyRequest, now: dt.datetime) -> HttpResponse:
    """The person has the use of their data go on: what they asked to rest, not what others let rest."""
    if (refusal := _refusal(request, row, now)) is not None:
        return refusal
    with contextlib.suppress(restricting.UnableToRestrict):  # gone meanwhile: nothing is used anyway
        restricting.lift(customer=row.customer_id, actor=CUSTOMER, at=now, only=[restricting.Reason.ASKED])
    return redirect(request.get_full_path())


def _fetch(request: HttpRequest, row: PrivacyRequest, now: dt.datetime) -> HttpResponseBase:
    if (refusal := _refusal(request, row, now)) is not None:
        return refusal
    leaving.own(leaving.Own.REQUEST_ANSWER, channel="file", at=now).check(
        channel="file", own=[leaving.Own.REQUEST_ANSWER]
    )
    stream = copies.fetch(row, at=now)
    if stream is None:
        return _progress(request, row, now, status=410)
    response = StreamingHttpResponse(
        iter(lambda: stream.read(CHUNK), b""),
        content_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="{row.reference}.zip"',
            "Content-Length": str(row.outcome["size"]),
            "X-Content-Type-Options": "nosniff",
        },
    )
    add_never_cache_headers(response)
    return response


def _progress(
    request: HttpRequest,
    row: PrivacyRequest,
    now: dt.datetime,
    *,
    problem: str = "",
    ticket: str = "",
    status: int = 200,
) -> HttpResponse:
    words = steps.words(row)
    found = row.outcome.get("certificate")
    context = {
        "row": row,
        "clock": reading.clock(row, now=now),
        "words": words,
        "can_cancel": row.closed_at is None and row.state != PrivacyRequest.State.WORKING,
        "copy": copies.is_ready(row, at=now),
        "rests": _rests(row, now),
        "can_send": bool(words.reach[1]),
        "copy_until": dt.datetime.fromisoformat(row.outcome["expires_at"]) if "expires_at" in row.outcome else None,
        "changes": rectifying.opened(row) if row.right == Right.RECTIFICATION else [],
        "is_partly_refused": bool(row.outcome.get("refused")),
        "told": reading.told(row),
        "shown_until": reading.shown_until(row),
        "ground": closing.GROUNDS.get(row.refusal_ground, ""),
        "authority": complaints.authority(row),
        "certificate": made.readable(found) if found else None,
        "certificate_url": reverse("consent:my-data-certificate", args=[links.progress_token(row.id)]),
        "again_url": _again_url(request, row),
        "problem": problem,
        "ticket": ticket,
    }
    return _page(request, "progress", context, status=status)


def _again_url(request: HttpRequest, row: PrivacyRequest) -> str:
    """Where the page of somebody who waits looks next, without scripts; nowhere once it has looked often enough."""
    asked = request.GET.get("looked", "0")
    looked = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else MOST_LOOKS
    if row.state != PrivacyRequest.State.WORKING or request.method == "POST" or looked >= MOST_LOOKS:
        return ""
    return f"?lang={_language()}&looked={looked + 1}"


def _form(request: HttpRequest, form: AskForm, chosen: str, *, status: int = 200) -> HttpResponse:
    right = Right(chosen)
    return _page(request, "ask", {"form": form, "right": right, "help": RIGHT_HELP[right]}, status=status)


def _refused(request: HttpRequest, what: str, why: str, now: dt.datetime) -> HttpResponse:
    """A link that is none of ours or too old: polite, kept, and telling nothing."""
    codes.note_attempt(what, why, at=now)
    return _page(request, "refused", {}, status=410 if why == "expired" else 404)


def _language() -> str:
    return (translation.get_language() or "en")[:2]


def _page(request: HttpRequest, name: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    response = render(request, f"consent/my_data/{name}.html", context, status=status)
    response.headers["Content-Language"] = _language()
    # The address is the permission and stays with us. Not "no-referrer": browsers then send forms with the origin
    # "null", and each would be refused as somebody else's.
    response.headers["Referrer-Policy"] = "same-origin"
    return response
