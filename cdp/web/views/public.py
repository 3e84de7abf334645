"""The one door of all public forms: show, take, thank; once, without scripts, and not for robots.

The order matters. A robot that fills in what people cannot see gets the thanks and nothing else. What is wrong is told
at its field with everything kept. A form that comes back faster than anybody can type is asked for once more, and the
second press always counts.

A person who changes the language or reads the policy in the middle sends the form along, in the body as ever, and gets
it back as it was: nothing typed ever stands in an address, in the browser's storage, or with us before it is sent.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _

from cdp.core import addresses, bounding, receipts
from cdp.web import kiosk, taking
from cdp.web.forms.public import TERMS, PublicForm
from cdp.web.views import kiosk as tablets
from consent.models import Policy
from consent.rules import gpc, notices
from consent.selectors import notices as texts
from consent.selectors import policies
from consent.selectors.notices import Disclosure
from consent.services import disclosures, served
from customers.rules import arrivals
from customers.services import identity

log = structlog.get_logger("forms")
"""From one address; a shop's own network is one, and a busy opening day must pass."""
QUICKEST = dt.timedelta(seconds=1)
"""Robots send within a few hundredths; people whose browser fills in everything need hardly more than a second."""
TICKET = "cdp_form"
TICKET_SECONDS = 600
DOCUMENTS = {"privacy": Policy.PRIVACY, "terms": Policy.TERMS}
DAYS = {"last_day", "ends_on"}
"""What the thanks tell as a day, in the reader's own way of writing it."""


@dataclass(frozen=True)
class Door:
    """A form, its pages, and what becomes of it: `facts` writes it and returns what the thanks say."""

    form: type[PublicForm]
    template: str
    done_template: str
    facts: Callable[[Any, taking.Told], Mapping[str, str]]

    @property
    def key(self) -> str:
        """The name of the form in addresses and records."""
        return self.form.key


def answer(request: HttpRequest, door: Door) -> HttpResponse:
    """Show the form, or take it; or, while somebody is filling it in, what its buttons ask for (`meanwhile`)."""
    tablet = kiosk.of(request)
    if request.method != "POST" and (first := _hand_over_first(request, door, tablet)) is not None:
        return first
    try:
        said = disclosures.require("form", door.key, language=_language(), at=timezone.now())
    except disclosures.NotDisclosed:
        return _closed(request, door)
    if request.method != "POST":
        token = receipts.new_token(door.key, now=timezone.now())
        fresh = door.form(
            initial={"form_token": token, "friend": request.GET.get("friend", "")[:40]}, is_kiosk=tablet is not None
        )
        if request.method == "GET" and not request.headers.get("Sec-Purpose", "").startswith("prefetch"):
            _count_shown(fresh)
        return _form(request, door, fresh, said=said)
    meanwhile = request.POST.get("meanwhile", "")
    if meanwhile == "step":
        return _faults_of_step(request, door, tablet)
    if meanwhile in DOCUMENTS:
        return _document(request, door, DOCUMENTS[meanwhile])
    if meanwhile:
        return _form(request, door, door.form.kept(request.POST, is_kiosk=tablet is not None), said=said)
    return _sent(request, door, door.form(request.POST, is_kiosk=tablet is not None), timezone.now())


def _closed(request: HttpRequest, door: Door) -> HttpResponse:
    """The polite page in place of a form about which nothing is said; staff read why."""
    context = {"is_staff": request.user.is_authenticated, "kiosk": kiosk.of(request), "form_key": door.key}
    response = render(request, "web/public/closed.html", context, status=404)
    add_never_cache_headers(response)
    return response


def _count_shown(form: PublicForm) -> None:
    now = timezone.now()
    served.count(
        place=notices.of_disclosure("form", form.key),
        language=_language(),
        versions=texts.in_force_of(form.texts, at=now),
        day=now.date(),
        shown=1,
    )


def _language() -> str:
    return (translation.get_language() or "en")[:2]


