"""Imports: upload, map, check, start, watch."""

import csv
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import audit, jobs, sources, uploads
from cdp.core.files import safety
from cdp.core.imports import drafts, engine, reading, registry, undoing
from cdp.core.models import Job
from cdp.core.uploads import SealedUpload
from cdp.core.views.access import actor_of, requires
from cdp.web.views import import_columns, import_undo, import_words

PAGE = 50
SHOWN_REJECTS = 100
SHOWN_COLUMNS = 8
PHONE_CODES = frozenset({"phone_not_in_use", "phone_too_short", "phone_too_long"})


class UploadForm(forms.Form):
    """What to import and where it comes from; the file itself is taken from the dropzone."""

    kind = forms.ChoiceField(label=gettext_lazy("What is in the file?"))
    source = forms.CharField(
        label=gettext_lazy("Where does it come from?"),
        max_length=sources.LONGEST_NAME,
        required=False,
        help_text=gettext_lazy(
            "A name such as Shopify or Old till. Customer numbers are unique within one source."
            " Leave it empty where the columns show it: you see it in the next step and can change it."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the kinds that rooms have declared."""
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = import_columns.kinds()  # type: ignore[attr-defined]


@requires("imports")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All imports, newest first."""
    now = timezone.now()
    found = drafts.listed(at=now).order_by("-id")
    cursor = request.GET.get("before", "")
    if cursor:
        found = found.filter(id__lt=_id(cursor))
    page = list(found[: PAGE + 1])
    older = f"?before={page[PAGE - 1].id}" if len(page) > PAGE else ""
    undone = undoing.finished(page)
    rows = [
        {
            "job": job,
            "kind": _kind_label(job),
            "rejected": job.result.get("rejected", 0) + job.result.get("passed_over", 0),
            "state": "checked" if drafts.is_checked(job) else "undone" if job.id in undone else job.state,
            "can_go_on": drafts.can_go_on(job, at=now),
        }
        for job in page[:PAGE]
    ]
    return render(request, "web/imports/list.html", {"rows": rows, "older": older, "newer": "?" if cursor else ""})


@requires("imports")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose a file."""
    asked = request.GET.get("kind", "")
    form = UploadForm(request.POST or None, initial={"kind": asked if asked in registry.kinds() else "customers"})
    file_error = ""
    if request.method == "POST":
        file: SealedUpload | None = None
        try:
            file = uploads.only(request.FILES)
        except uploads.SeveralFiles:
            file_error = _("Choose one file at a time: each has its own columns and its own check.")
        if file is None:
            file_error = file_error or _("Choose a file first.")
        elif not form.is_valid():
            uploads.delete(file.upload)  # it has to be chosen again, and would lie there for nobody
        else:
            try:
                job = drafts.upload(
                    kind=form.cleaned_data["kind"],
                    upload_id=file.upload,
                    name=file.name or "file",
                    source=form.cleaned_data["source"],
                    actor=actor_of(request),
                )
            except drafts.UnableToImport as problem:
                file_error = str(problem)
            else:
                return redirect("web:import-detail", job.id)
    return render(
        request,
        "web/imports/new.html",
        {"form": form, "file_error": file_error},
        status=422 if request.method == "POST" else 200,
    )


@requires("imports")
@require_safe
def detail(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """One import in whatever state it is in."""
    job = _job(job_id)
    if request.headers.get("HX-Request") and "watch" in request.GET:
        told = import_undo.state_of(job)
        is_open = job.state in {Job.State.WAITING, Job.State.RUNNING} or drafts.is_ending(job, at=timezone.now())
        if is_open or told.get("is_undoing"):
            left = import_words.left(told["undo"] or job)
            return render(request, "web/imports/_progress.html", {"job": job, "left": left, **told})
        response = HttpResponse()
        response.headers["HX-Refresh"] = "true"
        return response
    if job.state == Job.State.DRAFT:
        return _mapping_page(request, job)
    result = _result(job)
    if result["rejects"]:
        _note_look(request, job)
    return render(request, "web/imports/detail.html", result)


@requires("imports")
@require_POST
def choose(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Take the mapping and check the whole file."""
    job = _job(job_id)
    columns = {
        name.removeprefix("column:"): str(target)
        for name, target in request.POST.items()
        if name.startswith("column:") and target
    }
    constants = {
        name.removeprefix("constant:"): str(value)
        for name, value in request.POST.items()
        if name.startswith("constant:") and value
    }
    dayfirst = {"day": True, "month": False}.get(request.POST.get("dayfirst", ""))
    options: dict[str, Any] = {} if dayfirst is None else {"dayfirst": dayfirst}
    if era := request.POST.get("era", ""):
        options["era"] = era
    try:
        data = {"columns": columns, "constants": constants, "options": options}
        told = request.POST.get("source", "").strip()
        # A text that nobody has touched means the source that was offered, whatever is called so meanwhile.
        is_offered = told == request.POST.get("offered-as", "").strip()
        offered = request.POST.get("offered", "") if is_offered else ""
        drafts.choose(job, data=data, source=told, source_key=offered)
        drafts.check(job)
    except drafts.UnableToImport as problem:
        job.params["mapping"].update({"columns": columns, "constants": constants})
        job.params["mapping"]["options"].update(options)
        return _mapping_page(request, job, error=str(problem), status=422)
    return redirect("web:import-detail", job.id)


@requires("imports")
@require_POST
def act(request: HttpRequest, job_id: uuid.UUID, action: str) -> HttpResponse:
    """Start, go on, check again, go back to the mapping, read it as another kind, or stop."""
    job = _job(job_id)
    actor = actor_of(request)
    try:
        if action == "start":
            drafts.start(job, actor=actor, at=timezone.now())
        elif action == "back":
            checked = [Job.State.DONE, Job.State.FAILED]
            Job.objects.filter(id=job.id, state__in=checked, params__dry_run=True).update(state=Job.State.DRAFT)
        elif action == "continue":
            drafts.go_on(job, actor=actor, at=timezone.now())
        elif action == "check":
            drafts.check(job)
        elif action == "kind":
            drafts.change_kind(job, kind=request.POST.get("kind", ""))
        elif action == "stop":
            jobs.cancel(job)
        elif action == "discard":
            drafts.discard(job)
            return redirect("web:import-list")
        else:
            raise Http404
    except drafts.UnableToImport as problem:
        messages.error(request, str(problem))  # somebody else was quicker; the page shows the state it is in
    return redirect("web:import-detail", job.id)


@requires("imports")
@require_safe
def rejects(request: HttpRequest, job_id: uuid.UUID) -> StreamingHttpResponse:
    """The rows with something wrong as a CSV to be mended and imported again; it runs nothing in a spreadsheet.

    The original columns stand behind two of our own that an import ignores.
    """
    job = _job(job_id)
    _note_look(request, job)
    reasons = engine.reasons()
    names = engine.header(job)
    kept = [position for position, name in enumerate(names) if name not in reading.OWN_COLUMNS]

    def lines() -> Any:
        writer = csv.writer(_Echo())
        yield "\ufeff" + writer.writerow([*reading.OWN_COLUMNS, *(safety.cell(names[position]) for position in kept)])
        for line, found, entries in engine.rejected_rows(job):
            told = "; ".join(_told(entry, str(reasons.get(entry["reason"], entry["reason"]))) for entry in entries)
            wrong = {entry["column"]: entry["value"] for entry in entries}
            # Of a row that is not kept whole at least what was wrong.
            cells = found or [wrong.get(name, "") for name in names]
            shown = [cells[position] for position in kept if position < len(cells)] + cells[len(names) :]
            yield writer.writerow([line, safety.cell(told), *map(safety.cell, shown)])
        if missing := engine.unlisted(job):
            yield writer.writerow(["", f"{reasons[engine.MORE]} {missing}", *("" for _name in kept)])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    # By the id the import of the mended rows finds this one, its columns and its source (`drafts`).
    response.headers["Content-Disposition"] = f'attachment; filename="rejected-{job.id}.csv"'
    return response


def _note_look(request: HttpRequest, job: Job) -> None:
    """Who saw names and numbers of a file, in the access log. Nobody knows yet whose they are: it names the import."""
    view = request.resolver_match.view_name if request.resolver_match else "web:import-detail"
    actor = actor_of(request)
    audit.looked(actor=actor, at=timezone.now(), view=view, customers=[], reason=f"import {job.id}")


def _told(entry: dict[str, Any], reason: str) -> str:
    return f"{entry['column']}: {reason}" if entry["column"] else reason


class _Echo:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def _mapping_page(request: HttpRequest, job: Job, *, error: str = "", status: int = 200) -> HttpResponse:
    _note_look(request, job)  # the samples beside the columns are people's
    try:
        shown = import_columns.context(job, told=request.POST.get("source", "").strip())
    except (drafts.UnableToImport, reading.UnableToRead) as problem:
        return render(request, "web/imports/detail.html", {**_result(job), "error": error or str(problem)}, status=422)
    return render(request, "web/imports/mapping.html", {**shown, "error": error}, status=status)


def _result(job: Job) -> dict[str, Any]:
    reasons = engine.reasons()
    noted = engine.rejects(job, limit=SHOWN_REJECTS) if job.finished_at else []
    see_url, see_label = import_words.see(job)
    return {
        **import_undo.state_of(job),
        "job": job,
        "left": import_words.left(job),
        "kind": _kind_label(job),
        "seems": drafts.seems(job) if drafts.is_checked(job) else None,
        "nameless": import_columns.is_nameless(job),
        "nameless_rows": import_words.nameless(job),
        "is_check": bool(job.params["dry_run"]),
        "is_open": job.state in {Job.State.WAITING, Job.State.RUNNING},
        "rejects": [{**entry, "reason": reasons.get(entry["reason"], entry["reason"])} for entry in noted],
        "more_rejects": sum(job.result.get(name, 0) for name in ("rejected", "warned", "told")) > SHOWN_REJECTS,
        "is_cut": engine.unlisted(job) > 0,
        "brought": import_words.brought(job),
        "failure": jobs.sentence(job.error),
        "see_url": see_url,
        "see_label": see_label,
        "has_stopped": drafts.has_stopped(job, at=timezone.now()),
        "still_ending": drafts.still_ending() if drafts.is_ending(job, at=timezone.now()) else "",
        "is_check_failed": bool(job.params["dry_run"]) and job.state == Job.State.FAILED,
        "usable": import_words.usable(job) if job.params["dry_run"] and job.result.get("warned") else "",
        "read_as": import_words.read_as(job, noted),
        "warned": job.result.get("warned", 0),
        "left_out": job.result.get("rejected", 0) + job.result.get("passed_over", 0),
        "counted": engine.COUNTED,
        "doubtful": import_words.doubtful(job),
        "told": [
            text
            for text in (
                import_words.newcomers(job),
                import_words.companies(job),
                import_words.joined(job),
                *import_words.buyers(job),
                import_words.scale(job),
                import_words.unused(job),
            )
            if text
        ],
        "short": import_words.short(job),
        "remarks": [
            {**remark, "reason": reasons.get(remark["code"], remark["code"])}
            for remark in job.result.get("warnings", [])
        ],
    }


def _kind_label(job: Job) -> Any:
    return registry.get(job.params["kind"]).label


def _jobs() -> QuerySet[Job]:
    return Job.objects.filter(kind="import")


def _job(job_id: uuid.UUID) -> Job:
    job = _jobs().filter(id=job_id).first()
    if job is None:
        raise Http404
    return job


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error
