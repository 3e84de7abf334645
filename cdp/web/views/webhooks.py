"""`/settings/webhooks/`: which other systems are told what, and what became of each telling."""

import datetime as dt
import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core.models import Webhook, WebhookDelivery
from cdp.core.views.access import actor_of, requires
from cdp.core.webhooks import delivering, fanning, registry, subscriptions
from cdp.web.forms.exports import purpose_names
from cdp.web.forms.programs import WebhookForm
from consent.rules import reasons

SHOWN = 50
SINCE = dt.timedelta(days=7)
"""How far back what was given up can be resent: its data are sealed under keys of the hour, kept so long."""
State = WebhookDelivery.State
TONES = {State.WAITING: "info", State.DELIVERED: "success", State.DENIED: "warning", State.FAILED: "danger"}
FAULTS = {
    "no_such_host": gettext_lazy("the name of the address is not known"),
    "private_address": gettext_lazy("the address lies inside a network"),
    "no_answer": gettext_lazy("no answer"),
    "bad_tls": gettext_lazy("its certificate is not valid"),
    "unreadable": gettext_lazy("its data are gone"),
    "too_large": gettext_lazy("too large"),
    "not_https": gettext_lazy("the address is not https"),
}


@requires("settings")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All subscriptions."""
    rows = list(subscriptions.every())
    return render(request, "web/programs/webhooks.html", {"rows": rows, "purposes": purpose_names()})


@requires("settings")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Subscribe an address; its secret is shown this once."""
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            row, secret = subscriptions.create(**form.cleaned_data, actor=actor_of(request), at=timezone.now())
        except subscriptions.UnableToSave as problem:
            form.add_error(problem.field, str(problem))
        else:
            return _secret(request, row, secret)
    return render(request, "web/programs/webhook_edit.html", {"form": form}, status=422 if form.is_bound else 200)


@requires("settings")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Change name, address, purpose, events."""
    row = _found(pk)
    initial = {"name": row.name, "url": row.url, "purpose": row.purpose, "events": row.events}
    form = WebhookForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid():
        try:
            subscriptions.change(row, **form.cleaned_data, actor=actor_of(request), at=timezone.now())
        except subscriptions.UnableToSave as problem:
            form.add_error(problem.field, str(problem))
        else:
            messages.success(request, _("Saved."))
            return redirect("web:webhook-detail", row.id)
    context = {"form": form, "row": row}
    return render(request, "web/programs/webhook_edit.html", context, status=422 if form.is_bound else 200)


@requires("settings")
@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One subscription with its last deliveries."""
    row, now = _found(pk), timezone.now()
    found = WebhookDelivery.objects.filter(webhook=row).order_by("-fact_id")
    state = request.GET.get("state", "")
    if state in State.values:
        found = found.filter(state=state)
    events = registry.every()
    context = {
        "row": row,
        "purpose": purpose_names().get(row.purpose, row.purpose),
        "events": [events[key] for key in row.events if key in events],
        "former_until": subscriptions.former_until(row, at=now),
        "states": [
            {"url": f"?state={value}", "label": label, "active": value == state}
            for value, label in [("", _("All")), *State.choices]
        ],
        "deliveries": [
            {
                "row": one,
                "title": events[one.event].title if one.event in events else one.event,
                "tone": TONES[State(one.state)],
                "why": _why(one),
                "may_resend": one.state == State.FAILED and one.sealed is not None,
            }
            for one in found[:SHOWN]
        ],
        "given_up": WebhookDelivery.objects.filter(
            webhook=row, state=State.FAILED, sealed__isnull=False, at__gte=now - SINCE
        ).count(),
        "has_any": WebhookDelivery.objects.filter(webhook=row).exists(),
    }
    return render(request, "web/programs/webhook.html", context)


@requires("settings")
@require_POST
def act(request: HttpRequest, pk: uuid.UUID, action: str) -> HttpResponse:
    """Pause, go on, change the secret, try the connection, resend, remove."""
    row, now, actor = _found(pk), timezone.now(), actor_of(request)
    if action in {"pause", "resume"}:
        subscriptions.change(row, is_active=action == "resume", actor=actor, at=now)
        told = _("Going on: what happens from now on is told.") if row.is_active else _("Paused: nothing is told.")
        messages.success(request, told)
    elif action == "secret":
        return _secret(request, row, subscriptions.renew_secret(row, actor=actor, at=now))
    elif action == "test":
        fanning.trial(row, at=now)
        messages.success(request, _("A test is on its way; it stands below within seconds."))
    elif action == "resend":
        _resend(request, row, now)
    elif action == "resend-failed":
        count = delivering.again_since(row, since=now - SINCE, actor=actor, now=now)
        messages.success(request, ngettext("%(n)s goes again.", "%(n)s go again.", count) % {"n": count})
    elif action == "delete":
        subscriptions.delete(row, actor=actor, at=now)
        messages.success(request, _("Removed. Nothing is told there any more."))
        return redirect("web:webhook-list")
    else:
        raise Http404
    return redirect("web:webhook-detail", row.id)


def _resend(request: HttpRequest, row: Webhook, now: dt.datetime) -> None:
    try:
        wanted = uuid.UUID(request.POST.get("delivery", ""))
    except ValueError as error:
        raise Http404 from error
    one = WebhookDelivery.objects.filter(webhook=row, id=wanted, state=State.FAILED).first()
    if one is not None and delivering.again(one, now=now):
        messages.success(request, _("It goes again."))
    else:
        messages.error(request, _("This one cannot be resent: its data are gone."))


def _secret(request: HttpRequest, row: Webhook, secret: str) -> HttpResponse:
    until = subscriptions.former_until(row, at=timezone.now())
    return render(request, "web/programs/webhook_secret.html", {"row": row, "secret": secret, "until": until})


def _why(one: WebhookDelivery) -> str:
    if one.state == State.DENIED:
        return reasons.words(one.reason)
    if one.reason.startswith("http_"):
        return _("answered %(status)s") % {"status": one.reason.removeprefix("http_")}
    return str(FAULTS.get(one.reason, one.reason))


def _found(pk: uuid.UUID) -> Webhook:
    row = Webhook.objects.filter(id=pk).first()
    if row is None:
        raise Http404
    return row
