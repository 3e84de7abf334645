"""The build page: pages and questions in order, and the steps that change them. Each step is saved by itself."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cdp.core import uploads
from cdp.core.views.access import actor_of, requires
from surveys.forms import conditions, outline, places
from surveys.forms.kinds import KINDS
from surveys.forms.pages import PageForm, WholeForm
from surveys.forms.questions import QuestionForm
from surveys.forms.scores import ScoreForm
from surveys.models import Survey
from surveys.rules import building
from surveys.rules.building import Draft, Gone
from surveys.services import pictures, publishing
from surveys.views import frame

_MOST = 60
"""Places of pages and questions: more than there can be are nobody's."""


@requires("surveys.view")
@require_safe
def build(request: HttpRequest, survey: str) -> HttpResponse:
    """The draft, page by page."""
    row = frame.survey_of(survey)
    report = publishing.report(row, at=timezone.now())
    wrong = places.told(row, [one for one in report.faults if not one.pointer.startswith("/disclosure")])
    context = {
        **frame.context(request, row, "build"),
        "outline": outline.of(row.draft),
        "title": outline.text(row.draft.get("title")),
        "scores": outline.scores(row.draft),
        "kinds": KINDS.values(),
        "seen": row.draft_at.isoformat(),
        "wrong": wrong,
        "wrong_at": {one.mark for one in wrong},
    }
    return render(request, "surveys/build.html", context)


@requires("surveys.edit")
@require_POST
def step(request: HttpRequest, survey: str) -> HttpResponse:
    """One step: `action` with the places `page`, `number`, and where it needs them `to_page`, `to`, `kind`."""
    row = frame.survey_of(survey)
    given = request.POST
    page, number, to_page, to = (_place(given, name) for name in ("page", "number", "to_page", "to"))
    draft, action = row.draft, given.get("action", "")
    kind = given.get("kind", "")
    steps: dict[str, Callable[[], Draft]] = {
        "add-page": lambda: building.add_page(draft),
        "remove-page": lambda: building.remove_page(draft, page),
        "page-up": lambda: building.move_page(draft, page, page - 1),
        "page-down": lambda: building.move_page(draft, page, page + 1),
        "add": lambda: building.add_question(draft, page, kind),
        "copy": lambda: building.copy_question(draft, page, number),
        "remove": lambda: building.remove_question(draft, page, number),
        "up": lambda: building.step_question(draft, page, number, down=False),
        "down": lambda: building.step_question(draft, page, number, down=True),
        "move": lambda: building.move_question(draft, page, number, to_page, to),
    }
    if action not in steps or (action == "add" and kind not in KINDS):
        raise Http404
    here = reverse("surveys:build", args=[row.slug])
    try:
        new = steps[action]()
    except Gone:
        messages.error(request, _("This is no longer there, or there is no room for it. Nothing was changed."))
        return redirect(here)
    if not _saved(request, row, new):
        return redirect(here)
    if action == "add":
        last = len(building.questions(building.pages(new)[page])) - 1
        return redirect(f"{reverse('surveys:question', args=[row.slug, page, last])}?new=1")
    if action in {"up", "down", "move"}:
        return redirect(f"{here}#q-{'-'.join(map(str, _found(new, building.question_at(draft, page, number)['key'])))}")
    return redirect(f"{here}#p-{page}" if "page" in given else here)


def _found(draft: Draft, key: str) -> tuple[int, int]:
    """Where the question of that key stands now: its page and its number there."""
    return next(
        (page, number)
        for page, one in enumerate(building.pages(draft))
        for number, question in enumerate(building.questions(one))
        if question["key"] == key
    )


@requires("surveys.edit")
@require_http_methods(["GET", "POST"])
def question(request: HttpRequest, survey: str, page: int, number: int) -> HttpResponse:
    """One question: its words, what it is made of, when it is shown."""
    row = frame.survey_of(survey)
    try:
        before = building.question_at(row.draft, page, number)
    except Gone:
        raise Http404 from None
    data = conditions.added(request.POST, row.draft, page, number) if request.method == "POST" else None
    form = QuestionForm(
        data,
        question=before,
        language=get_language() or settings.LANGUAGE_CODE,
        known=conditions.Known.at(row.draft, page, number),
    )
    if form.is_valid():
        images, error = _images(request)
        if error:
            form.add_error(None, error)
        elif _saved(request, row, building.save_question(row.draft, page, number, form.as_question(images))):
            if "and_close" in request.POST:
                return redirect(f"{reverse('surveys:build', args=[row.slug])}#q-{page}-{number}")
            return redirect("surveys:question", row.slug, page, number)
    at = f"/pages/{page}/questions/{number}"
    report = publishing.report(row, at=timezone.now())
    context = {
        **frame.context(request, row, "build"),
        "form": form,
        "kind": KINDS.get(form.kind),
        "place": places.placed(row.draft, at),
        "seen": request.POST.get("seen") or row.draft_at.isoformat(),
        "wrong": []
        if form.is_bound or "new" in request.GET  # nobody has written anything yet
        else places.told(
            row, [one for one in (*report.faults, *report.doubts) if f"{one.pointer}/".startswith(f"{at}/")]
        ),
        "earlier": conditions.earlier(row.draft, page, number),
        "operators": conditions.OPERATORS,
        "back": f"{reverse('surveys:build', args=[row.slug])}#q-{page}-{number}",
    }
    return render(request, "surveys/question.html", context, status=422 if form.errors else 200)


