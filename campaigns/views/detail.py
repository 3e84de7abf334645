"""One campaign: what it does, what became of it, every message with its reason; switching it on and off."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from analytics.forms import choices, words
from analytics.rules.problems import InvalidRules
from analytics.selectors import audiences
from campaigns.models import Campaign, CampaignVersion, Message
from campaigns.rules import reasons, templates
from campaigns.rules.definition import Definition, InvalidDefinition
from campaigns.selectors import definitions, progress, results, rules
from campaigns.services import drafts, runs, trials
from campaigns.views import frame
from cdp.core import spoken, written_dates
from cdp.core.views.access import actor_of, requires, staff_of
from consent.selectors import purposes
from customers.selectors import profiles

PAGE = 25
DAYS = 30
STATES = ("sent", "suppressed", "planned", "sending", "failed")


@requires("campaigns.view")
@require_safe
def detail(request: HttpRequest, campaign: uuid.UUID) -> HttpResponse:
    """Results, messages, versions."""
    row = frame.campaign_of(campaign)
    wanted = definitions.current(row)
    found = results.of(row.id)
    context: dict[str, Any] = {
        "campaign": row,
        "definition": wanted,
        "subjects": _subjects(wanted),
        "trigger_words": frame.trigger_words(wanted),
        "clock_words": frame.clock_words(wanted),
        "purpose": purposes.names(request.LANGUAGE_CODE).get(row.purpose, row.purpose),
        "results": found,
        "is_planning": row.id in runs.being_planned([row.id]),
        "not_sent": sum(found.suppressed.values()),
        "conversion_days": results.CONVERSION_DAYS,
        "versions": CampaignVersion.objects.filter(campaign=row).order_by("-number"),
        "may_edit": staff_of(request).can("campaigns.edit"),
        "pause_text": _pause_text(found.waiting),
        **_audience(wanted.audience),
        **_charts(row, found),
        **_messages(request, row),
    }
    return render(request, "campaigns/detail.html", context)


def _subjects(wanted: Definition) -> list[tuple[str, str, str]]:
    """The subject in each language, filled in for an example person; as written where it cannot be filled in."""
    step, now = wanted.steps[0], timezone.now()
    found = []
    for code in step.subject:
        try:
            text = trials.parts(step, purpose=wanted.purpose, now=now, language=code, customer=None).subject
        except (templates.BrokenTemplate, ValueError):
            text = step.subject[code]
        found.append((code, spoken.OWN_NAMES.get(code, code), text))
    return found


@requires("campaigns.edit")
@require_POST
def act(request: HttpRequest, campaign: uuid.UUID, action: str) -> HttpResponse:
    """Switch on, run, pause, delete."""
    row = frame.campaign_of(campaign)
    actor, now = actor_of(request), timezone.now()
    if action == "activate":
        try:
            row, _warnings = drafts.activate(campaign=row.id, actor=actor, at=now)
        except InvalidDefinition as invalid:
            messages.error(request, "; ".join(problem.detail for problem in invalid.problems))
            return redirect("campaigns:campaign-check", row.id)
        is_live = definitions.current(row).trigger.clock == "live"  # such a one is being planned already
        if "run" in request.POST and not is_live:
            runs.start(row, actor=actor)
        if is_live or "run" in request.POST:
            messages.success(request, _("The campaign is on. Its first messages are being planned."))
        else:
            messages.success(request, _("The campaign is on. Start it when you are ready."))
    elif action == "run":
        if row.status == Campaign.Status.ACTIVE:
            runs.start(row, actor=actor)
            messages.success(request, _("Messages are being planned and sent."))
    elif action == "pause":
        try:
            drafts.pause(campaign=row.id, actor=actor, at=now)
            messages.success(request, _("The campaign is paused. Nothing leaves until you activate it again."))
        except drafts.UnableToPause:
            messages.error(request, _("Only an active campaign can be paused."))
    elif action == "delete":
        try:
            drafts.delete(campaign=row.id, actor=actor, at=now)
        except drafts.UnableToDelete:
            messages.error(request, _("Only drafts can be deleted."))
        else:
            messages.success(request, _("“{name}” is deleted.").format(name=row.name))
            return redirect("campaigns:campaign-list")
    else:
        raise Http404
    return redirect("campaigns:campaign-detail", row.id)


def _pause_text(waiting: int) -> str:
    if not waiting:
        return _("No message is waiting. Nobody new gets one until you activate the campaign again.")
    return ngettext(
        "{n} planned message waits until you activate the campaign again.",
        "{n} planned messages wait until you activate the campaign again.",
        waiting,
    ).format(n=waiting)


def _audience(document: Any) -> dict[str, Any]:
    """Whom it is for, in words; a rule about something that is gone says so."""
    if document is None:
        return {"audience_line": None}
    try:
        return {"audience_line": words.of_rule(audiences.check(document), choices.names())}
    except InvalidRules as invalid:
        return {"audience_line": None, "audience_problems": [problem.message for problem in invalid.problems]}


def _charts(row: Campaign, found: results.Results) -> dict[str, Any]:
    charts: dict[str, Any] = {}
    held_back = sorted(found.suppressed.items(), key=lambda item: -item[1])
    if held_back:
        charts["held_back"] = {
            "type": "hbar",
            "x": [reasons.of_then(reason) for reason, _count in held_back],
            "x_label": _("Reason"),
            "series": [{"name": _("People"), "data": [count for _reason, count in held_back]}],
            "links": [f"?state=suppressed&reason={reason}#messages" for reason, _count in held_back],
        }
        charts["held_back_title"] = ngettext(
            "{n} message was not sent", "{n} messages were not sent", sum(found.suppressed.values())
        ).format(n=sum(found.suppressed.values()))
    if found.sent:
        days = progress.sent_by_day(row.id, now=timezone.now(), days=DAYS)
        lately = sum(count for _day, count in days)
        charts["sent_title"] = ngettext(
            "{n} message was sent in the last 30 days", "{n} messages were sent in the last 30 days", lately
        ).format(n=number_format(lately, force_grouping=True))
        charts["sent_by_day"] = {
            "type": "bar",
            "x": [written_dates.day(day) for day, _count in days],
            "x_label": _("Day"),
            "series": [{"name": _("Sent"), "data": [count for _day, count in days]}],
        }
    return charts


def _messages(request: HttpRequest, row: Campaign) -> dict[str, Any]:
    """A page of messages, newest first, of one state and reason where asked."""
    state, reason = request.GET.get("state", ""), request.GET.get("reason", "")
    found = Message.objects.filter(campaign_id=row.id).order_by("-id")
    if state in STATES:
        found = found.filter(state=state)
    if reason:
        found = found.filter(reason=reason[:60])
    older = request.GET.get("older", "")
    try:
        page = list((found.filter(id__lt=uuid.UUID(older)) if older else found)[: PAGE + 1])
    except ValueError as error:
        raise Http404 from error
    people = profiles.opened({message.customer_id for message in page[:PAGE]}, with_places=False)
    kept = "".join(f"&{name}={value}" for name, value in (("state", state), ("reason", reason)) if value)
    tabs = [{"url": "?#messages", "label": _("All"), "active": state not in STATES}]
    tabs += [
        {"url": f"?state={value}#messages", "label": label, "active": state == value}
        for value, label in (("sent", _("Sent")), ("suppressed", _("Not sent")), ("planned", _("Waiting")))
    ]
    return {
        "messages_page": [
            {
                "message": message,
                "person": people.get(message.customer_id),
                "reason": reasons.of_then(message.reason) if message.reason else "",
                "rule": rules.words(message.rule) if message.rule else "",
            }
            for message in page[:PAGE]
        ],
        "message_tabs": tabs,
        "reason_filter": reasons.of_then(reason) if reason else "",
        "older_url": f"?older={page[PAGE - 1].id}{kept}#messages" if len(page) > PAGE else "",
        "newer_url": f"?{kept.removeprefix('&')}#messages" if older else "",
    }
