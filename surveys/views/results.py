"""Pages of results: every question in figures, one question over time and by group, open answers, what was refused,
and a single response.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cdp.core import audiences, context, spoken, written_dates
from cdp.core.views.access import actor_of, requires, staff_of
from customers.selectors import profiles
from surveys.models import Response, Sentiment, Survey
from surveys.rules import results
from surveys.rules.kinds import Why
from surveys.rules.results import BANDS
from surveys.rules.sending import Fault
from surveys.rules.words import sentence
from surveys.selectors import wording
from surveys.selectors.results import comparing, overview, reach, scope, scores, single, words
from surveys.selectors.results.guarding import Refusal
from surveys.selectors.results.scope import Filter, UnableToFilter
from surveys.selectors.texts import felt_as, readings
from surveys.services import removing
from surveys.views import figures, frame

QUESTION = ("question", "answer", "scheme")
"""What a filter by an answer stands in an address as."""
MOST_TOLD = 6
NEWEST = 3


@requires("surveys.view")
@require_safe
def overall(request: HttpRequest, survey: str) -> HttpResponse:
    """`/surveys/{slug}/results/`: every question in figures."""
    row, chosen, given = _asked(request, survey)
    found = overview.read(row, chosen)
    cards = [
        {
            **figures.card(
                one, link=_link("surveys:result", row, given, question_key=one.asked.key, how=one.asked.scheme)
            ),
            **_read_apart(row, given, one),
        }
        for one in found.results
    ]
    page = {
        **frame.context(request, row, "results"),
        **_filters(row, chosen, given),
        "found": found,
        "cards": cards,
        "scores": [figures.score_card(one) for one in scores.read(row, chosen)],
        "reach": reach.read(row),
        "refusal": _refusal(found.refusal),
        "words_link": _link("surveys:answers", row, given),
        "export_link": _export(request, row, given),
        "book_link": _link("surveys:codebook", row, given),
        "is_empty": not found.whole and found.refusal is None,
    }
    return render(request, "surveys/results/overall.html", page)


@requires("surveys.view")
@require_safe
def question(request: HttpRequest, survey: str, question_key: str) -> HttpResponse:
    """`/surveys/{slug}/results/{question}/`: one question over time, by group, beside another."""
    row, chosen, given = _asked(request, survey)
    found = overview.read(row, chosen, only=question_key)
    versions = found.versions
    how = request.GET.get("how", "")
    every = results.asked(versions)
    mine = [one for one in every if one.key == question_key and how in {"", one.scheme}]
    if not mine:
        raise Http404
    about = mine[0]
    one = next((told for told in found.results if told.asked == about), None)
    period = "week" if request.GET.get("period") == "week" and not row.is_anonymous else "month"
    names = figures.dimensions(row)
    by = request.GET.get("by", "")
    by = by if by in names else ""
    others = [other for other in every if other.key != about.key and comparing.crossable(other)]
    beside = next((other for other in others if other.key == request.GET.get("beside", "")), None)
    is_shown = one is not None and not one.is_hidden
    groups = comparing.by_group(row, about, by, chosen) if is_shown and by else []
    periods = comparing.over_time(row, about, period, chosen) if is_shown and not about.question.IS_WORDS else []
    page = {
        **frame.context(request, row, "results"),
        **_filters(row, chosen, given, about=about.key),
        "card": {**figures.card(one), **_read_apart(row, given, one)} if one else None,
        "refusal": _refusal(found.refusal),
        "about": about,
        "how": about.scheme,
        "period": period,
        "trend": figures.trend(periods, period),
        "trend_title": figures.finding(periods),
        "by": by,
        "by_choices": names.items(),
        "groups": figures.groups(groups, by),
        "groups_left_out": max(0, len(groups) - figures.MOST_GROUPS),
        "likeness": _likeness(row, about, by) if is_shown else {},
        "beside": beside.key if beside else "",
        "beside_choices": [(other.key, wording.text(other.question.text)) for other in others]
        if comparing.crossable(about)
        else [],
        "table": _table(row, about, beside, chosen) if is_shown and beside and comparing.crossable(about) else None,
        "sides": _sides(row, about, chosen) if is_shown else None,
        "words_link": _link("surveys:answers", row, given, only=about.key),
        "has_words": about.question.IS_WORDS
        or any(getattr(o, "other", False) for o in getattr(about.question, "options", ())),
        "back": _link("surveys:results", row, given),
    }
    return render(request, "surveys/results/question.html", page)


@requires("surveys.view")
@require_safe
def feelings(request: HttpRequest, survey: str, question_key: str) -> HttpResponse:
    """`/surveys/{slug}/results/{question}/feelings/`: for its card, how what people wrote feels and the newest."""
    row, chosen, given = _asked(request, survey)
    whole, told = felt_as.summed(row, chosen, question=question_key)
    newest = words.written(
        row,
        scope.definitions(row),
        chosen,
        question=question_key,
        shows_people=staff_of(request).can("customers.reveal"),
        most=NEWEST,
    )
    context.show(one.customer for one in newest if one.customer)
    page = {
        "newest": newest,
        "whole": whole,
        "themes": told[:MOST_TOLD],
        "words": _link("surveys:answers", row, given, only=question_key),
    }
    return render(request, "surveys/results/feelings.html", page)


@requires("surveys.view")
@require_safe
def answers(request: HttpRequest, survey: str) -> HttpResponse:
    """`/surveys/{slug}/answers/`: what people wrote."""
    row, chosen, given = _asked(request, survey)
    versions = scope.definitions(row)
    every = results.asked(versions)
    shows = staff_of(request).can("customers.reveal")
    is_partial = request.GET.get("state") == "partial" and not row.is_anonymous
    only = request.GET.get("only", "")[:40]
    before = _number(request, "before")
    felt = request.GET.get("felt", "")
    felt = felt if felt in Sentiment.values else ""
    whole, told = felt_as.summed(row, chosen, question=only)
    theme = _number(request, "theme")
    theme = theme if theme in {one.id for one in told} else None
    found = words.written(
        row,
        versions,
        chosen,
        question=only,
        score=figures.scored(every),
        is_partial=is_partial,
        before=before,
        shows_people=shows,
        felt=felt,
        theme=theme,
    )
    people = {one.customer for one in found if one.customer}
    context.show(people)
    named = profiles.opened(sorted(people), with_places=False)
    ids = [one.id for one in found]
    read = readings.of_nobody(ids) if row.is_anonymous else readings.of("answer", ids)
    state = {"state": "partial"} if is_partial else {}
    own = {**given, **state, **({"only": only} if only else {})}
    own |= {**({"felt": felt} if felt else {}), **({"theme": str(theme)} if theme else {})}
    page = {
        **frame.context(request, row, "results"),
        **_filters(row, chosen, given, only=only, state="partial" if is_partial else ""),
        "rows": [
            {
                "one": one,
                "person": named.get(one.customer) if one.customer else None,
                "felt": read.get(one.id),
                "question": wording.question(row.id, one.version, one.question),
                "choice": wording.choice(row.id, one.version, one.question, one.item) if one.item else "",
                "link": reverse("surveys:response", args=[row.slug, one.response]) if one.response else "",
            }
            for one in found
        ],
        "only": only,
        "felt": felt,
        "felt_choices": Sentiment.choices,
        "whole": whole,
        "theme": theme,
        "themes": told,
        "is_partial": is_partial,
        "question_choices": [(one.key, wording.text(one.question.text)) for one in every if one.question.IS_WORDS],
        "is_masked": not shows,
        "is_filtered": row.is_anonymous and bool(chosen.given),
        "older": _link("surveys:answers", row, own, before=str(found[-1].id)) if len(found) == words.PAGE else "",
        "newer": _link("surveys:answers", row, own) if before else "",
        "back": _link("surveys:results", row, given),
    }
    return render(request, "surveys/results/answers.html", page)


@requires("surveys.view")
@require_safe
def refused(request: HttpRequest, survey: str) -> HttpResponse:
    """`/surveys/{slug}/refused/`: answers that were not taken, with why."""
    row = frame.survey_of(survey)
    shows = staff_of(request).can("customers.reveal")
    before = _number(request, "before")
    found = words.refused(row, before=before, shows_people=shows)
    context.show(one.customer for one in found if one.customer)
    page = {
        **frame.context(request, row, "refused"),
        "rows": [
            {
                "one": one,
                "question": wording.question(row.id, row.version, one.question) if row.version else one.question,
                "why": sentence(Fault(one.question, Why(one.why))) if one.why in list(Why) else one.why,
                "link": reverse("surveys:response", args=[row.slug, one.response]),
            }
            for one in found
        ],
        "is_masked": not shows,
        "older": f"?before={found[-1].id}" if len(found) == words.PAGE else "",
        "newer": reverse("surveys:refused", args=[row.slug]) if before else "",
    }
    return render(request, "surveys/results/refused.html", page)


@requires("surveys.view")
@require_safe
def response(request: HttpRequest, survey: str, response: uuid.UUID) -> HttpResponse:
    """`/surveys/{slug}/responses/{id}/`: one response whole."""
    row = frame.survey_of(survey)
    shows = staff_of(request).can("customers.reveal")
    found = single.read(row, response, shows_people=shows)
    if found is None:
        raise Http404
    if found.customer:
        context.show([found.customer])
    page = {
        **frame.context(request, row, "results"),
        "found": found,
        "person": profiles.opened([found.customer], with_places=False).get(found.customer) if found.customer else None,
        "is_masked": not shows,
        "may_thank": staff_of(request).can("loyalty.adjust"),
        "answers": [
            {
                "question": wording.question(row.id, found.version, one.question),
                "told": figures.piece(row, found.version, one),
            }
            for one in found.pieces
        ],
        "back": reverse("surveys:results", args=[row.slug]),
    }
    return render(request, "surveys/results/response.html", page)


@requires("surveys.edit")
@require_http_methods(["POST"])
def remove(request: HttpRequest, survey: str, response: uuid.UUID) -> HttpResponse:
    """Take a single response away."""
    row = frame.survey_of(survey)
    try:
        removing.remove(survey=row, response=response, actor=actor_of(request), at=timezone.now())
    except removing.UnableToRemove as error:
        raise Http404 from error
    messages.success(request, _("The response was removed; the log keeps that it was."))
    return redirect("surveys:results", row.slug)


def _asked(request: HttpRequest, slug: str) -> tuple[Survey, Filter, dict[str, str]]:
    """The questionnaire, the filter of the address, and the filter as it stands there. What means nothing is left
    out: a link from last year still opens.
    """
    row = frame.survey_of(slug)
    told = {name: request.GET.get(name, "") for name in scope.NAMES}
    while True:
        try:
            chosen = scope.read(row, told)
        except UnableToFilter as fault:
            names = QUESTION if fault.name in QUESTION else (fault.name,)
            told |= dict.fromkeys(names, "")
        else:
            return row, chosen, {name: value for name, value in told.items() if value}


def filtered(request: HttpRequest, slug: str) -> tuple[Survey, Filter]:
    """The questionnaire and the filter of an address, for files beside the pages."""
    row, chosen, _given = _asked(request, slug)
    return row, chosen


def _export(request: HttpRequest, survey: Survey, given: Mapping[str, str]) -> str:
    """Where these answers are asked for as a file; empty for whoever may not."""
    if not survey.version or not staff_of(request).can("exports"):
        return ""
    return reverse("web:export-new") + "?" + urlencode({"kind": "responses", "survey": survey.slug, **given})


def _read_apart(survey: Survey, given: Mapping[str, str], one: results.Result) -> dict[str, str]:
    """Where the card of a free text gets how it feels: texts are read slower than numbers."""
    key = one.asked.key
    return {
        "feelings": _link("surveys:feelings", survey, given, question_key=key) if one.asked.question.IS_WORDS else ""
    }


def _link(name: str, survey: Survey, given: Mapping[str, str], *, question_key: str = "", **more: str) -> str:
    arguments = {"survey": survey.slug} | ({"question_key": question_key} if question_key else {})
    query = urlencode({**given, **{key: value for key, value in more.items() if value}})
    return reverse(name, kwargs=arguments) + (f"?{query}" if query else "")


def _filters(survey: Survey, chosen: Filter, given: Mapping[str, str], **kept: str) -> dict[str, Any]:
    """The fields above the figures, and a chip for each that is set."""
    further = {name: value for name, value in kept.items() if value and name != "about"}
    labels = {
        "since": _("From"),
        "until": _("Until"),
        "version": _("Version"),
        "language": _("Language"),
        "mode": _("Came through"),
        "store": _("Store"),
        "segment": _("Segment"),
        "question": _("Answered"),
        "clean": _("Without"),
    }
    chips = []
    for name in chosen.given:
        rest = {
            key: value for key, value in given.items() if key != name and (name != "question" or key not in QUESTION)
        }
        chips.append(
            {
                "label": labels[name],
                "value": _shown(survey, name, chosen),
                "remove_url": "?" + urlencode({**rest, **further}),
            }
        )
    return {
        "chosen": chosen,
        "given": given,
        "kept": further,
        "chips": chips,
        "modes": Response.Mode.choices,
        "languages": spoken.OWN_NAMES.items(),
        "segments": [] if survey.is_anonymous else audiences.choices(),
        "version_choices": range(1, survey.version + 1),
        "bands": figures.band_words().items(),
    }


def _shown(survey: Survey, name: str, chosen: Filter) -> str:
    value = getattr(chosen, name)
    if isinstance(value, dt.date):
        return written_dates.day(value)
    match name:
        case "question":
            about = scope.about_of(survey, chosen)
            told = (
                figures.band_words()[chosen.answer]
                if chosen.answer in BANDS
                else figures.answer(about.question, chosen.answer)
            )
            asked = f" ({_('version %(n)s') % {'n': ', '.join(map(str, sorted(about.versions)))}})"
            return f"{wording.text(about.question.text)} = {told}{asked if about.is_split else ''}"
        case "clean":
            return _("marked answers")
    return figures.group_name(name, str(value))


def _refusal(refusal: Refusal | None) -> str:
    return {
        None: "",
        Refusal.FEW: _(
            "Fewer than five answers, here or in what would be left over. Of anonymous answers nothing is shown then,"
            " because one could tell who said what."
        ),
        Refusal.ONE: _(
            "Anonymous answers are seen through one filter at a time: two together could tell who said what."
        ),
        Refusal.UNKNOWN: _(
            "Of anonymous answers nothing is known that this filter asks for. They can be seen by a whole month, a"
            " language, a version, how they came, or one answer."
        ),
    }[refusal]


def _likeness(survey: Survey, about: results.Asked, by: str) -> dict[str, Any]:
    """Whether those who answered are like those who were asked, and the headline weighted, by the same detail."""
    if survey.is_anonymous or by not in reach.FRAME:
        return {}
    rows = reach.compared(survey, by)
    if not rows:
        return {}
    sent, answered = sum(one.asked for one in rows), sum(one.answered for one in rows)
    has_number = about.scheme.startswith("nps_") or any(
        about.scheme.startswith(f"{kind}:") for kind in ("stars", "points", "csat", "ces", "emoji")
    )
    return {
        "rows": [
            {
                "label": figures.group_name(by, one.key),
                "asked": one.asked / sent,
                "answered": one.answered / answered,
                "difference": one.difference,
                "is_far": one.difference is not None and abs(one.difference) > 0.25,
            }
            for one in rows
        ],
        "weighted": reach.weighted(survey, about, by) if has_number else None,
    }


def _table(survey: Survey, about: results.Asked, beside: results.Asked, chosen: Filter) -> dict[str, Any]:
    found = comparing.crossed(survey, about, beside, chosen)
    sums = {row: sum(found.counts.get((row, column), 0) for column in found.columns) for row in found.rows}
    return {
        "is_hidden": found.is_hidden,
        "n": found.n,
        "columns": [figures.answer(beside.question, column) for column in found.columns],
        "rows": [
            {
                "label": figures.answer(about.question, row),
                "n": sums[row],
                "cells": [
                    {
                        "count": found.counts.get((row, column), 0),
                        "share": found.counts.get((row, column), 0) / sums[row] if sums[row] else None,
                    }
                    for column in found.columns
                ],
            }
            for row in found.rows
        ],
    }


def _sides(survey: Survey, about: results.Asked, chosen: Filter) -> dict[str, Any] | None:
    """Of a picture poll: whether the picture that stood first was chosen for standing first."""
    found = comparing.sides(survey, about, chosen)
    if found is None:
        return None
    share, p = found
    return {"share": share.value, "n": share.n, "is_apart": p is not None and p < figures.SURE}


def _number(request: HttpRequest, name: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.GET[name]) if request.GET.get(name) else None
    except ValueError:
        return None
