"""Making a questionnaire: from a ready-made one, from a file, or from nothing."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from cdp.core.views.access import actor_of, requires, staff_of
from surveys.forms import starting as forms
from surveys.rules import definition, ready
from surveys.selectors import wording
from surveys.services import publishing
from surveys.services.addresses import free_slug


@requires("surveys.edit")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose what to begin with; it opens as a draft."""
    form = forms.StartForm(request.POST or None, request.FILES or None, initial={"start": request.GET.get("from", "")})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        draft, title = _draft(given)
        name = given["name"] or title or _("Survey")
        try:
            survey = publishing.create(
                slug=given["slug"] or free_slug(given["name"] or _english(draft) or given["start"]),
                name=name,
                draft=draft,
                is_anonymous=given["is_anonymous"] or given["start"] in ready.ANONYMOUS,
                actor=actor_of(request),
                at=timezone.now(),
            )
        except publishing.UnableToChange as unable:
            form.add_error("slug", str(unable))
        else:
            messages.success(request, _("“%(name)s” is there as a draft.") % {"name": survey.name})
            return redirect("surveys:build", survey.slug)
    context = {
        "may_import": staff_of(request).can("imports"),
        "form": form,
        "chosen": form["start"].value() or (ready.OPEN if not form.is_bound else ""),
        "ready": [_offered(key) for key in sorted(ready.keys())],
    }
    return render(request, "surveys/new.html", context, status=422 if form.errors else 200)


def _offered(key: str) -> dict[str, Any]:
    """A ready-made one, for its card."""
    one = ready.one(key)
    return {
        "key": key,
        "title": wording.text(one.title),
        "count": sum(1 for _question in one.questions()),
        "is_anonymous": key in ready.ANONYMOUS,
        "is_guide": key in ready.GUIDES,
    }


def _draft(given: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The document a questionnaire begins with, and its title."""
    if given["start"] == forms.EMPTY:
        return {"schema": 1, "title": {}, "languages": [code for code, _name in settings.LANGUAGES], "pages": []}, ""
    begun = given["read"] if given["start"] == forms.FILE else ready.one(given["start"])
    return definition.written(begun), wording.text(begun.title)


def _english(draft: dict[str, Any]) -> str:
    return str(draft.get("title", {}).get("en", ""))
