"""The dry run: who would get the message now, who not and why, before anything leaves."""

import uuid
from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from analytics.rules.problems import InvalidRules
from campaigns.models import Campaign
from campaigns.rules import activation, reasons
from campaigns.rules.definition import Definition
from campaigns.selectors import definitions, rules
from campaigns.selectors.tallies import Tally
from campaigns.services import drafts, previews
from campaigns.views import frame
from cdp.core import patience
from cdp.core.views.access import requires, staff_of
from consent.selectors import purposes
from customers.selectors import profiles

SHOWN = 8


@requires("campaigns.view")
@require_safe
def check(request: HttpRequest, campaign: uuid.UUID) -> HttpResponse:
    """The page; the counting arrives after it, because it may take a while."""
    row = frame.campaign_of(campaign)
    wanted = definitions.current(row)
    context: dict[str, Any] = {
        "campaign": row,
        "steps": frame.steps(row, "check"),
        "trigger_words": frame.trigger_words(wanted),
        "clock_words": frame.clock_words(wanted),
        "may_edit": staff_of(request).can("campaigns.edit"),
    }
    if "now" in request.GET:  # for browsers without scripts
        context |= _dry_run(request, row, wanted)
    return render(request, "campaigns/check.html", context)


@requires("campaigns.view")
@require_safe
def dry_run(request: HttpRequest, campaign: uuid.UUID) -> HttpResponse:
    """The part with the figures."""
    row = frame.campaign_of(campaign)
    return render(request, "campaigns/check_result.html", _dry_run(request, row, definitions.current(row)))


def _dry_run(request: HttpRequest, row: Campaign, wanted: Definition) -> dict[str, Any]:
    refusals = [
        {"detail": problem.detail, "step": _step_of(problem.pointer)} for problem in activation.refusals(wanted)
    ]
    context: dict[str, Any] = {
        "campaign": row,
        "refusals": refusals,
        "warnings": [
            {"detail": problem.detail, "step": _step_of(problem.pointer)} for problem in drafts.warnings(wanted)
        ],
        "may_edit": staff_of(request).can("campaigns.edit"),
        "is_live": wanted.trigger.clock == "live",
    }
    try:
        found = previews.preview(wanted, now=timezone.now(), campaign=row.id)
    except InvalidRules as invalid:
        broken = [{"detail": problem.message, "step": "audience"} for problem in invalid.problems]
        return context | {"refusals": refusals + broken}
    except patience.TookTooLong:
        return context | {"takes_too_long": True}
    purpose = purposes.names(request.LANGUAGE_CODE).get(wanted.purpose, wanted.purpose)
    kept = [
        {"reason": reasons.words(reason, purpose=purpose), "rule": by, "count": count}
        for reason, by, count in _by_reason(found.by_rule)
    ]
    people = profiles.opened(found.sample[:SHOWN], with_places=False)
    return context | {
        "found": found,
        "not_sent": sum(found.suppressed.values()),
        "kept": kept,
        "people": list(people.values()),
        "confirm_text": _confirm_text(found, is_live=context["is_live"]),
    }


def _by_reason(counted: Counter[tuple[str, str]]) -> list[tuple[str, str, int]]:
    """Each reason once with its people and the laws that say so; most people first, and most-used laws first."""
    people: Counter[str] = Counter()
    laws: dict[str, dict[str, None]] = {}
    for (reason, rule), count in counted.most_common():
        people[reason] += count
        laws.setdefault(reason, {})[rules.words(rule)] = None
    return [(reason, ", ".join(filter(None, laws[reason])), count) for reason, count in people.most_common()]


def _confirm_text(found: Tally, *, is_live: bool) -> str:
    shown = _("about %(n)s") % {"n": found.planned} if found.is_estimate else found.planned
    text = ngettext("{n} person gets a message now.", "{n} people get a message now.", found.planned).format(n=shown)
    if is_live:
        text += " " + _("Others follow by themselves as soon as the rule holds for them.")
    return text


def _step_of(pointer: str) -> str:
    """The step of the editor in which a place of the definition can be mended."""
    part = pointer.split("/")[1] if "/" in pointer else ""
    return {"trigger": "trigger", "audience": "audience", "steps": "message"}.get(part, "name")
