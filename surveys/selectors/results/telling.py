"""Results as a JSON value: what REST answers, and what a file of figures would hold. Numbers are not rounded."""

from typing import Any

from surveys.models import Survey
from surveys.rules.results import Bar, Result
from surveys.rules.statistics import means, nps, ranking, shares
from surveys.rules.statistics.means import Mean
from surveys.rules.statistics.shares import Share
from surveys.selectors import wording
from surveys.selectors.results import overview, reach
from surveys.selectors.results.scope import Filter


def told(survey: Survey, chosen: Filter | None = None) -> dict[str, Any]:
    """All questions in figures. `hidden` says why there are none; a question of under five answers has `n` alone,
    without it where answers are anonymous.
    """
    found = overview.read(survey, chosen)
    way = reach.read(survey)
    return {
        "survey": survey.slug,
        "anonymous": survey.is_anonymous,
        "responses": found.completed,
        "earlier": 0 if survey.is_anonymous else found.earlier,
        "hidden": None if found.refusal is None else found.refusal.value,
        "funnel": {
            "shown": way.shown,
            "begun": None if survey.is_anonymous else way.begun,
            "partial": None if survey.is_anonymous else way.partial,
            "complete": way.complete,
            "screened": None if survey.is_anonymous else way.screened,
            "full": None if survey.is_anonymous else way.full,
            "sent": None if survey.is_anonymous else way.sent,
            "answered": None if survey.is_anonymous else way.answered,
            "bounced": None if survey.is_anonymous else way.bounced,
            "ineligible": None if survey.is_anonymous else way.ineligible,
            "response_rate": way.rate,
        },
        "questions": [question(survey, one) for one in found.results],
    }


def question(survey: Survey, one: Result) -> dict[str, Any]:
    """One question in figures."""
    about = one.asked
    known: dict[str, Any] = {
        "question": about.key,
        "text": wording.text(about.question.text),
        "kind": str(about.question.__struct_config__.tag),
        "scheme": about.scheme,
        "versions": sorted(about.versions),
        "n": None if one.is_hidden and survey.is_anonymous else one.n,
        "hidden": one.is_hidden,
        "low": one.is_low and not one.is_hidden,
    }
    if one.is_hidden:
        return known
    if one.bands is not None:
        known["nps"] = {
            "score": nps.score(one.bands),
            "interval": nps.interval(one.bands),
            "promoters": one.bands.promoters,
            "passives": one.bands.passives,
            "detractors": one.bands.detractors,
        }
        if about.scheme == nps.ONE_TO_TEN.key:
            known["detractors_per_promoter"] = nps.ratio(one.bands)
    if one.mean is not None:
        known["mean"] = _mean(one.mean)
    if one.top is not None:
        known["top"] = _share(one.top)
    if one.lead is not None:
        known["lead"] = {"answer": one.bars[one.lead.index].code, "p": one.lead.p}
    if one.bars:
        known["of"] = one.of
        known["saw"] = one.saw
        known["answers"] = [_bar(bar) for bar in one.bars]
    if one.picks:
        known["picks"] = one.picks
    if one.places:
        known["places"] = [_place(place) for place in one.places]
        known["agreement"] = one.agreement
    if one.lines:
        known["lines"] = [
            {"line": line.key, "mean": _mean(line.mean), "answers": [_bar(bar) for bar in line.bars]}
            for line in one.lines
        ]
    return known


def _mean(of: Mean) -> dict[str, Any]:
    return {"n": of.n, "value": of.value, "interval": means.interval(of) if of.value is not None else None}


def _share(of: Share) -> dict[str, Any]:
    return {"count": of.hits, "n": of.n, "share": of.value, "interval": shares.interval(of)}


def _bar(bar: Bar) -> dict[str, Any]:
    told = {"answer": bar.code, "count": bar.count, "share": bar.share}
    return told if bar.of is None else {**told, "of": bar.of}


def _place(place: ranking.Place) -> dict[str, Any]:
    return {
        "option": place.option,
        "borda": place.borda,
        "first": place.first,
        "mean_rank": place.mean_rank,
        "histogram": list(place.histogram),
    }