def _sent(request: HttpRequest, door: Door, filled: PublicForm, now: dt.datetime) -> HttpResponse:
    if filled.is_robot:
        return redirect(_done_address(request, door))
    if not bounding.may(request, door.key, most=bounding.MOST):
        filled.is_valid()
        filled.add_error(None, _("Many forms came from your connection just now. In ten minutes it works again."))
        busy = _again(request, door, filled, status=429)
        busy.headers["Retry-After"] = str(bounding.WINDOW_SECONDS)
        return busy
    try:
        token_sent: receipts.Token | None = receipts.read_token(request.POST.get("form_token", ""), door.key, now=now)
    except receipts.Stale:
        token_sent = None
    if not filled.is_valid():
        return _again(request, door, filled, status=422)
    if token_sent is None:
        filled.add_error(None, _("This page was open for a long time. Please press the button once more."))
        return _again(request, door, filled, status=422)
    if now - token_sent.shown_at < QUICKEST:
        filled.add_error(None, _("Nearly done. Please look over it and press the button once more."))
        return _again(request, door, filled, status=422)
    versions = texts.in_force_of(filled.texts, at=now)
    if versions != texts.in_force_of(filled.texts, at=token_sent.shown_at):
        # What was agreed to must be what stood there: the new words are shown, and the second press counts.
        filled.add_error(
            None, _("Our texts changed a moment ago. Please look over them and press the button once more.")
        )
        return _again(request, door, filled, status=422)
    return _take(request, door, filled, token_sent, now, versions)


def _faults_of_step(request: HttpRequest, door: Door, tablet: kiosk.Kiosk | None) -> HttpResponse:
    """What is wrong on one screen, in the words that the whole form would say at its end. Nothing is looked up or
    kept, so it tells a stranger no more than the form does.
    """
    filled = door.form(request.POST, is_kiosk=tablet is not None)
    names = filled.names_on(request.POST.get("screen", ""))
    faults = {name: [str(fault) for fault in filled.errors.get(name, ())] for name in names}
    response = JsonResponse({"faults": {name: words for name, words in faults.items() if words}})
    add_never_cache_headers(response)
    return response


def _document(request: HttpRequest, door: Door, policy: Policy) -> HttpResponse:
    """The policy, and underneath it the form as it stood, unseen, for the way back."""
    language = _language()
    tablet = kiosk.of(request)
    kept = door.form.kept(request.POST, is_kiosk=tablet is not None)
    document = policies.find(policy, at=timezone.now(), language=language, version="")
    if document is None:
        return _form(request, door, kept)
    context = {
        "document": document,
        "form": kept,
        "screen": _screen(request),
        "meanwhile": request.POST["meanwhile"],
        **_tablet(request, door, tablet),
    }
    response = render(request, "web/public/document.html", context)
    add_never_cache_headers(response)
    return response


def _hand_over_first(request: HttpRequest, door: Door, tablet: kiosk.Kiosk | None) -> HttpResponse | None:
    """To the hand-over where a page for the tablet was opened in the session of staff, which must not be inside it."""
    if tablet is None or tablet.is_locked or not request.user.is_authenticated:
        return None
    return redirect(tablets.start_address(door.key, tablet.home))


def _tablet(request: HttpRequest, door: Door, tablet: kiosk.Kiosk | None) -> dict[str, Any]:
    path = reverse(f"web:{door.key}")
    return {"kiosk": tablet, "home_url": tablet.address(path, _origin(request).query) if tablet else ""}


def _screen(request: HttpRequest) -> str:
    """On which screen somebody was; a number and nothing else comes back into the page."""
    screen = request.POST.get("screen", "")
    return screen if screen.isascii() and screen.isdigit() and len(screen) < len("100") else ""


