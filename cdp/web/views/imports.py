"""Imports: upload, map, check, start, watch."""

import csv
import uuid
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import actors, audit, jobs, sources, uploads
from cdp.core.files import safety
from cdp.core.imports import drafts, engine, mapping, reading, registry, undoing
from cdp.core.models import Job
from cdp.core.uploads import SealedUpload
from cdp.core.views.access import requires
from cdp.web import formats
from cdp.web.views import import_undo
from commerce.services.order_import import SHORT
from customers.rules import places
from customers.services.people_import import JOINED, NEW_PEOPLE, ROUGHLY

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
        kinds = [(kind.key, kind.label) for kind in registry.kinds().values()]
        self.fields["kind"].choices = kinds  # type: ignore[attr-defined]


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
    form = UploadForm(request.POST or None, initial={"kind": request.GET.get("kind", "customers")})
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
                    actor=actors.staff(request.user),  # type: ignore[arg-type]
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
            left = _left(told["undo"] or job)
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
    """Start, go on, check again, go back to the mapping, or stop."""
    job = _job(job_id)
    actor = actors.staff(request.user)  # type: ignore[arg-type]
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
    response.headers["Content-Disposition"] = f'attachment; filename="rejected-{job.id}.csv"'
    return response


def _note_look(request: HttpRequest, job: Job) -> None:
    """Who saw names and numbers of a file, in the access log. Nobody knows yet whose they are: it names the import."""
    view = request.resolver_match.view_name if request.resolver_match else "web:import-detail"
    actor = actors.staff(request.user)  # type: ignore[arg-type]
    audit.looked(actor=actor, at=timezone.now(), view=view, customers=[], reason=f"import {job.id}")


def _told(entry: dict[str, Any], reason: str) -> str:
    return f"{entry['column']}: {reason}" if entry["column"] else reason


class _Echo:
    """A file that hands back what is written."""

    def write(self, text: str) -> str:
        return text


def _mapping_page(request: HttpRequest, job: Job, *, error: str = "", status: int = 200) -> HttpResponse:
    _note_look(request, job)  # the samples beside the columns are people's
    kind = registry.get(job.params["kind"])
    named, told = sources.labels(), request.POST.get("source", "").strip()
    offered = job.params["source"] if job.params["source"] in named else ""
    shown = named.get(job.params["source"], job.params["source"])
    try:
        columns = drafts.columns(job)
    except (drafts.UnableToImport, reading.UnableToRead) as problem:
        return render(request, "web/imports/detail.html", {**_result(job), "error": error or str(problem)}, status=422)
    return render(
        request,
        "web/imports/mapping.html",
        {
            "job": job,
            "kind": kind,
            "columns": columns,
            "targets": [
                {"key": key, "label": label, "group": key.partition(".")[0]} for key, label in kind.targets.items()
            ]
            + [{"key": key, "label": label} for key, (label, _what) in registry.besides(kind.key).items()],
            "required": [[kind.targets[target] for target in group] for group in kind.required],
            "constants": [
                {"key": key, "label": kind.targets[key], "value": job.params["mapping"]["constants"].get(key, "")}
                for key in (
                    "order.currency",
                    "consent.purpose",
                    "consent.channel",
                    "consent.granted",
                    "customer.country",
                )
                if key in kind.targets
            ],
            "error": error,
            "sources": sorted(named.values()),
            "source": told or shown,
            "offered": offered,
            "offered_as": shown,
            "shop_country": places.country_name(settings.CDP_SHOP_COUNTRY, get_language() or "en"),
            "dayfirst": {True: "day", False: "month"}.get(job.params["mapping"]["options"].get("dayfirst"), ""),
            "era": job.params["mapping"]["options"].get("era", ""),
            "has_open_dates": any("open" in {column.order, column.era} for column in columns),
        },
        status=status,
    )


def _left(job: Job) -> str:
    """How long it will still take, by how long it took so far; empty as long as nobody can say."""
    seconds = jobs.seconds_left(job, now=timezone.now())
    if seconds is None:
        return ""
    if seconds < 90:
        return ngettext("about {n} second left", "about {n} seconds left", seconds).format(n=seconds)
    minutes = round(seconds / 60)
    return ngettext("about {n} minute left", "about {n} minutes left", minutes).format(n=formats.number(minutes))


