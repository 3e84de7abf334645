"""Stopping a kind of message by the link in it: a page with one button, and RFC 8058's one-click POST.

Looking never unsubscribes: mail scanners follow links. Posting needs no cookie and no CSRF token: the sealed token in
the address is the permission, and all it can do is stop something.
"""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cdp.core import addresses
from consent.rules.ledger import REFUSALS
from consent.selectors import ledger, people, purposes
from consent.services import links, subscriptions
from consent.services.grants import UnableToRecord
from consent.services.links import Subscription
from consent.services.requests import codes
from consent.views import languages
from consent.views.private import private

ONE_CLICK = "One-Click"


@csrf_exempt
@never_cache
@private
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows what would stop; POST stops it, or takes a mistake back when it carries the `undo` of the answer."""
    try:
        subscription = links.read_unsubscribe(token)
    except links.BadToken:
        codes.note_attempt("unsubscribe", "forged", at=timezone.now())
        with translation.override(languages.of(request)):
            return render(request, "consent/unsubscribe_unknown.html", status=404)
    person = people.find(subscription.customer)
    language = languages.of(request, otherwise=person.language if person else "")
    with translation.override(language):
        if request.method != "POST":
            is_stopped = person is None or _is_stopped(person.id, subscription)
            return _page(request, subscription, "stopped" if is_stopped else "ask")
        if "undo" in request.POST:
            return _undo(request, subscription, language)
        return _stop(request, subscription, language)


def _stop(request: HttpRequest, subscription: Subscription, language: str) -> HttpResponse:
    now = timezone.now()
    way = "one_click" if request.POST.get("List-Unsubscribe") == ONE_CLICK else "page"
    try:
        record = subscriptions.stop(subscription, at=now, evidence=_evidence(request, subscription, way, language))
    except UnableToRecord:
        # The purpose of an old message is no longer there: nothing is sent for it any more.
        record = None
    # What was refused elsewhere is not for this page to take back.
    is_ours = record is not None and record.method == subscriptions.METHOD
    undo = links.undo_token(record.id) if record and is_ours and subscriptions.can_undo(record.at, at=now) else ""
    return _page(request, subscription, "stopped", undo=undo)


def _undo(request: HttpRequest, subscription: Subscription, language: str) -> HttpResponse:
    try:
        withdrawal = links.read_undo(request.POST["undo"])
        is_granted = subscriptions.resume(
            subscription,
            withdrawal=withdrawal,
            at=timezone.now(),
            evidence=_evidence(request, subscription, "undo", language),
        )
    except (links.BadToken, subscriptions.UnableToUndo):
        return _page(request, subscription, "too_late", status=409)
    return _page(request, subscription, "resumed" if is_granted else "as_before")


def _is_stopped(customer: uuid.UUID, subscription: Subscription) -> bool:
    state = ledger.states([customer]).filter(purpose=subscription.purpose, channel=subscription.channel).first()
    return state is not None and state.status in REFUSALS  # what expired is no "no": it can still be said


def _evidence(request: HttpRequest, subscription: Subscription, way: str, language: str) -> dict[str, Any]:
    """The proof, sealed with the record: how it was done, from which message, with which browser."""
    return {
        "way": way,
        "message": str(subscription.message) if subscription.message else None,
        "page": "unsubscribe",
        "language": language,
        **addresses.proof_of(request),
    }


def _page(
    request: HttpRequest, subscription: Subscription, state: str, *, undo: str = "", status: int = 200
) -> HttpResponse:
    language = translation.get_language() or ""
    response = render(
        request,
        "consent/unsubscribe.html",
        {
            "state": state,
            "undo": undo,
            "purpose": purposes.names(language).get(subscription.purpose, subscription.purpose),
            "channel": purposes.channel_name(subscription.channel),
        },
        status=status,
    )
    response.headers["Content-Language"] = language
    return response
