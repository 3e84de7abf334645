"""How a shop stands by the one figure of its first questionnaire: for Home."""

import datetime as dt
from dataclasses import dataclass

from surveys.models import Survey
from surveys.rules import ready, results
from surveys.rules.statistics import Interval, nps
from surveys.selectors.results import counting
from surveys.selectors.results.overview import figured
from surveys.selectors.results.scope import Filter, definitions, scope

DAYS = 90


@dataclass(frozen=True)
class Standing:
    """The score, where that of everybody lies in 95 of 100 cases, how many answered; whether it is the 1-10 variant."""

    score: float
    interval: Interval | None
    n: int
    is_variant: bool


def recommendation(today: dt.date) -> Standing | None:
    """How likely customers are to recommend the shop, by the newest way in which the questionnaire `nps` asks, of the
    last DAYS days: only those are read. None where fewer than five answered (or it is anonymous: its days are hidden).
    """
    survey = Survey.objects.filter(slug=ready.OPEN, is_anonymous=False, version__gt=0).first()
    if survey is None:
        return None
    versions = definitions(survey)
    about = next((one for one in results.asked(versions) if one.scheme in nps.SCHEMES), None)
    if about is None:
        return None
    of = scope(survey, Filter(since=today - dt.timedelta(days=DAYS)))
    told = counting.tallies(of, versions, question=about.key)
    found = figured(about, told)
    score = nps.score(found.bands) if found.bands and not found.is_hidden else None
    if score is None or found.bands is None:
        return None
    return Standing(score, nps.interval(found.bands), found.n, about.scheme == nps.ONE_TO_TEN.key)
