"""The staff pages /consent/retention/: what is kept how long, dry runs, reports, people to be forgotten."""

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import patience
from cdp.core.models import Job
from cdp.core.retention import Action, registry
from cdp.core.views.access import actor_of, requires
from consent.forms.retention import RuleForm
from consent.models import RetentionLine, RetentionRun
from consent.selectors import laws
from consent.selectors import retention as reading
from consent.services.retention import deciding, running
from consent.views import frame

OPEN = {Job.State.WAITING, Job.State.RUNNING, Job.State.DRAFT}
INACTIVE = "customers.inactive"
FRESH = dt.timedelta(days=7)
"""People are forgotten by a list that is no older than that."""
CONFIDENCE = {
    "text": gettext_noop("read in the law"),
    "secondary": gettext_noop("read about"),
    "memory": gettext_noop("to be checked"),
}


@requires("consent.manage")
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Every kind with its rule, what was over when last looked, and the latest runs."""
    latest, runs = reading.latest(), reading.runs()
    found = {line.kind: line for line in reading.lines(latest.id)} if latest else {}
    rulings = reading.rulings()
    kinds = [_told(one, found.get(one.kind.key)) for one in rulings]
    open_job = _open_job(runs)
    return render(
        request,
        "consent/retention.html",
        {
            "kinds": kinds,
            "waiting": sum(1 for one in rulings if not one.is_in_force and one.term),
            "latest": latest,
            "runs": runs,
            "job": open_job,
            "proposed": _proposed(latest, found),
            "briefs": [(brief.label, deciding.words(brief.term)) for brief in registry.briefs()],
            **frame.tabs(request, "retention"),
        },
    )


@requires("consent.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def rule(request: HttpRequest, kind: str) -> HttpResponse:
    """Decide how long one kind is kept."""
    try:
        ruling = reading.ruling(kind)
    except KeyError as error:
        raise Http404 from error
    form = RuleForm(ruling, request.POST if request.method == "POST" else None)
    would: dict[str, Any] = {}
    if form.is_bound and form.is_valid() and not (would := _would(kind, form, request.POST.get("read", ""))):
        try:
            deciding.decide(kind=kind, term=form.term, action=form.chosen, actor=actor_of(request), at=timezone.now())
        except deciding.UnableToDecide as unable:
            form.add_error("amount", str(unable))
        else:
            messages.success(request, _("In force"))
            return redirect("consent:retention")
    context = {"form": form, "k": _told(ruling, None), "would": would, **frame.tabs(request, "retention")}
    return render(request, "consent/retention_rule.html", context, status=422 if form.errors else 200)


def _would(kind: str, form: RuleForm, was_read: str) -> dict[str, Any]:
    """What has to be read before this rule comes into force: how much would go by it in the next night. Nothing where
    it takes nothing, or where this very rule was read and pressed again.
    """
    key = f"{form.term}|{form.chosen}"
    if was_read == key:
        return {}
    try:
        found = reading.foreseen_by(kind, term=form.term, action=form.chosen, now=timezone.now())
    except patience.TookTooLong:
        return {"key": key, "found": None}
    return {"key": key, "found": found} if found and found.rows else {}


@requires("consent.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """Put every proposed rule in force as it is, after reading what the first night would remove by them."""
    now = timezone.now()
    run = reading.foreseen(now=now)
    if request.method != "POST":
        return _foreseen(request, run)
    if run is None or request.POST.get("run") != str(run.id):
        if _open_job(reading.runs()) is None:
            running.begin(as_of=now, is_dry=True, actor=actor_of(request), at=now)
        return redirect("consent:retention-confirm")
    count = deciding.decide_all(actor=actor_of(request), at=timezone.now())
    messages.success(
        request, ngettext("%(n)s rule is in force now", "%(n)s rules are in force now", count) % {"n": count}
    )
    return redirect("consent:retention")


def _foreseen(request: HttpRequest, run: RetentionRun | None) -> HttpResponse:
    """What the first night would remove by the rules that wait, from the newest dry run."""
    waiting = [one for one in reading.rulings() if not one.is_in_force and one.term]
    found = {line.kind: line for line in reading.lines(run.id)} if run else {}
    open_job = _open_job(reading.runs())
    context = {
        "run": run,
        "kinds": [_told(one, found.get(one.kind.key)) for one in waiting],
        "rows": sum(found[one.kind.key].rows for one in waiting if one.kind.key in found),
        "job": Job.objects.filter(id=str(open_job.job_id)).first() if open_job else None,
        **frame.tabs(request, "retention"),
    }
    return render(request, "consent/retention_confirm.html", context)


@requires("consent.manage")
@require_POST
def pause(request: HttpRequest, kind: str) -> HttpResponse:
    """Stop one rule for now, or let it go on."""
    is_paused = request.POST.get("what") == "pause"
    try:
        deciding.pause(kind=kind, is_paused=is_paused, actor=actor_of(request), at=timezone.now())
    except KeyError as error:
        raise Http404 from error
    except deciding.UnableToDecide as unable:
        messages.error(request, str(unable))
    else:
        messages.success(request, _("Paused: no run removes anything of it.") if is_paused else _("In force"))
    return redirect("consent:retention-rule", kind)


@requires("consent.manage")
@require_safe
def listed(request: HttpRequest, run_id: uuid.UUID, kind: str) -> HttpResponse:
    """The first rows of one kind that a run would take: ids and moments, and nobody's name."""
    run = reading.find_run(run_id)
    line = next((one for one in reading.lines(run_id) if one.kind == kind), None) if run else None
    known = next((one for one in registry.kinds() if one.key == kind), None)
    if run is None or line is None or known is None:
        raise Http404
    rows = reading.over(run, kind)
    context = {"run": run, "kind": known, "line": line, "rows": rows, **frame.tabs(request, "retention")}
    return render(request, "consent/retention_list.html", context)


