"""Which filters anonymous answers may be seen through (`rules.disclosing`): one at a time, and only where neither it
nor its difference to any other leaves fewer than five.

What is given away is counted here from the answers as they are now; nothing remembers what anybody asked before. A
month is the finest time there is.
"""

import calendar
from collections.abc import Mapping
from enum import StrEnum

from surveys.models import Survey
from surveys.rules import disclosing, results
from surveys.rules.definition import Definition
from surveys.rules.kinds.choices import Matrix
from surveys.rules.kinds.scales import Nps, Scale
from surveys.rules.kinds.words import Date
from surveys.rules.results import Tally
from surveys.rules.statistics import TOO_FEW
from surveys.selectors.results import counting
from surveys.selectors.results.scope import ANONYMOUS_DIMENSIONS, DIMENSIONS, Filter, Scope, about_of, scope

MONTH = "to_char(r.at, 'YYYY-MM')"


class Refusal(StrEnum):
    """Why nothing is shown."""

    FEW = "few"  # fewer than five, here or in what is left
    ONE = "one"  # more than one filter at once
    UNKNOWN = "unknown"  # nothing is known that it asks for


def refused(survey: Survey, versions: Mapping[int, Definition], chosen: Filter) -> Refusal | None:
    """Why anonymous answers may not be seen like this; None where they may, and for answers of known people."""
    if not survey.is_anonymous or not chosen.given:
        return None
    names = {"month" if name in {"since", "until"} else name for name in chosen.given}
    if not names <= {*ANONYMOUS_DIMENSIONS, "month", "question"} or ("month" in names and not _is_month(chosen)):
        return Refusal.UNKNOWN
    if len(names) > 1:
        return Refusal.ONE
    whole, part = scope(survey), scope(survey, chosen)
    everybody, passed = sum(counting.completed(whole).values()), sum(counting.completed(part).values())
    if passed < TOO_FEW or not disclosing.may_divide((passed, everybody - passed)):
        return Refusal.FEW
    (name,) = names
    every, some = _divisions(whole, versions), _divisions(part, versions)
    own = _own(name, survey, chosen)
    if not all(disclosing.may_divide((size, everybody - size)) for size in every.get(own, {}).values()):
        return Refusal.FEW
    for division, sizes in every.items():
        if not all(disclosing.may_divide((size, everybody - size)) for size in sizes.values()):
            continue  # refused as a whole: there is nothing of it to subtract
        beside = {value: (size, some.get(division, {}).get(value, 0)) for value, size in sizes.items()}
        if not all(map(disclosing.may_stand_beside, disclosing.overlaps(passed, everybody, beside))):
            return Refusal.FEW
    return None


def _own(name: str, survey: Survey, chosen: Filter) -> str:
    if name != "question":
        return name
    about = about_of(survey, chosen)
    is_band = isinstance(about.question, Nps) and chosen.answer in results.BANDS
    return f"{'band' if is_band else 'answer'}:{about.key}:{about.scheme}"


def _is_month(chosen: Filter) -> bool:
    first, last = chosen.since, chosen.until
    if first is None or last is None or first.day != 1 or (first.year, first.month) != (last.year, last.month):
        return False
    return last.day == calendar.monthrange(last.year, last.month)[1]


def _divisions(of: Scope, versions: Mapping[int, Definition]) -> dict[str, dict[object, int]]:
    """How many pass each filter there is, by what it divides people by."""
    groups = {name: DIMENSIONS[name] for name in sorted(ANONYMOUS_DIMENSIONS)} | {"month": MONTH}
    found: dict[str, dict[object, int]] = {
        name: dict(counting.completed_by(of, group).items()) for name, group in groups.items()
    }
    asked = results.asked(versions)
    ways = {(about.key, version): about for about in asked for version in about.versions}
    for one in counting.tallies(of, versions):
        about = ways.get((one.question, one.version))
        if about is None or about.question.IS_WORDS or isinstance(about.question, Date):
            continue
        _add(found, f"answer:{about.key}:{about.scheme}", _value(one, about), one.count)
        if isinstance(about.question, Nps) and one.number is not None:
            _add(found, f"band:{about.key}:{about.scheme}", _band(about.question.scheme, int(one.number)), one.count)
    return found


def _value(one: Tally, about: results.Asked) -> object:
    if isinstance(about.question, Scale):
        return int(one.number or 0)
    return (one.item, one.code) if isinstance(about.question, Matrix) else one.code


def _band(scheme: str, number: int) -> str:
    for band in results.BANDS:
        lowest, highest = results.in_band(scheme, band)
        if lowest <= number <= highest:
            return band
    return ""


def _add(found: dict[str, dict[object, int]], division: str, value: object, count: int) -> None:
    sizes = found.setdefault(division, {})
    sizes[value] = sizes.get(value, 0) + count
