"""One question over time, by group, and beside another question; with how likely chance alone does as much."""

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cdp.core import audiences
from surveys.models import Survey
from surveys.rules import disclosing, results
from surveys.rules.kinds.choices import Matrix, Multiple, Poll, Ranking
from surveys.rules.kinds.words import Date
from surveys.rules.results import Asked, Result
from surveys.rules.statistics import TOO_FEW, means, nps, repeated, several, shares
from surveys.selectors.results import counting, guarding
from surveys.selectors.results.counting import Tallies
from surveys.selectors.results.scope import (
    ANONYMOUS_DIMENSIONS,
    DIMENSIONS,
    LINKED,
    PROFILE,
    Filter,
    Scope,
    definitions,
    members,
    scope,
    without,
)

PERIODS = {"week": "week", "month": "month"}
MOST_PERIODS = 60
SEGMENT = "segment"


@dataclass(frozen=True)
class Group:
    """One group or period with its figures; `p` says how likely chance alone sets it so far apart from what it is
    compared with (all others, or the period before), with all groups judged together. None where it cannot be said.
    """

    key: str
    result: Result
    p: float | None = None


@dataclass(frozen=True)
class Table:
    """Answers to one question beside those to another: `counts` by (row, column), all people in `n`. Empty and
    `is_hidden` where it would tell who said what.
    """

    rows: Sequence[str]
    columns: Sequence[str]
    counts: Mapping[tuple[str, str], int]
    n: int
    is_hidden: bool = False


def groups_of(survey: Survey) -> list[str]:
    """What answers can be compared by."""
    if survey.is_anonymous:
        return sorted(ANONYMOUS_DIMENSIONS)
    return [*DIMENSIONS, *LINKED, *PROFILE, SEGMENT]


def over_time(survey: Survey, about: Asked, period: str, chosen: Filter | None = None) -> list[Group]:
    """Its figures by week (from Monday) or month, the earliest first, each against the one right before; a period in
    which nobody answered stands there empty. Of each person the newest answer of a period counts, and who answered in
    two is compared with themselves. Raises KeyError for another period. Anonymous answers only by month, and where no
    month has fewer than five.
    """
    chosen = chosen or Filter()
    same: Mapping[tuple[str, str], Mapping[tuple[str, str], int]] = {}
    if survey.is_anonymous:
        if period != "month":
            return []
        found = _periods(_by(survey, about, "to_char(a.at, 'YYYY-MM-01')", chosen), about)
    else:
        day = f"(date_trunc('{PERIODS[period]}', {{}} AT TIME ZONE %(zone)s))::date"
        of = scope(survey, chosen, per=day.format("r.ended_at"))
        told = counting.tallies_by(of, definitions(survey), f"{day.format('a.at')}::text", question=about.key)
        found = _periods(told, about)
        same = _repeated(of, about, day.format("a.at"), period)
    found = _without_gaps(about, found, period)[-MOST_PERIODS:]
    changes = (_apart(one.result, two.result, same.get((one.key, two.key))) for one, two in itertools.pairwise(found))
    return [Group(one.key, one.result, p) for one, p in zip(found, [None, *changes], strict=False)]


def _without_gaps(about: Asked, found: Sequence[Group], period: str) -> list[Group]:
    """With the periods in between in which nobody answered."""
    if not found:
        return []
    known, key, every = {one.key: one for one in found}, found[0].key, []
    while key <= found[-1].key:
        every.append(known.get(key) or Group(key, Result(about, 0, 0)))
        key = (first_days(period, key)[1] + dt.timedelta(days=1)).isoformat()
    return every


def _repeated(
    of: Scope, about: Asked, day: str, period: str
) -> Mapping[tuple[str, str], Mapping[tuple[str, str], int]]:
    if isinstance(about.question, Multiple | Ranking | Matrix | Date) or about.question.IS_WORDS:
        return {}
    return counting.repeated(of, about, day, f"1 {PERIODS[period]}")


def by_group(survey: Survey, about: Asked, name: str, chosen: Filter | None = None) -> list[Group]:
    """Its figures by one of `groups_of`, the largest groups first, each against all others; all of them, and judged
    together. Raises KeyError.
    """
    chosen = chosen or Filter()
    if name not in groups_of(survey):
        raise KeyError(name)
    if name == SEGMENT:
        told, whole = _by_segment(survey, about, without(chosen, "segment"))
    else:
        told = _by(survey, about, {**DIMENSIONS, **LINKED, **PROFILE}[name], chosen, with_people=name in PROFILE)
        whole = results.result(about, itertools.chain.from_iterable(told.values()))
    found = [Group(key, results.result(about, one)) for key, one in told.items()]
    found = sorted((one for one in found if one.result.n), key=lambda one: (-one.result.n, one.key))
    return _judged([(one, _apart(one.result, _rest(whole, one.result))) for one in found])


def crossed(survey: Survey, first: Asked, second: Asked, chosen: Filter | None = None) -> Table:
    """Answers to `first` as rows, to `second` as columns."""
    chosen, versions = chosen or Filter(), definitions(survey)
    hidden = Table((), (), {}, 0, is_hidden=True)
    if survey.is_anonymous and chosen.given:
        return hidden
    if guarding.refused(survey, versions, chosen) is not None:
        return hidden
    counts = counting.crossed(scope(survey, chosen), first, second)
    if survey.is_anonymous and not disclosing.may_divide(counts.values()):
        return hidden
    both = {pair: count for pair, count in counts.items() if all(pair)}
    n = sum(both.values())
    if n < TOO_FEW:
        return hidden
    return Table(_ordered(first, {row for row, _c in both}), _ordered(second, {column for _r, column in both}), both, n)


