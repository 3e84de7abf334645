"""`/exports/`: files of people that leave on purpose. Ask, see whom it holds, let a second person decide, fetch."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import audiences, jobs
from cdp.core.exports import asking, handing, registry, words
from cdp.core.models import Export, Job, User
from cdp.core.views.access import requires, staff_of
from cdp.web.forms.exports import FORMATS, DecisionForm, ExportForm, column_names, purpose_names, use_words
from cdp.web.views import import_words
from consent.rules import reasons

PAGE = 50
State = Export.State
LOOKS: dict[str, tuple[str, str | Promise]] = {
    State.WAITING: ("warning", gettext_lazy("Waits for a second person")),
    State.REFUSED: ("danger", gettext_lazy("Refused")),
    State.MAKING: ("accent", gettext_lazy("Being made")),
    State.READY: ("success", gettext_lazy("Ready to fetch")),
    State.ENDED: ("neutral", gettext_lazy("Ended")),
    "failed": ("danger", gettext_lazy("Failed")),
}
ENDS: dict[str, str | Promise] = {
    Export.End.TAKEN: gettext_lazy("It was written to a place on the server by the command, for whoever runs it."),
    Export.End.EXPIRED: gettext_lazy(
        "Its 24 hours are over, and the file is deleted. Ask for it again if you need it."
    ),
    Export.End.ERASED: gettext_lazy(
        "Somebody in it was erased, so the file was deleted with them. Delete copies you have fetched, and ask again."
    ),
    Export.End.DELETED: gettext_lazy("It was deleted or taken back by hand."),
    Export.End.GROWN: gettext_lazy(
        "While it was being made it came to hold more people than were counted when it was asked for, so it was"
        " dropped. Ask again to see how many there are now."
    ),
}


@dataclass(frozen=True)
class Line:
    """An export as a page tells of it."""

    export: Export
    kind: str
    of_whom: str
    tone: str
    label: str
    asker: str
    purpose: str
    reason: str


@requires("exports")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """What waits for the reader's word, and all files: their own, or everybody's for whoever may approve."""
    user = staff_of(request)
    approves = user.can("exports.approve")
    found = Export.objects.order_by("-id")
    if not approves:
        found = found.filter(asked_by=user.id)
    if cursor := request.GET.get("before", ""):
        found = found.filter(id__lt=_id(cursor))
    page = list(found[: PAGE + 1])
    waiting = list(Export.objects.filter(state=State.WAITING).exclude(asked_by=user.id).order_by("id")[:PAGE])
    context = {
        "rows": _lines(page[:PAGE]),
        "for_you": _lines(waiting) if approves else [],
        "approves": approves,
        "older": f"?before={page[PAGE - 1].id}" if len(page) > PAGE else "",
        "newer": "?" if cursor else "",
    }
    return render(request, "web/exports/list.html", context)


@requires("exports")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Say what is needed, see whom it would hold, begin."""
    user, now = staff_of(request), timezone.now()
    kinds = {key: one for key, one in registry.kinds().items() if not one.needs or user.can(one.needs)}
    asked = request.POST.get("kind") or request.GET.get("kind") or "customers"
    known = kinds.get(asked)
    if known is None:
        raise Http404
    about = known.about.said(request.POST if request.method == "POST" else request.GET) if known.about else {}
    try:
        kind = registry.of(known.key, about)
    except registry.UnknownChoice:
        return _choosing(request, known, kinds)
    is_masked = kind.is_personal and not user.can("customers.reveal")
    form = ExportForm(
        request.POST if request.method == "POST" else None,
        what=kind,
        initial={"segment": request.GET.get("segment", ""), "form": "csv"},
    )
    count, status = None, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                # What was changed since it was counted is counted first: nobody asks for people they have not seen.
                seen = request.POST.get("counted") == f"{given['segment']}|{form['purpose'].value() or ''}"
                if "start" in request.POST and (seen or not kind.is_personal):
                    export = asking.ask(kind=kind.key, about=about, **given, user=user, at=now)
                    return redirect("web:export-detail", export.id)
                count = asking.count(
                    kind, **{name: given[name] for name in ("segment", "purpose", "channel")},
                    asker=user.id, is_masked=is_masked, at=now,
                )  # fmt: skip
                status = 200
            except asking.UnableToAsk as problem:
                form.add_error(problem.field if problem.field in form.fields else None, str(problem))
            except audiences.UnknownAudience:
                form.add_error("segment", _("There is no such segment any more."))
    context = {
        "form": form,
        "kind": kind,
        "kinds": _tabs(kinds, kind),
        "about": _about(kind, about),
        "nameless": kind.nameless() if count is not None and kind.nameless and not form["segment"].value() else 0,
        "count": count,
        "left_out": _left_out(count.left_out) if count else [],
        "is_masked": is_masked,
        "list_columns": _list_columns(kind, form) if count else [],
        "hides": bool(kind.hides),
        "alone": settings.CDP_EXPORT_ALONE,
        "nobody_else": count is not None and count.needs_second and not _somebody_else(user),
    }
    return render(request, "web/exports/new.html", context, status=status)


