"""The jobs tray of the top bar."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cdp.core import jobs as work
from cdp.core.exports import asking
from cdp.core.imports import drafts
from cdp.core.models import Job
from cdp.core.views.access import requires, staff_of

SHOWN = 6


@requires("dashboard")
@require_safe
def tray(request: HttpRequest) -> HttpResponse:
    """The newest jobs of this person, or of everybody for those who import."""
    jobs = Job.objects.exclude(state=Job.State.DRAFT).order_by("-id")
    can_import = staff_of(request).can("imports")
    if not can_import:
        jobs = jobs.filter(created_by=request.user.pk)
    now = timezone.now()
    shown = [
        {
            **work.told(job, now=now),
            "title": _title(job),
            "state": "checked" if drafts.is_checked(job) else job.state,
            "url": _url(job, request.user, can_import=can_import),
        }
        for job in jobs[:SHOWN]
    ]
    running = sum(1 for job in shown if job["state"] in {"running", "waiting"})
    return render(request, "components/jobs_tray.html", {"jobs": shown, "running": running})


def _title(job: Job) -> str:
    if job.kind == "import_undo":
        return _("Undo: %(file)s") % {"file": job.title}
    return _("Export: %(file)s") % {"file": job.title} if job.kind == asking.JOB else work.named(job)


def _url(job: Job, user: Any, *, can_import: bool) -> str:
    """The page that tells of a job; empty where there is none for this reader."""
    if job.kind == asking.JOB:
        is_theirs = job.created_by == user.pk or user.can("exports.approve")
        return reverse("web:export-detail", args=[job.params["export"]]) if is_theirs else ""
    if job.kind in {"mailbox", "ticket_recount"}:
        return reverse("voice:tickets") if can_import else ""
    of = {"import": job.id, "import_undo": job.params.get("import", "")}.get(job.kind, "")
    return reverse("web:import-detail", args=[of]) if can_import and of else ""