def sides(survey: Survey, about: Asked, chosen: Filter | None = None) -> tuple[shares.Share, float | None] | None:
    """Of a picture poll: how many chose the picture that stood first for them, and with what probability people who do
    not care for the side do so. None for what is no poll, and under five.
    """
    if not isinstance(about.question, Poll) or survey.is_anonymous:
        return None
    first, n = counting.sides(scope(survey, chosen, with_responses=True), about)
    share = shares.Share(first, n)
    return None if share.is_hidden else (share, shares.against_chance(share, len(about.question.pictures)))


def crossable(about: Asked) -> bool:
    """Whether answers to it can be a side of a table."""
    return not about.question.IS_WORDS and about.scheme not in {"date", "ranking"}


def _by(survey: Survey, about: Asked, group: str, chosen: Filter, *, with_people: bool = False) -> Tallies:
    if survey.is_anonymous and chosen.given:
        return {}
    by_responses = group.startswith(("r.", "c.", "(CASE", "(SELECT"))
    of = scope(survey, chosen, with_people=with_people, with_responses=by_responses)
    found = counting.tallies_by(of, definitions(survey), group, question=about.key)
    if survey.is_anonymous:
        sizes = counting.completed_by(scope(survey), group.replace("a.at", "r.at")).values()
        if not disclosing.may_divide(sizes) or not disclosing.may_divide(
            results.result(about, one).n for one in found.values()
        ):
            return {}
    return found


def _periods(found: Tallies, about: Asked) -> list[Group]:
    return [Group(key, results.result(about, found[key])) for key in sorted(found)]


def _by_segment(survey: Survey, about: Asked, chosen: Filter) -> tuple[Tallies, Result]:
    """Members as they are now, all segments in one reading; somebody may be in several, so each is judged against
    everybody outside of it.
    """
    versions = definitions(survey)
    whole = results.result(about, counting.tallies(scope(survey, chosen), versions, question=about.key))
    keys = [key for key, _name in audiences.choices()]
    if not keys:
        return {}, whole
    return counting.tallies_by(members(scope(survey, chosen), keys), versions, "m.segment", question=about.key), whole


def _rest(whole: Result, one: Result) -> Result:
    """Everybody who is not in the group."""
    n = whole.n - one.n
    if n < TOO_FEW or one.is_hidden:
        return Result(whole.asked, 0, 0)
    if whole.bands and one.bands:
        of = nps.Bands(
            whole.bands.scheme,
            whole.bands.promoters - one.bands.promoters,
            whole.bands.passives - one.bands.passives,
            whole.bands.detractors - one.bands.detractors,
        )
        return Result(whole.asked, n, n, bands=of)
    top = shares.Share(whole.top.hits - one.top.hits, whole.top.n - one.top.n) if whole.top and one.top else None
    mean = None
    if whole.mean and one.mean:
        own = {bar.code: bar.count for bar in one.bars}
        mean = means.mean({float(bar.code): float(bar.count - own.get(bar.code, 0)) for bar in whole.bars})
    return Result(whole.asked, n, n, mean=mean, top=top)


def _apart(first: Result, second: Result, same: Mapping[tuple[str, str], int] | None = None) -> float | None:
    """With what probability chance alone makes two results differ as much; `same`: what people answered who are in
    both.
    """
    if first.is_hidden or second.is_hidden:
        return None
    if same and (first.bands or first.mean or first.top):
        return _moved(first, second, same)
    if first.bands and second.bands:
        change = nps.change(first.bands, second.bands)
        return None if change is None else change.p
    if first.mean and second.mean:
        return means.differ(first.mean, second.mean)
    if first.top and second.top:
        return shares.differ(first.top, second.top)
    return None


def _moved(first: Result, second: Result, same: Mapping[tuple[str, str], int]) -> float | None:
    """The same where some people are in both."""
    worth, trace = _worth(first)
    before, after = Counter[float](), Counter[float]()
    for found, one in ((before, first), (after, second)):
        for bar in one.bars:
            found[worth(bar.code)] += bar.count
    both = Counter[tuple[float, float]]()
    for (old, new), count in same.items():
        both[worth(old), worth(new)] += count
    return repeated.differ(before, after, both, trace) if before and after else None


def _worth(one: Result) -> tuple[Callable[[str], float], Mapping[float, float] | None]:
    """What an answer counts for in the headline, and who is added to each side when it is judged."""
    if one.bands:
        how = one.bands.scheme
        return lambda code: float(
            (int(code) >= how.promoters_from) - (int(code) < how.passives_from)
        ), repeated.NPS_TRACE
    if one.mean:
        return float, None
    hit = one.bars[0].code if one.top and one.bars else ""
    return lambda code: float(code == hit), repeated.SHARE_TRACE


def _judged(found: Sequence[tuple[Group, float | None]]) -> list[Group]:
    known = [p for _one, p in found if p is not None]
    adjusted = iter(several.holm(known))
    return [Group(one.key, one.result, None if p is None else next(adjusted)) for one, p in found]


def _ordered(about: Asked, found: set[str]) -> list[str]:
    domain = about.question.domain()
    values = [_text(value) for value in domain.values or ()]
    if isinstance(about.question, Matrix):
        values = [f"{line}:{value}" for line in domain.lines for value in values]
    return [*(value for value in values if value in found), *sorted(found.difference(values))]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def first_days(period: str, key: str) -> tuple[dt.date, dt.date]:
    """The first and the last day of a period, for a link to its answers."""
    first = dt.date.fromisoformat(key)
    if period == "week":
        return first, first + dt.timedelta(days=6)
    following = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
    return first, following - dt.timedelta(days=1)
