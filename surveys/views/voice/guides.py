"""`/voice/interviews/guides/`: which guides there are, making one, and putting it in force with its disclosure."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core.views.access import NotForRole, actor_of, requires, staff_of
from surveys.forms.disclosing import DisclosureForm
from surveys.forms.interviews import GuideForm, StartGuideForm
from surveys.models import Guide, GuideVersion, Interview
from surveys.rules import ready
from surveys.rules.definition import Problem
from surveys.rules.interviews import guides as rules
from surveys.selectors import wording
from surveys.selectors.interviews import guides as reading
from surveys.services import disclosing
from surveys.services.interviews import guides
from surveys.views.voice import interviews_frame as frame

EMPTY = "empty"
MOST = 200


@requires("customers.view")
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All guides, those put away at the end."""
    rows = list(Guide.objects.order_by("is_away", "-created_at", "-id")[:MOST])
    held = {row.id: Interview.objects.filter(guide_id=row.id).count() for row in rows}
    context = {
        **frame.context(request, "guides"),
        "rows": [{"guide": row, "title": reading.title(row), "held": held[row.id]} for row in rows],
        "may_edit": staff_of(request).can("surveys.edit"),
    }
    return render(request, "voice/guides.html", context)


@requires("surveys.edit")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose what to begin with; it opens as a draft."""
    choices = [*ready.GUIDES, EMPTY]
    form = StartGuideForm(request.POST if request.method == "POST" else None, choices=choices)
    if form.is_bound and form.is_valid():
        start = form.cleaned_data["start"]
        languages = [code for code, _name in settings.LANGUAGES]
        draft = rules.empty(languages) if start == EMPTY else guides.of_ready(start)
        try:
            made = guides.create(
                slug=form.cleaned_data["slug"] or _free(start), draft=draft, actor=actor_of(request), at=timezone.now()
            )
        except guides.UnableToChange as unable:
            form.add_error("slug", str(unable))
        else:
            return redirect("voice:guide", made.slug)
    context = {
        **frame.context(request, "guides"),
        "form": form,
        "ready": [{"key": key, "title": wording.text(ready.one(key).title)} for key in ready.GUIDES],
        "chosen": form["start"].value() or ready.GUIDES[0],
    }
    return render(request, "voice/guide_new.html", context, status=422 if form.errors else 200)


@requires("customers.view")
@require_http_methods(["GET", "POST"])
def guide(request: HttpRequest, guide: str) -> HttpResponse:
    """Title, goal and questions; every button keeps what stands in the form."""
    may_edit = bool(staff_of(request).can("surveys.edit"))
    if request.method == "POST" and not may_edit:
        raise NotForRole("surveys.edit")
    row = _guide(guide)
    form = GuideForm(request.POST if request.method == "POST" else None, draft=row.draft)
    error = ""
    if form.is_bound and form.is_valid():
        act, seen = request.POST.get("act", "save"), request.POST.get("seen", "")
        try:
            if seen != row.draft_at.isoformat():
                raise guides.UnableToChange(
                    _("Somebody else changed this guide meanwhile. Reload it to see their changes.")
                )
            guides.save(
                guide=row.id, draft=form.written(act), seen=row.draft_at, actor=actor_of(request), at=timezone.now()
            )
        except guides.UnableToChange as unable:
            error = str(unable)
        else:
            if act == "publish":
                return redirect("voice:guide-publish", row.slug)
            if act == "save":
                messages.success(request, _("Saved"))
            return redirect("voice:guide", row.slug)
    context = {
        **frame.context(request, "guides"),
        "guide": row,
        "title": reading.title(row),
        "form": form,
        "error": error,
        "may_edit": may_edit,
        "may_begin": row.version and not row.is_away and staff_of(request).can("customers.edit"),
    }
    if not may_edit:
        for field in form.fields.values():
            field.disabled = True
    return render(request, "voice/guide.html", context, status=422 if form.errors or error else 200)


@requires("surveys.edit")
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, guide: str) -> HttpResponse:
    """What stands in the way, what is said before the first question, and the button."""
    row, now = _guide(guide), timezone.now()
    form = DisclosureForm(request.POST if request.method == "POST" else None, texts=disclosing.words(row, at=now))
    problems: list[Problem] = rules.faults(rules.read(row.draft))
    error = ""
    if form.is_bound and form.is_valid():
        try:
            version = guides.publish(guide=row.id, disclosure=form.texts(), actor=actor_of(request), at=now)
        except guides.UnableToPublish as unable:
            problems = list(unable.problems)
        except guides.UnableToChange as unable:
            error = str(unable)
        else:
            messages.success(request, _("Version %(number)d is in force.") % {"number": version.number})
            return redirect("voice:guide", row.slug)
    versions = GuideVersion.objects.filter(guide=row).order_by("-number").defer("definition")[:MOST]
    context: dict[str, Any] = {
        **frame.context(request, "guides"),
        "guide": row,
        "title": reading.title(row),
        "form": form,
        "problems": [{"place": _place(one.pointer), "message": one.message} for one in problems],
        "error": error,
        "next": row.version + 1,
        "versions": versions,
    }
    return render(request, "voice/guide_publish.html", context, status=422 if form.is_bound else 200)


@requires("surveys.edit")
@require_POST
def away(request: HttpRequest, guide: str) -> HttpResponse:
    """Put it away, or take it out again."""
    row = _guide(guide)
    is_away = request.POST.get("away") == "1"
    guides.put_away(guide=row.id, is_away=is_away, actor=actor_of(request), at=timezone.now())
    messages.success(request, _("Put away") if is_away else _("Taken out again"))
    return redirect("voice:guides")


def _guide(slug: str) -> Guide:
    found = reading.find(slug)
    if found is None:
        raise Http404
    return found


def _place(pointer: str) -> str:
    """Where in the guide, as people say it."""
    parts = pointer.strip("/").split("/")
    if parts[0] == "questions" and len(parts) > 1:
        return _("Question %(number)d") % {"number": int(parts[1]) + 1}
    names = {"title": _("Title"), "goal": _("Goal"), "disclosure": _("What is said before the first question")}
    return names.get(parts[0], _("Questions"))


def _free(wish: str) -> str:
    base = slugify(wish.replace("_", "-"))[:35] or "guide"
    base = "guide" if base == EMPTY else base
    taken = set(Guide.objects.filter(slug__startswith=base).values_list("slug", flat=True)) | guides.RESERVED
    return next(slug for slug in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if slug not in taken)
