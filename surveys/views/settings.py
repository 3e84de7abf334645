"""The settings of a questionnaire: when, how often, how many, what is promised."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import NotForRole, actor_of, requires, staff_of
from surveys.forms.arranging import ArrangeForm, QuotaForms
from surveys.models import Quota, Survey
from surveys.services import publishing
from surveys.views import frame


@requires("surveys.view")
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, survey: str) -> HttpResponse:
    """Look, and for whoever may: change."""
    may_edit = staff_of(request).can("surveys.edit")
    if request.method == "POST" and not may_edit:
        raise NotForRole("surveys.edit")
    row = frame.survey_of(survey)
    quotas = list(Quota.objects.filter(survey=row).order_by("key"))
    part = request.POST.get("part", "")
    form = ArrangeForm(request.POST if part == "arrange" else None, survey=row)
    lines = QuotaForms(
        request.POST if part == "quotas" else None,
        prefix="quota",
        # A line that says what it said before is a quota all the same.
        form_kwargs={"empty_permitted": False},
        initial=[{"key": one.key, "when": one.when, "limit": one.limit} for one in quotas],
    )
    if part == "arrange" and form.is_valid() and _arranged(request, row, form):
        return redirect("surveys:settings", row.slug)
    if part == "quotas" and lines.is_valid() and _limited(request, row, lines):
        return redirect("surveys:settings", row.slug)
    context = {
        **frame.context(request, row, "settings"),
        "form": form,
        "lines": lines,
        "taken": {one.key: one.taken for one in quotas},
        "is_away": row.state == Survey.State.ARCHIVED,
    }
    is_wrong = (form.is_bound and form.errors) or (lines.is_bound and not lines.is_valid()) or lines.non_form_errors()
    if not may_edit:
        for one in (form, *lines):
            for field in one.fields.values():
                field.disabled = True
    return render(request, "surveys/settings.html", context, status=422 if is_wrong else 200)


def _arranged(request: HttpRequest, row: Survey, form: ArrangeForm) -> bool:
    given: dict[str, Any] = form.cleaned_data
    try:
        publishing.arrange(
            survey=row.id,
            name=given["name"],
            opens_at=given["opens_at"],
            closes_at=given["closes_at"],
            is_once=given["is_once"],
            wait_days=given["wait_days"],
            sample=given["sample"],
            reward=form.promised(),
            is_anonymous=given.get("is_anonymous"),
            actor=actor_of(request),
            at=timezone.now(),
        )
    except publishing.UnableToChange as unable:
        form.add_error(None, str(unable))
        return False
    messages.success(request, _("Saved"))
    return True


def _limited(request: HttpRequest, row: Survey, lines: Any) -> bool:
    quotas: dict[str, tuple[str, int]] = {}
    for line in lines:
        key = line.cleaned_data.get("key")
        if not key:
            continue
        if key in quotas:
            line.add_error("key", _("“%(key)s” stands here twice.") % {"key": key})
            return False
        quotas[key] = (line.cleaned_data["when"].strip(), line.cleaned_data["limit"])
    try:
        publishing.set_quotas(survey=row.id, quotas=quotas, actor=actor_of(request), at=timezone.now())
    except publishing.UnableToChange as unable:
        lines[0].add_error(None, str(unable))
        return False
    messages.success(request, _("Saved"))
    return True