@requires("surveys.edit")
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, survey: str, page: int) -> HttpResponse:
    """One page: its title, when it is shown, and where it leads on."""
    row = frame.survey_of(survey)
    pages = building.pages(row.draft)
    if page >= len(pages):
        raise Http404
    data = conditions.added(request.POST, row.draft, page, _MOST) if request.method == "POST" else None
    form = PageForm(data, draft=row.draft, number=page)
    if form.is_valid() and _saved(request, row, building.save_page(row.draft, page, form.as_parts())):
        return redirect(f"{reverse('surveys:build', args=[row.slug])}#p-{page}")
    context = {
        **frame.context(request, row, "build"),
        "form": form,
        "place": places.placed(row.draft, f"/pages/{page}"),
        "seen": request.POST.get("seen") or row.draft_at.isoformat(),
        "earlier": conditions.earlier(row.draft, page, _MOST),  # ways behind it ask about the page itself, too
        "operators": conditions.OPERATORS,
        "back": f"{reverse('surveys:build', args=[row.slug])}#p-{page}",
    }
    return render(request, "surveys/page.html", context, status=422 if form.errors else 200)


@requires("surveys.edit")
@require_http_methods(["GET", "POST"])
def texts(request: HttpRequest, survey: str) -> HttpResponse:
    """What belongs to the whole: languages, title, introduction, thanks, and the words for whom it is not meant."""
    row = frame.survey_of(survey)
    form = WholeForm(request.POST if request.method == "POST" else None, draft=row.draft)
    if form.is_valid() and _saved(request, row, form.as_draft()):
        return redirect("surveys:build", row.slug)
    context = {
        **frame.context(request, row, "build"),
        "form": form,
        "seen": request.POST.get("seen") or row.draft_at.isoformat(),
        "back": reverse("surveys:build", args=[row.slug]),
    }
    return render(request, "surveys/texts.html", context, status=422 if form.errors else 200)


@requires("surveys.edit")
@require_http_methods(["GET", "POST"])
def score(request: HttpRequest, survey: str, number: int) -> HttpResponse:
    """One score; the number behind the last one is a new one."""
    row = frame.survey_of(survey)
    kept = building.scores(row.draft)
    if number > len(kept) or number >= building.MOST_SCORES:
        raise Http404
    here = f"{reverse('surveys:build', args=[row.slug])}#scores"
    if request.method == "POST" and "remove" in request.POST and number < len(kept):
        _saved(request, row, building.save_score(row.draft, number, None))
        return redirect(here)
    form = ScoreForm(
        request.POST if request.method == "POST" else None,
        draft=row.draft,
        score=kept[number] if number < len(kept) else {},
    )
    if form.is_valid() and _saved(request, row, building.save_score(row.draft, number, form.as_score())):
        return redirect(here)
    context = {
        **frame.context(request, row, "build"),
        "form": form,
        "is_new": number == len(kept),
        "seen": request.POST.get("seen") or row.draft_at.isoformat(),
        "back": here,
    }
    return render(request, "surveys/score.html", context, status=422 if form.errors else 200)


def _images(request: HttpRequest) -> tuple[dict[int, str], str]:
    """The picture that came along, by its place; and what is wrong with it."""
    sent = uploads.small(request.FILES, uploads.PICTURE)
    if not sent:
        return {}, ""
    try:
        key = pictures.keep(sent[0][1], actor=actor_of(request), at=timezone.now())
    except pictures.UnableToKeep as unable:
        return {}, str(unable)
    place = request.POST.get("picture_for", "")
    return {int(place) if place.isdecimal() and len(place) == 1 else 0: key}, ""


def _saved(request: HttpRequest, row: Survey, draft: dict[str, Any]) -> bool:
    """Keep the draft, unless somebody else changed it since this page was made; then say so and keep nothing."""
    try:
        seen = parse_datetime(request.POST.get("seen", ""))
    except ValueError:
        seen = None
    # Without its mark a page is one that nobody was given.
    seen = seen if seen is not None and seen.tzinfo is not None else dt.datetime.min.replace(tzinfo=dt.UTC)
    try:
        publishing.save_draft(survey=row.id, draft=draft, seen=seen, actor=actor_of(request), at=timezone.now())
    except publishing.UnableToChange as unable:
        messages.error(request, str(unable))
        return False
    messages.success(request, _("Saved"))
    return True


def _place(given: QueryDict, name: str) -> int:
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else _MOST