@requires("consent.manage")
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Begin a dry run, or a run now; the report shows itself when it is there."""
    now = timezone.now()
    if (open_job := _open_job(reading.runs())) is not None:
        return redirect("consent:retention-run", open_job.id)
    run = running.begin(as_of=now, is_dry=request.POST.get("what") != "run", actor=actor_of(request), at=now)
    return redirect("consent:retention-run", run.id)


@requires("customers.erase")
@require_POST
def forget(request: HttpRequest) -> HttpResponse:
    """Forget the people whom the last run proposed, and who have given no sign of life since."""
    latest = reading.latest()
    now = timezone.now()
    if latest is None or latest.as_of < now - FRESH or _open_job(reading.runs()):
        messages.error(request, _("Let a dry run look again first."))
        return redirect("consent:retention")
    run = running.begin(as_of=latest.as_of, is_dry=False, actor=actor_of(request), at=now, only=[INACTIVE], forget=True)
    return redirect("consent:retention-run", run.id)


@requires("consent.manage")
@require_safe
def report(request: HttpRequest, run_id: uuid.UUID) -> HttpResponse:
    """What one run found and took."""
    run = reading.find_run(run_id)
    if run is None:
        raise Http404
    lines = reading.lines(run.id)
    job = Job.objects.filter(id=str(run.job_id)).first() if run.job_id else None
    known = {kind.key: kind for kind in registry.kinds()}
    told: list[dict[str, Any]] = [
        {
            "line": line,
            "label": known[line.kind].label if line.kind in known else line.kind,
            "same": line.outcome == RetentionLine.Outcome.REMOVED and line.checksum == line.removed_checksum,
            "tables": sorted((line.removed_tables or line.tables).items()),
        }
        for line in lines
    ]
    return render(
        request,
        "consent/retention_run.html",
        {
            "run": run,
            "job": job,
            "is_open": job is not None and Job.State(job.state) in OPEN,
            "lines": [one for one in told if one["line"].rows or one["line"].held],
            "quiet": [one for one in told if not (one["line"].rows or one["line"].held)],
            "rows": sum(line.rows for line in lines),
            "removed": sum(line.removed for line in lines),
            **frame.tabs(request, "retention"),
        },
    )


def _told(ruling: Any, line: RetentionLine | None) -> dict[str, Any]:
    """A ruling in the reader's language."""
    return {
        "r": ruling,
        "kind": ruling.kind,
        "term": deciding.words(ruling.term) if ruling.term else "",
        "start": registry.STARTS[ruling.kind.start],
        "action": registry.ACTIONS[ruling.action],
        "line": line,
        "laws": [
            {
                "citation": laws.cited(demand.citation),
                "at_least": deciding.words(demand.at_least) if demand.at_least else "",
                "at_most": deciding.words(demand.at_most) if demand.at_most else "",
                "surely": _(CONFIDENCE[demand.citation.confidence]),
                "checked_on": demand.pack.checked_on,
            }
            for demand in ruling.demands
        ],
    }


def _proposed(latest: RetentionRun | None, found: dict[str, RetentionLine]) -> int:
    """How many people wait to be forgotten, by a list that is fresh."""
    line = found.get(INACTIVE)
    if latest is None or line is None or latest.as_of < timezone.now() - FRESH:
        return 0
    if reading.ruling(INACTIVE).action is not Action.PROPOSE or line.outcome == RetentionLine.Outcome.REMOVED:
        return 0
    return line.people


def _open_job(runs: list[RetentionRun]) -> RetentionRun | None:
    unfinished = [run for run in runs if run.finished_at is None and run.job_id]
    going = set(
        Job.objects.filter(id__in=[run.job_id for run in unfinished], state__in=OPEN).values_list("id", flat=True)
    )
    return next((run for run in unfinished if run.job_id in going), None)