def _take(
    request: HttpRequest,
    door: Door,
    filled: PublicForm,
    token: receipts.Token,
    now: dt.datetime,
    versions: Mapping[str, str],
) -> HttpResponse:
    sending = taking.Sending(
        form=door.key,
        token=token,
        content=filled.content,
        person=filled.person,
        chosen=filled.chosen(),
        left_alone=filled.left_alone(),
        shown=filled.shown(),
        language=_language(),
        origin=_origin(request),
        proof=addresses.proof_of(request),
        is_private=_is_private(request),
        versions=versions,
        accepts_terms=bool(filled.cleaned_data.get(TERMS)),
    )
    try:
        taken = taking.take(sending, facts=lambda told: door.facts(filled, told), now=now)
    except receipts.Stale:
        filled.add_error(
            None, _("This form was sent already. Press the button once more to send what stands here now.")
        )
        return _again(request, door, filled, status=422, is_used=True)
    except identity.UnableToResolve:
        log.warning("a form lost every race", form=door.key)
        filled.add_error(None, _("Others are joining at this very moment. Please press the button once more."))
        return _again(request, door, filled, status=503)
    response = redirect(_done_address(request, door))
    response.set_cookie(
        TICKET,
        receipts.ticket(taken),
        max_age=TICKET_SECONDS,
        path=reverse(f"web:{door.key}"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def thanks(request: HttpRequest, door: Door) -> HttpResponse:
    """The same words for everybody, so that nobody learns who was known; and what this browser's form came to."""
    tablet = kiosk.of(request)
    if (first := _hand_over_first(request, door, tablet)) is not None:
        return first
    path = reverse(f"web:{door.key}")
    context = {
        "told": _readable(receipts.shown_for(request.COOKIES.get(TICKET, ""), door.key)),
        "kiosk": tablet,
        "gpc": _is_private(request),
        "again_url": tablet.address(path, _origin(request).query) if tablet else f"{path}{_query(request)}",
    }
    response = render(request, door.done_template, context)
    add_never_cache_headers(response)
    if tablet and TICKET in request.COOKIES:  # the next person must not see it
        response.delete_cookie(TICKET, path=path)
    return response


def _form(
    request: HttpRequest, door: Door, form: PublicForm, *, said: Disclosure | None = None, status: int = 200
) -> HttpResponse:
    said = said or texts.disclosure(notices.of_disclosure("form", door.key), language=_language(), at=timezone.now())
    context = {"form": form, "said": said, "screen": _screen(request), **_tablet(request, door, kiosk.of(request))}
    context["gpc"] = _is_private(request)
    response = render(request, door.template, context, status=status)
    add_never_cache_headers(response)
    return response


def _again(request: HttpRequest, door: Door, filled: PublicForm, *, status: int, is_used: bool = False) -> HttpResponse:
    """The form with everything kept. Whoever has been asked once need not wait again: the token counts as shown."""
    sent = request.POST.get("form_token", "")
    filled.data = request.POST.copy()
    filled.data["form_token"] = receipts.asked_again(sent, door.key, is_used=is_used, now=timezone.now() - QUICKEST)
    return _form(request, door, filled, status=status)


def _is_private(request: HttpRequest) -> bool:
    """Whether the person's browser asks to sell and share nothing (GPC); the shop's own tablet speaks for nobody."""
    return gpc.is_on(request.headers) and kiosk.of(request) is None


def _origin(request: HttpRequest) -> arrivals.Origin:
    """Where the address was found; the tablet is a place of its own."""
    found = arrivals.read(request.GET)
    if not found.place and kiosk.of(request):
        return arrivals.Origin(kiosk.PLACE, found.campaign)
    return found


def _query(request: HttpRequest) -> str:
    """The parameters that stay with a person from page to page."""
    tablet = kiosk.of(request)
    kept = arrivals.read(request.GET).query
    if tablet:  # no cookie of the tablet remembers the language
        kept |= {"kiosk": tablet.mode, "lang": (translation.get_language() or tablet.home)[:2]}
    return f"?{urlencode(kept)}" if kept else ""


def _done_address(request: HttpRequest, door: Door) -> str:
    return reverse(f"web:{door.key}-done") + _query(request)


def _readable(told: receipts.Answer | None) -> dict[str, Any]:
    return {
        name: dt.date.fromisoformat(value) if value and name in DAYS else value for name, value in (told or {}).items()
    }
