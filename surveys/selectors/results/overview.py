"""Every question of a questionnaire in figures, through a filter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from surveys.models import Survey
from surveys.rules import disclosing, results
from surveys.rules.definition import Definition
from surveys.rules.results import Asked, Result, Tally
from surveys.rules.statistics import TOO_FEW
from surveys.selectors.results import counting, guarding
from surveys.selectors.results.guarding import Refusal
from surveys.selectors.results.scope import Filter, Scope, definitions, scope
from surveys.selectors.results.seeing import Sights


@dataclass(frozen=True)
class Overview:
    """What was answered. `completed`: how many; None and no results where `refusal` says why. `whole`: how many there
    are without the filter. `earlier`: how many more answers there are of people whose newest one counts.
    """

    completed: int | None
    whole: int
    results: Sequence[Result]
    refusal: Refusal | None
    versions: Mapping[int, Definition]
    earlier: int = 0


def read(survey: Survey, chosen: Filter | None = None, *, only: str = "") -> Overview:
    """The figures of every question, or of `only` one, in every way it was asked."""
    chosen, versions = chosen or Filter(), definitions(survey)
    everybody = scope(survey)
    of_all = counting.completed(everybody)
    whole = sum(of_all.values())
    refusal = guarding.refused(survey, versions, chosen)
    if refusal is None and survey.is_anonymous and whole < TOO_FEW:
        refusal = Refusal.FEW if whole else None
    if refusal is not None:
        return Overview(None, whole if whole >= TOO_FEW else 0, (), refusal, versions)
    of = scope(survey, chosen)
    by_version = counting.completed(of) if chosen.given else of_all
    told = counting.tallies(of, versions, question=only)
    sights = Sights(of, versions, by_version)
    found = [figured(about, told, sights) for about in results.asked(versions) if only in {"", about.key}]
    if survey.is_anonymous and chosen.given:
        found = _without_differences(found, everybody, versions)
    completed = sum(by_version.values())
    earlier = 0 if survey.is_anonymous else sum(counting.completed(scope(survey, chosen, is_every=True)).values())
    return Overview(completed, whole, found, None, versions, max(0, earlier - completed))


def figured(about: Asked, told: Sequence[Tally], sights: Sights | None = None) -> Result:
    """One question in figures; with `sights` beside those who saw it."""
    if sights is None:
        return results.result(about, told)
    sight = sights.of(about, results.answered(about, told))
    return results.result(about, told, saw=sight.saw, offered=sight.offered)


def _without_differences(found: Sequence[Result], everybody: Scope, versions: Mapping[int, Definition]) -> list[Result]:
    """Without questions that so few of all others answered that a subtraction would tell what they said."""
    told = counting.tallies(everybody, versions)
    of_all = {(about.key, about.scheme): results.answered(about, told) for about in results.asked(versions)}
    return [
        one
        if disclosing.may_divide((one.n, of_all[one.asked.key, one.asked.scheme] - one.n))
        else Result(replace(one.asked), 0, 0)
        for one in found
    ]