def _choosing(request: HttpRequest, kind: registry.Kind, kinds: Mapping[str, registry.Kind]) -> HttpResponse:
    """Which one the file is to be about."""
    assert kind.about is not None, "only such a kind has choices"  # noqa: S101
    context = {
        "kind": kind,
        "kinds": _tabs(kinds, kind),
        "label": kind.about.label,
        "choices": [
            {"url": "?" + urlencode({"kind": kind.key, kind.about.name: value}), "label": label}
            for value, label in kind.about.choices()
        ],
    }
    return render(request, "web/exports/choose.html", context)


def _tabs(kinds: Mapping[str, registry.Kind], kind: registry.Kind) -> list[dict[str, Any]]:
    return [{"url": f"?kind={one.key}", "label": one.label, "active": one.key == kind.key} for one in kinds.values()]


def _about(kind: registry.Kind, about: Mapping[str, str]) -> dict[str, Any]:
    """What the file is about, to be carried along and to be changed."""
    if kind.about is None:
        return {}
    return {
        "words": kind.about.words(about),
        "label": kind.about.label,
        "kept": {name: value for name, value in about.items() if name not in kind.about.options},
        "options": [
            {"name": name, "label": label, "choices": choices, "chosen": about.get(name, "") or choices[0][0]}
            for name, (label, choices) in kind.about.options.items()
        ]
        if kind.is_personal
        else [],
    }


def _kind_of(row: Export) -> registry.Kind | None:
    try:
        return registry.of(row.kind, row.about)
    except (KeyError, registry.UnknownChoice):
        return None


def _label(kind: registry.Kind, row: Export) -> str:
    return f"{kind.label}: {kind.about.words(row.about)}" if kind.about is not None and row.about else str(kind.label)


@requires("exports")
@require_safe
def detail(request: HttpRequest, export: uuid.UUID) -> HttpResponse:
    """One file in whatever state it is in."""
    return _page(request, _found(request, export), DecisionForm())


def _page(request: HttpRequest, row: Export, form: DecisionForm, *, status: int = 200) -> HttpResponse:
    job = Job.objects.filter(id=row.job_id).first() if row.job_id else None
    is_open = row.state == State.MAKING and job is not None and job.state in {Job.State.WAITING, Job.State.RUNNING}
    context: dict[str, Any] = {"export": row, "job": job, "left": import_words.left(job) if job else ""}
    if request.headers.get("HX-Request") and "watch" in request.GET:
        if is_open:
            return render(request, "web/exports/_progress.html", context)
        response = HttpResponse()
        response.headers["HX-Refresh"] = "true"
        return response
    user = staff_of(request)
    what = _kind_of(row)
    named = column_names(what) if what else {}
    (line,) = _lines([row])
    context |= {
        "line": line,
        "form": form,
        "purpose": line.purpose,
        "words": words.of(row),
        "form_name": FORMATS.get(row.form, row.form),
        "columns": [named.get(column, column) for column in row.columns],
        "left_out": _left_out(row.left_out),
        "leaving": handing.count_leaving(row, at=timezone.now()),
        "out": sum(row.left_out.values()),
        "is_mine": row.asked_by == user.id,
        "may_decide": row.state == State.WAITING and row.asked_by != user.id and user.can("exports.approve"),
        "second": _name(row.decided_by),
        "others": [str(one) for one in asking.may_approve(row).order_by("name")[:6]],
        "is_open": is_open,
        "failure": jobs.sentence(job.error) if job and row.state == State.MAKING and not is_open else "",
        "has_failed": row.state == State.MAKING and job is not None and not is_open,
        "end": ENDS.get(row.ended_for, ""),
    }
    return render(request, "web/exports/detail.html", context, status=status)


