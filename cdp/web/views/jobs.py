"""The jobs tray of the top bar."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cdp.core import jobs as work
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
            "title": _("Undo: %(file)s") % {"file": job.title} if job.kind == "import_undo" else job.title,
            "state": "checked" if drafts.is_checked(job) else job.state,
            "done": job.done,
            "total": job.total,
            "error": work.sentence(job.error),
            "finished_at": job.finished_at,
            "seconds_left": work.seconds_left(job, now=now),
            "url": reverse("web:import-detail", args=[of]) if can_import and (of := _import_of(job)) else "",
        }
        for job in jobs[:SHOWN]
    ]
    running = sum(1 for job in shown if job["state"] in {"running", "waiting"})
    return render(request, "components/jobs_tray.html", {"jobs": shown, "running": running})


def _import_of(job: Job) -> object:
    """The import whose page tells of a job; empty where there is none."""
    return {"import": job.id, "import_undo": job.params.get("import", "")}.get(job.kind, "")
