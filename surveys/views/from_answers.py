"""A new survey from a file of answers: what each column seems to ask, mended by staff, made, its answers checked.

The file is an import that nobody has begun yet; the pages of imports take over once the questions are there.
"""

import uuid
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from cdp.core import uploads
from cdp.core.imports import drafts, reading
from cdp.core.models import Job
from cdp.core.uploads import SealedUpload
from cdp.core.views.access import actor_of, requires
from surveys.rules.definition import Invalid
from surveys.rules.files import proposing
from surveys.rules.files.proposing import Look, Proposal
from surveys.services import publishing
from surveys.services.addresses import free_slug
from surveys.services.filing import answers, making

SHOWN = 6
KIND_WORDS = {
    "single": gettext_lazy("One of a list"),
    "multiple": gettext_lazy("Several of a list"),
    "ranking": gettext_lazy("An order of preference"),
    "matrix": gettext_lazy("One for each line"),
    "yes_no": gettext_lazy("Yes or no"),
    "points": gettext_lazy("Points"),
    "stars": gettext_lazy("Stars"),
    "csat": gettext_lazy("How satisfied"),
    "nps_0_10": gettext_lazy("NPS from 0 to 10"),
    "nps_1_10": gettext_lazy("NPS from 1 to 10"),
    "date": gettext_lazy("A day"),
    "text": gettext_lazy("Free words"),
}
TARGETS = (
    *("response.external_id", "response.started_at", "response.ended_at", "response.language", "response.store"),
    *("customer.email", "customer.phone", "customer.external_id", "customer.name"),
)


class MakeForm(forms.Form):
    """What the survey is called, and what stands for no answer."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    slug = forms.SlugField(
        label=gettext_lazy("Address in its link"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("What stands in its link: small letters, digits and hyphens. It never changes."),
    )
    nothing = forms.CharField(
        label=gettext_lazy("What stands for no answer"),
        max_length=20,
        required=False,
        help_text=gettext_lazy("Such as - or n/a. Left empty, only empty cells are no answers."),
    )


@dataclass(frozen=True)
class Line:
    """A proposal as the page shows it."""

    one: Proposal
    name: str
    number: int
    parts: list[str]
    values: list[tuple[str, int]]
    more: int
    filled: int
    chosen: str
    choices: list[tuple[str, str]]


@requires("imports")
@require_http_methods(["GET", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Choose the file."""
    problem = ""
    if request.method == "POST":
        file: SealedUpload | None = None
        try:
            file = uploads.only(request.FILES)
        except uploads.SeveralFiles:
            problem = _("Choose one file at a time: each has its own columns and its own check.")
        if file is None:
            problem = problem or _("Choose a file first.")
        else:
            try:
                job = drafts.upload(
                    kind="responses", upload_id=file.upload, name=file.name or "file", source="",
                    actor=actor_of(request),
                )  # fmt: skip
            except drafts.UnableToImport as unable:
                problem = str(unable)
            else:
                return redirect("surveys:from-answers-columns", job.id)
    return render(request, "surveys/from_answers.html", {"problem": problem}, status=422 if problem else 200)


