"""The draft as people would see it, in the frame of a phone. Nothing of what is answered there is kept anywhere."""

import json
from typing import Any

from csp.decorators import csp_replace, csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import spoken, structures
from cdp.core.views.access import requires
from surveys.models import Survey
from surveys.rules import checking, definition
from surveys.rules.definition import SCREENED, Definition
from surveys.rules.flow import Prepared
from surveys.rules.kinds import LANGUAGES, Ranking, Why
from surveys.rules.sending import Fault
from surveys.selectors import showing, wording
from surveys.services import disclosing
from surveys.views import frame, stepping


# The preview is a document of its own inside this page.
@csp_update({"frame-src": ["'self'"]})  # type: ignore[untyped-decorator,unused-ignore]
@requires("surveys.view")
@require_safe
def preview(request: HttpRequest, survey: str) -> HttpResponse:
    """The frame, with the languages to choose from."""
    row = frame.survey_of(survey)
    written = row.draft.get("languages")
    offered = [code for code in LANGUAGES if not isinstance(written, list) or code in written] or list(LANGUAGES)
    language = _language(request, offered)
    context = {
        **frame.context(request, row, "build"),
        "frame_url": f"{reverse('surveys:preview-frame', args=[row.slug])}?in={language}",
        "choices": [
            {"label": spoken.OWN_NAMES[code], "url": f"?in={code}", "active": code == language} for code in offered
        ],
    }
    return render(request, "surveys/preview.html", context)


@csrf_exempt  # nothing is written; and the page is the public one, whose forms carry no token
@xframe_options_sameorigin
@csp_replace({"frame-ancestors": ["'self'"]})  # type: ignore[untyped-decorator,unused-ignore]
@requires("surveys.view")
@require_http_methods(["GET", "POST"])
def document(request: HttpRequest, survey: str) -> HttpResponse:
    """A page of the draft, led on by its own conditions; answers travel along in the form."""
    row = frame.survey_of(survey)
    try:
        read = definition.read(row.draft)
    except structures.Invalid:
        read = None
    # Ways can be walked only where every condition can be asked.
    if read is None or checking.check(read, is_anonymous=row.is_anonymous).faults:
        return render(request, "surveys/preview_broken.html", {"survey": row})
    with translation.override(_language(request, read.languages)):
        return _page(request, row, read)


def _page(request: HttpRequest, row: Survey, read: Definition) -> HttpResponse:
    prepared = Prepared(read)
    language = (get_language() or "en")[:2]
    form = stepping.read(request, prepared, stepping.carried(request))
    judged = form.judged
    faults: list[Fault] = []
    at = 0
    if form.page:
        here = form.place or 0
        at = here - 1 if request.POST.get("meanwhile") == stepping.BACK else here + 1
        if at > here:
            faults = [one for one in judged.refused if one.question in form.given]
            faults += [Fault(key, Why.MISSING) for key in judged.missing if key in form.stood]
            at = here if faults else at
    around = {**stepping.frame(request, row, read.languages), "kiosk": None, "languages": []}
    if at >= len(judged.route.steps):
        texts = read.screened if judged.route.end == SCREENED else read.thanks
        title, told = wording.text(read.title, language), wording.text(texts, language)
        state = "screened" if judged.route.end == SCREENED else "complete"
        return render(request, "surveys/ask/thanks.html", {**around, "state": state, "title": title, "text": told})
    values: dict[str, Any] = {**form.earlier, **form.given}
    by_question = stepping.sentences(faults)
    shown = showing.page(
        prepared,
        judged.route,
        judged.route.steps[max(0, at)].page.key,
        values=values,
        faults=by_question,
        secret="preview",  # noqa: S106  (draws the order of options)
        language=language,
    )
    there = {one.question.key for one in shown.asked}
    said = disclosing.words(row, at=timezone.now()).get(language)
    context = {
        **around,
        "shown": shown,
        "title": wording.text(read.title, language),
        "intro": wording.text(read.intro, language) if shown.is_first else "",
        "said": {"title": said.title, "is_anonymous": row.is_anonymous, **said.parts}
        if said is not None and shown.is_first
        else None,
        "slip": "",
        "carried": json.dumps({key: value for key, value in values.items() if key not in there}, ensure_ascii=False),
        "faults": by_question,
        "is_last": shown.key == read.pages[-1].key,
        "action": request.get_full_path(),
        "has_ranking": any(isinstance(question, Ranking) for question in read.questions()),
    }
    return render(request, "surveys/ask/page.html", context, status=422 if faults else 200)


def _language(request: HttpRequest, offered: Any) -> str:
    """The one that was chosen, else that of the page, else the first."""
    # Not `lang`: that one changes the language of the pages of staff.
    wanted = (request.GET.get("in", ""), (get_language() or "")[:2])
    return str(next((code for code in wanted if code in offered), offered[0]))