@requires("exports")
@require_safe
def file(request: HttpRequest, export: uuid.UUID) -> HttpResponseBase:
    """The file itself, for who asked for it."""
    row = _found(request, export)
    try:
        return handing.hand(row.id, user=staff_of(request), at=timezone.now())
    except handing.UnableToHand as problem:
        messages.error(request, str(problem))
        return redirect("web:export-detail", row.id)


@requires("exports")
@require_POST
def act(request: HttpRequest, export: uuid.UUID, action: str) -> HttpResponse:
    """Let it go, refuse it, begin again, delete it."""
    row, user, now = _found(request, export), staff_of(request), timezone.now()
    form = DecisionForm(request.POST)
    why = form.cleaned_data["why"] if form.is_valid() else ""
    try:
        if action == "approve":
            asking.approve(row.id, user=user, why=why, at=now)
            messages.success(request, _("Let go. Your colleague can fetch it when it is made."))
        elif action == "refuse":
            asking.refuse(row.id, user=user, why=why, at=now)
            messages.success(request, _("Refused. Your colleague sees why."))
        elif action == "again":
            asking.again(row.id, user=user, at=now)
        elif action == "delete":
            asking.delete(row.id, user=user, at=now)
            messages.success(request, _("Deleted."))
        else:
            raise Http404
    except asking.UnableToDecide as problem:
        row.refresh_from_db()
        if row.state == State.WAITING and action in {"approve", "refuse"}:
            form.add_error("why", str(problem))
            return _page(request, row, form, status=422)
        messages.error(request, str(problem))
    return redirect("web:export-detail", row.id)


def _lines(rows: list[Export]) -> list[Line]:
    asked = {row.asked_by for row in rows if row.asked_by}
    askers = {user.id: str(user) for user in User.objects.filter(id__in=asked)}
    failed = set(
        Job.objects.filter(id__in=[row.job_id for row in rows if row.job_id], state__in=["failed", "cancelled"])
        .values_list("id", flat=True)
    )  # fmt: skip
    lines, names = [], purpose_names() if rows else {}
    for row in rows:
        kind = registry.kinds().get(row.kind)
        look = "failed" if row.state == State.MAKING and row.job_id in failed else row.state
        tone, label = LOOKS[look]
        if row.state == State.ENDED:
            label = row.get_ended_for_display()
        lines.append(
            Line(
                row,
                _label(kind, row) if kind else row.kind,
                "" if not row.is_personal else audiences.name(row.segment) if row.segment else _("Everybody we know"),
                tone,
                str(label),
                askers.get(row.asked_by, "") if row.asked_by else _("The server’s command"),
                use_words(row.purpose, row.channel, names),
                words.of(row).reason if row.state == State.WAITING else "",
            )
        )
    return lines


def _list_columns(kind: registry.Kind, form: ExportForm) -> list[str]:
    """What a list for a channel holds, by the names of its columns; nothing for another file."""
    channel = form.cleaned_data["channel"]
    if not channel:
        return []
    named = column_names(kind)
    return [named[column] for column in asking.columns_of(kind, channel, form.cleaned_data["columns"])]


def _left_out(counted: Any) -> list[tuple[str, int]]:
    found = sorted(dict(counted).items(), key=lambda item: (-item[1], item[0]))
    return [(reasons.words(reason), number) for reason, number in found]


def _somebody_else(user: User) -> bool:
    return asking.may_approve(Export(asked_by=user.id)).exists()


def _name(user: uuid.UUID | None) -> str:
    row = User.objects.filter(id=user).first() if user else None
    return str(row) if row else ""


def _found(request: HttpRequest, export: uuid.UUID) -> Export:
    """That export, for who asked for it and for whoever may approve; for others there is none."""
    user = staff_of(request)
    row = Export.objects.filter(id=export).first()
    if row is None or (row.asked_by != user.id and not user.can("exports.approve")):
        raise Http404
    return row


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error