@requires("imports")
@require_http_methods(["GET", "POST"])
def columns(request: HttpRequest, job: uuid.UUID) -> HttpResponse:
    """See what each column seems to be, change it, and make the survey."""
    row = Job.objects.filter(id=job, kind="import", params__kind="responses", state=Job.State.DRAFT).first()
    if row is None:
        raise Http404
    form = MakeForm(request.POST or None, initial={"name": making.title_of(row.title)})
    try:
        what = reading.survey(row.params["file"], row.params["mapping"]["options"])
        look = making.look(row.params["file"], what)
    except reading.UnableToRead as unable:
        messages.error(request, str(unable))
        return redirect("surveys:from-answers")
    if form.is_valid() and (nothing := form.cleaned_data["nothing"].strip()):
        _without(look, nothing)
    language = proposing.language_of(what.columns)
    found = making.proposals(look)
    proposals = [_mended(request, one, look, language) for one in found]
    if request.method == "POST" and form.is_valid():
        try:
            return _make(request, row, proposals, form, language)
        except Invalid:
            form.add_error(None, _("At least one column has to be a question."))
        except publishing.UnableToPublish as unable:
            for fault in unable.problems:
                form.add_error(None, f"{fault.pointer}: {fault.message}")
        except (publishing.UnableToChange, drafts.UnableToImport) as unable:
            form.add_error(None, str(unable))
    page = {
        "form": form,
        "job": row,
        "rows": look.count,
        "lines": [
            _line(one, before, number, look) for number, (one, before) in enumerate(zip(proposals, found, strict=True))
        ],
        "questions": sum(one.target == proposing.QUESTION for one in proposals),
    }
    return render(request, "surveys/from_answers_columns.html", page, status=422 if form.errors else 200)


def _make(request: HttpRequest, job: Job, proposals: list[Proposal], form: MakeForm, language: str) -> HttpResponse:
    given, actor, now = form.cleaned_data, actor_of(request), timezone.now()
    making.read(proposals, title=given["name"], language=language)
    targets = [one.target for one in proposals if one.target not in {proposing.QUESTION, proposing.LEFT_OUT}]
    if len(set(targets)) < len(targets):
        raise publishing.UnableToChange(_("Two columns mean the same; each but a question can be there once."))
    survey = making.make(
        slug=given["slug"] or free_slug(given["name"]),
        name=given["name"],
        draft=proposing.definition(proposals, title=given["name"], language=language),
        actor=actor,
        at=now,
    )
    header = reading.survey(job.params["file"], job.params["mapping"]["options"]).columns
    mapped: dict[str, str] = {}
    for one in proposals:
        target = answers.ANSWER if one.target == proposing.QUESTION else one.target
        mapped |= {header[position]: target for position in one.positions if target}
    constants = {answers.SURVEY: survey.slug}
    if given["nothing"].strip():
        constants[answers.NOTHING] = given["nothing"].strip()
    drafts.choose(job, data={"columns": mapped, "constants": constants}, source=given["name"])
    drafts.check(job)
    messages.success(request, _("“%(name)s” is there, closed. Its answers are being checked.") % {"name": survey.name})
    return redirect("web:import-detail", job.id)


def _mended(request: HttpRequest, one: Proposal, look: Look, language: str) -> Proposal:
    """The proposal as whoever looks at the page says it is."""
    told = request.POST.get(f"column:{one.positions[0]}")
    if told is None or told == _chosen(one):
        return one
    if len(one.positions) > 1 and told:  # a block is a question as proposed, or left out
        return one
    if told and told not in proposing.KINDS and told not in TARGETS:
        return one
    return proposing.as_kind(one, told, look, language=language)


def _chosen(one: Proposal) -> str:
    return one.kind if one.target == proposing.QUESTION else one.target


def _line(one: Proposal, before: Proposal, number: int, look: Look) -> Line:
    values = look.values[one.positions[0]]
    is_block = len(one.positions) > 1
    kinds = [before.kind] if is_block else list(proposing.KINDS)
    targets = [] if is_block else [(target, str(_label(target))) for target in TARGETS]
    return Line(
        one=one,
        name=proposing.heading(one.name),
        number=number,
        parts=[look.names[position] for position in one.positions] if is_block else [],
        values=values.most_common(SHOWN),
        more=max(0, len(values) - SHOWN) if len(values) <= proposing.MOST_VALUES else 0,
        filled=max(look.filled[position] for position in one.positions),
        chosen=_chosen(one),
        choices=[*((kind, str(KIND_WORDS[kind])) for kind in kinds), *targets],
    )


def _label(target: str) -> Any:
    return answers.KIND.targets[target]


def _without(look: Look, nothing: str) -> None:
    for position, values in enumerate(look.values):
        look.filled[position] -= values.pop(nothing, 0)
