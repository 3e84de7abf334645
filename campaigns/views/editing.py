"""Making and changing a campaign in short steps. Each step is saved by itself."""

import uuid
from typing import Any

from csp.decorators import csp_update
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from analytics.forms import builder, choices
from analytics.rules.problems import RuleProblem
from analytics.selectors import segments
from campaigns.forms import campaigns as forms
from campaigns.models import Campaign
from campaigns.rules import definition, starters, templates
from campaigns.rules.definition import InvalidDefinition
from campaigns.selectors import definitions
from campaigns.services import drafts
from campaigns.views import frame
from cdp.core.views.access import actor_of, requires, staff_of
from consent.selectors import purposes

USUAL_AUDIENCE = "email-reachable"


@requires("campaigns.edit")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose a kind, a name and a purpose; the draft begins with texts in all languages."""
    key = request.POST.get("segment") or request.GET.get("segment", "")
    segment = segments.find(key) if key else None
    initial = {"starter": "announcement" if segment else "winback", "name": segment.shown_name if segment else ""}
    form = forms.StartForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        raw = starters.definition(
            starters.STARTERS[given["starter"]],
            name=given["name"],
            purpose=given["purpose"],
            audience={"segment": segment.key} if segment else _first_audience(given["starter"]),
        )
        try:
            campaign = drafts.create(raw=raw, actor=actor_of(request), at=timezone.now())
        except InvalidDefinition as invalid:
            _place(form, invalid)
        else:
            return redirect("campaigns:campaign-edit", campaign.id, "trigger")
    context = {
        "form": form,
        "segment": segment,
        "steps": frame.steps(None, "name"),
        "starters": starters.STARTERS.values(),
        "chosen": form["starter"].value(),
    }
    return render(request, "campaigns/new.html", context, status=422 if form.errors else 200)


def _first_audience(starter: str) -> dict[str, Any]:
    """Whom a new campaign begins with. News go to a segment: the step after the next asks which one."""
    usual = segments.find(USUAL_AUDIENCE) if starter == "announcement" else None
    return {"segment": usual.key} if usual else builder.EVERYBODY


# The preview of the message is a document of its own inside this page.
@csp_update({"frame-src": ["'self'"]})  # type: ignore[untyped-decorator,unused-ignore]
@requires("campaigns.edit")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, campaign: uuid.UUID, step: str = "name") -> HttpResponse:
    """One step of the editor."""
    row = frame.campaign_of(campaign)
    editors = {"name": _name, "trigger": _trigger, "audience": _audience, "message": _message}
    if step not in editors:
        raise Http404
    return editors[step](request, row)


def _name(request: HttpRequest, row: Campaign) -> HttpResponse:
    form = forms.NameForm(request.POST or None, initial={"name": row.name, "purpose": row.purpose})
    if request.method == "POST" and form.is_valid():
        problems = _save(request, row, form.cleaned_data)
        if problems is None:
            return _next(request, row, "trigger")
        _place(form, problems)
    descriptions = [offer for offer in purposes.offered(get_language() or "en") if forms.CHANNEL in offer.channels]
    return _page(request, row, "name", {"form": form, "purposes": descriptions})


def _trigger(request: HttpRequest, row: Campaign) -> HttpResponse:
    trigger = definitions.current(row).trigger
    form = forms.TriggerForm(request.POST or None, initial=forms.TriggerForm.initial_of(trigger))
    if request.method == "POST" and form.is_valid():
        problems = _save(request, row, {"trigger": form.as_json()})
        if problems is None:
            return _next(request, row, "audience")
        for problem in problems.problems:
            field = problem.pointer.rpartition("/")[2]
            form.add_error(field if field in form.fields else None, problem.detail)
    return _page(request, row, "trigger", {"form": form, "kind": form["kind"].value(), "clock": form["clock"].value()})


def _audience(request: HttpRequest, row: Campaign) -> HttpResponse:
    document: Any = definitions.current(row).audience
    problems: list[RuleProblem] = []
    error = ""
    if request.method == "POST":
        try:
            document = builder.read(request.POST.get("rules", ""))
        except builder.NotJson as not_json:
            problems = [not_json.problem]
        if request.POST.get("how") == "segment":
            document = {"segment": request.POST.get("segment", "")}
            error = "" if document["segment"] else _("Choose a segment.")
        if not problems and not error:
            invalid = _save(request, row, {"audience": document})
            if invalid is None:
                return _next(request, row, "message")
            problems = [
                RuleProblem(problem.pointer.removeprefix("/audience"), problem.detail) for problem in invalid.problems
            ]
    names = choices.names()
    key = document.get("segment") if isinstance(document, dict) and len(document) == 1 else None
    context = {
        "builder": builder.of(builder.EVERYBODY if key is not None else document, names, problems),
        "segment_key": key,
        "how": "segment" if key is not None else "rule",
        "segments": segments.live(),
        "segment_error": error or ("; ".join(str(problem.message) for problem in problems) if key is not None else ""),
    }
    return _page(request, row, "audience", context, is_wrong=bool(problems or error))


def _message(request: HttpRequest, row: Campaign) -> HttpResponse:
    wanted = definitions.current(row)
    written = forms.texts(wanted.steps[0], request.POST if request.method == "POST" else None)
    loose: list[str] = []
    if request.method == "POST" and all(one["form"].is_valid() for one in written):
        whole = definition.as_json(wanted)
        whole["steps"][0]["template"] = forms.template(wanted.steps[0], written)
        # Faults inside a template only refuse activation; said here already, where they can be mended.
        faulty = [
            definition.Problem(f"/steps/0/template/{part}/{code}", detail)
            for part, texts in whole["steps"][0]["template"].items()
            for code, text in texts.items()
            for detail in templates.problems(text)
        ]
        invalid = InvalidDefinition(faulty) if faulty else _save(request, row, {"steps": whole["steps"]})
        if invalid is None:
            return _next(request, row, "check")
        loose = forms.place_problems(written, invalid.problems)
    is_wrong = bool(loose) or any(one["form"].errors for one in written)
    context = {
        "texts": written,
        "loose": loose,
        "variables": _variables(),
        "more_messages": len(wanted.steps) - 1,
        "first_code": next((one["code"] for one in written if one["form"].errors), written[0]["code"]),
        "staff_email": staff_of(request).email,
    }
    return _page(request, row, "message", context, is_wrong=is_wrong)


def _variables() -> list[dict[str, str]]:
    words = {
        "customer": _("The person"),
        "shop": _("The shop"),
        "metrics": _("Orders"),
        "unsubscribe_url": _("Links"),
    }
    return [
        {"name": name, "code": "{{ " + name + " }}", "example": example, "group": words[name.partition(".")[0]]}
        for name, example in templates.VARIABLES.items()
    ]


def _save(request: HttpRequest, row: Campaign, parts: dict[str, Any]) -> InvalidDefinition | None:
    try:
        drafts.update(campaign=row.id, raw=parts, actor=actor_of(request), at=timezone.now())
    except InvalidDefinition as invalid:
        return invalid
    return None


def _next(request: HttpRequest, row: Campaign, step: str) -> HttpResponse:
    """On to the next step, or back to the campaign where only this one was changed."""
    if "and_close" in request.POST:
        messages.success(request, _("Saved."))
        return redirect("campaigns:campaign-detail", row.id)
    if step == "check":
        return redirect("campaigns:campaign-check", row.id)
    return redirect("campaigns:campaign-edit", row.id, step)


def _place(form: forms.NameForm, invalid: InvalidDefinition) -> None:
    for problem in invalid.problems:
        field = problem.pointer.removeprefix("/")
        form.add_error(field if field in form.fields else None, problem.detail)


def _page(
    request: HttpRequest, row: Campaign, step: str, context: dict[str, Any], *, is_wrong: bool = False
) -> HttpResponse:
    form = context.get("form")
    is_wrong = is_wrong or bool(form is not None and form.errors)
    context |= {"campaign": row, "steps": frame.steps(row, step), "step": step, "is_wrong": is_wrong}
    return render(request, f"campaigns/edit_{step}.html", context, status=422 if is_wrong else 200)