def _result(job: Job) -> dict[str, Any]:
    reasons = engine.reasons()
    noted = engine.rejects(job, limit=SHOWN_REJECTS) if job.finished_at else []
    return {
        **import_undo.state_of(job),
        "job": job,
        "left": _left(job),
        "kind": _kind_label(job),
        "is_check": bool(job.params["dry_run"]),
        "is_open": job.state in {Job.State.WAITING, Job.State.RUNNING},
        "rejects": [{**entry, "reason": reasons.get(entry["reason"], entry["reason"])} for entry in noted],
        "more_rejects": sum(job.result.get(name, 0) for name in ("rejected", "warned", "told")) > SHOWN_REJECTS,
        "is_cut": engine.unlisted(job) > 0,
        "brought": _brought(job),
        "failure": jobs.sentence(job.error),
        "see_url": _see(job),
        "has_stopped": drafts.has_stopped(job, at=timezone.now()),
        "still_ending": drafts.still_ending() if drafts.is_ending(job, at=timezone.now()) else "",
        "is_check_failed": bool(job.params["dry_run"]) and job.state == Job.State.FAILED,
        "usable": _usable(job) if job.params["dry_run"] and job.result.get("warned") else "",
        "read_as": _read_as(job, noted),
        "warned": job.result.get("warned", 0),
        "left_out": job.result.get("rejected", 0) + job.result.get("passed_over", 0),
        "counted": engine.COUNTED,
        "unused": _unused(job),
        "newcomers": _newcomers(job),
        "joined": _joined(job),
        "short": _short(job),
        "remarks": [
            {**remark, "reason": reasons.get(remark["code"], remark["code"])}
            for remark in job.result.get("warnings", [])
        ],
    }


def _see(job: Job) -> str:
    """Where the people of a finished import are; empty for other kinds, and where nobody came in."""
    is_in = job.state == Job.State.DONE and not job.params["dry_run"] and job.result.get("accepted")
    if job.params["kind"] != "customers" or not is_in or undoing.is_begun(job):
        return ""
    return reverse("customers:customer-list") + "?" + urlencode({"source": job.params["source"]})


def _unused(job: Job) -> str:
    """Which columns of a checked file are not imported, the first ones by name, so that nobody misses it."""
    if not drafts.is_checked(job):
        return ""
    try:
        names = drafts.unused(job)
    except drafts.UnableToImport:  # the upload is gone; what was found in it is told all the same
        return ""
    if not names:
        return ""
    shown = ", ".join(names[:SHOWN_COLUMNS]) + (", …" if len(names) > SHOWN_COLUMNS else "")
    text = ngettext("{n} column is left out: {names}", "{n} columns are left out: {names}", len(names))
    return text.format(n=formats.number(len(names)), names=shown)


def _short(job: Job) -> str:
    """How many orders are smaller than in the file, because lines of theirs were refused."""
    orders = job.result.get("also", {}).get(SHORT, 0)
    if not orders:
        return ""
    text = ngettext(
        "{n} order comes in without one or more of its lines.",
        "{n} orders come in without one or more of their lines.",
        orders,
    )
    return text.format(n=formats.number(orders))


def _newcomers(job: Job) -> str:
    """How many people a checked file would make customers: a consent or an order for an unknown address brings one."""
    also = job.result.get("also", {}) if drafts.is_checked(job) else {}
    people = also.get(NEW_PEOPLE, 0)
    if not people:
        return ""
    text = (
        ngettext("At most {n} new customer would be made.", "At most {n} new customers would be made.", people)
        if also.get(ROUGHLY)
        else ngettext("{n} new customer would be made.", "{n} new customers would be made.", people)
    )
    return text.format(n=formats.number(people))


def _joined(job: Job) -> str:
    """How many customers a checked file would make one with another, because a row of it names both."""
    joined = job.result.get("also", {}).get(JOINED, 0) if drafts.is_checked(job) else 0
    if not joined:
        return ""
    text = ngettext(
        "{n} customer would be merged with another, because a row names both.",
        "{n} customers would be merged with others, because a row names both.",
        joined,
    )
    return text.format(n=formats.number(joined))


def _usable(job: Job) -> str:
    """What a check found: rows that can be used are not yet values that can."""
    rows, values = job.result.get("accepted", 0), job.result.get("warned", 0)
    parts = [ngettext("{n} row can be used", "{n} rows can be used", rows).format(n=formats.number(rows))]
    parts.append(ngettext("{n} value left out", "{n} values left out", values).format(n=formats.number(values)))
    return ", ".join(parts)


def _read_as(job: Job, noted: list[dict[str, Any]]) -> str:
    """Which country's phone numbers were expected, where some were not read and no column says the country."""
    mapped = job.params["mapping"]
    if mapping.COUNTRY in mapped["columns"].values() or not any(entry["reason"] in PHONE_CODES for entry in noted):
        return ""
    country = str(mapped["constants"].get(mapping.COUNTRY) or settings.CDP_SHOP_COUNTRY)
    text = _(
        "Phone numbers without a country code were read as numbers of {country}. If they belong to another country,"
        " choose Country on the Columns step."
    )
    return text.format(country=places.country_name(country, get_language() or "en"))


def _brought(job: Job) -> str:
    """What a finished import wrote, in the things it is about: a line of a file is not yet an order."""
    if job.params["dry_run"] or job.params["kind"] != "orders" or not job.finished_at:
        return ""
    orders = job.result.get("created", 0) + job.result.get("updated", 0)
    refunds = job.result.get("also", {}).get("refunds", 0)
    parts = [ngettext("{n} order", "{n} orders", orders).format(n=formats.number(orders))]
    if refunds:
        parts.append(ngettext("{n} refund", "{n} refunds", refunds).format(n=formats.number(refunds)))
    return ", ".join(parts)


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
