"""Undoing an import: what would go and what would stay, then the taking back itself with its progress."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core import jobs
from cdp.core.imports import registry, undoing
from cdp.core.models import Job
from cdp.core.views.access import actor_of, requires

PAGES = 5
"""Pages of each part that are judged one by one before the question is asked: some ten thousand customers."""


@requires("imports")
@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Ask, with numbers; take back."""
    job = Job.objects.filter(kind="import", id=job_id).first()
    if job is None:
        raise Http404
    now = timezone.now()
    if request.method == "POST":
        try:
            undoing.begin(job, actor=actor_of(request), at=now)
        except undoing.UnableToUndo as problem:
            messages.error(request, str(problem))
        return redirect("web:import-detail", job.id)
    has_stopped = undoing.has_stopped(job)
    if undoing.is_begun(job) and not has_stopped:
        return redirect("web:import-detail", job.id)
    if reason := undoing.why_not(job, at=now):
        messages.error(request, reason)
        return redirect("web:import-detail", job.id)
    counts, is_whole = undoing.foresee(job, at=now, most=PAGES)
    return render(
        request,
        "web/imports/undo.html",
        {
            "job": job,
            "kind": registry.get(job.params["kind"]).label,
            "counts": told(counts),
            "is_whole": is_whole,
            "has_stopped": has_stopped,
        },
    )


def told(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """What was, or would be, taken back, in sentences with their numbers; in the order in which rooms declare them."""
    return [
        {"text": _(sentence), "number": counts[word]} for word, sentence in undoing.words().items() if counts.get(word)
    ]


def state_of(job: Job) -> dict[str, Any]:
    """What the page of an import tells of its undoing: until when, and what became of it."""
    now = timezone.now()
    found = undoing.job_of(job)
    last = undoing.until(job) if not undoing.why_not(job, at=now) else None
    if found is None:
        return {"undo_until": last, "undo": None}
    return {
        "undo_until": last,
        "undo": found,
        "is_partly_undone": undoing.has_stopped(job),
        "is_undoing": found.state in {Job.State.WAITING, Job.State.RUNNING},
        "undo_counts": told(found.result.get("counts", {})),
        "undo_failure": jobs.sentence(found.error),
    }
