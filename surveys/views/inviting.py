"""The tab *Ask*: links for everybody, the sheet to print, invitations with the numbers before they go, and what became
of them.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import audiences, qr
from cdp.core.spoken import OWN_NAMES
from cdp.core.views.access import NotForRole, actor_of, requires, staff_of
from surveys.forms.asking import InviteForm
from surveys.models import Survey
from surveys.selectors import invitations, inviting, letters, links, questionnaires, wording
from surveys.services import asking_job
from surveys.services import inviting as service
from surveys.views import frame


@requires("surveys.view")
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, survey: str) -> HttpResponse:
    """`/surveys/{slug}/ask/`: posted without `go` it counts who would be asked, with it they are."""
    if request.method == "POST" and not staff_of(request).can("surveys.edit"):
        raise NotForRole("surveys.edit")
    row, now = frame.survey_of(survey), timezone.now()
    is_open = questionnaires.closed(row, at=now) is None
    form = InviteForm(request.POST if request.method == "POST" else None, survey=row)
    preview = None
    if form.is_bound and form.is_valid() and is_open:
        if "go" in request.POST:
            return _asked(request, row, form)
        people = audiences.audience(form.cleaned_data["segment"]).iterator()
        preview = inviting.preview(survey=row, customers=people, channel=form.cleaned_data["channel"], at=now)
    page: dict[str, Any] = {
        **frame.context(request, row, "ask"),
        "is_open": is_open,
        "form": form,
        "preview": preview,
        "left_out": _left_out(preview),
        "is_inviting": asking_job.is_under_way(row),
        "batches": invitations.batches(row),
        "funnel": invitations.funnel(row),
    }
    if row.version:
        page |= _links(row) | {"letters": letters.previews(row, row.letter)}
    is_wrong = form.is_bound and bool(form.errors)
    return render(request, "surveys/inviting.html", page, status=422 if is_wrong else 200)


@requires("surveys.view")
@require_safe
def sheet(request: HttpRequest, survey: str) -> HttpResponse:
    """A sheet to print: the code, and what awaits there. `?in=`: one of the survey's languages, else the reader's."""
    row = frame.survey_of(survey)
    if not row.version:
        raise Http404
    definition = questionnaires.version(row.id, row.version).definition
    languages = definition.languages
    wanted = request.GET.get("in") or translation.get_language() or ""
    chosen = wanted if wanted in languages else languages[0]
    # Of an anonymous answer no place is kept, and its address promises none.
    url = links.public(row.slug, language=chosen) if row.is_anonymous else links.sheet(row.slug, chosen)
    page = {"survey": row, "url": url, "code": qr.svg(url), "chosen": chosen}
    page["sheets"] = [
        {"label": name, "url": f"?in={code}", "active": code == chosen} for code, name in _names(languages).items()
    ]
    with translation.override(chosen):
        page |= {"promise": wording.text(definition.title, chosen), "promised": wording.promised(row.reward)}
    return render(request, "surveys/sheet.html", page)


@requires("surveys.edit")
@require_POST
def take_back(request: HttpRequest, survey: str, batch: uuid.UUID) -> HttpResponse:
    """End the links of one press of the button that nobody has answered by."""
    row = frame.survey_of(survey)
    count = service.revoke(
        survey=row, invitations=invitations.open_of(row, batch), actor=actor_of(request), at=timezone.now()
    )
    told = ngettext("%(count)d invitation was taken back.", "%(count)d invitations were taken back.", count)
    messages.success(request, told % {"count": count})
    return redirect("surveys:ask", row.slug)


def _asked(request: HttpRequest, row: Survey, form: InviteForm) -> HttpResponse:
    try:
        terms = replace(form.terms(), words=row.letter)
        asking_job.begin(survey=row, segment=form.cleaned_data["segment"], terms=terms, actor=actor_of(request))
    except service.UnableToInvite as unable:
        messages.error(request, str(unable))
    else:
        messages.success(request, _("They are being asked. The invitations wait in the outbox and go one by one."))
    return redirect("surveys:ask", row.slug)


def _left_out(preview: inviting.Preview | None) -> list[dict[str, Any]]:
    """Each reason in words, the most frequent first."""
    if preview is None:
        return []
    return [{"words": inviting.words(code), "count": count} for code, count in preview.left_out.items()]


def _names(languages: Sequence[str]) -> dict[str, str]:
    """Each language by its own name."""
    return {code: OWN_NAMES[code] for code in languages}


def _links(row: Survey) -> dict[str, Any]:
    languages = questionnaires.version(row.id, row.version).definition.languages
    names = _names(languages)
    public = links.public(row.slug)
    by_hand = [
        (names[code], code, letters.texts(row, links.public(row.slug, language=code), language=code))
        for code in languages
    ]
    return {
        "by_hand": by_hand,
        "public": public,
        "by_language": [(name, links.public(row.slug, language=code)) for code, name in names.items()],
        "kiosks": [(name, links.kiosk(row.slug, code)) for code, name in names.items()],
        "embed": f'<script src="{links.embed()}" data-survey="{row.slug}" async></script>',
    }
