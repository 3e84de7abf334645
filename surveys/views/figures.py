"""Results as pages show them: names instead of codes, one headline for each question."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from cdp.core import audiences, spoken, written_dates, written_numbers
from consent.models import Channel
from customers.rules import places
from surveys.models import Response, Survey
from surveys.rules.kinds import Question
from surveys.rules.kinds.choices import Matrix, Ranking
from surveys.rules.kinds.scales import Ces, Csat, Nps, Scale
from surveys.rules.kinds.words import Date
from surveys.rules.results import BANDS, Asked, Result
from surveys.rules.statistics import Interval, means, nps, shares
from surveys.selectors import wording
from surveys.selectors.results import comparing
from surveys.selectors.results.comparing import Group
from surveys.selectors.results.scores import Reached
from surveys.selectors.results.single import Piece

SURE = 0.05
MOST_BARS = 40
MOST_GROUPS = 30


@dataclass(frozen=True)
class Headline:
    """The one number of a question. `unit` says how it reads: points, share (of 1), mean (with `out_of`)."""

    label: str
    value: float
    unit: str
    interval: Interval | None
    out_of: int = 0


def card(one: Result, *, link: str = "") -> dict[str, Any]:
    """What the card of a question shows."""
    about = one.asked
    return {
        "key": about.key,
        "scheme": about.scheme,
        "text": wording.text(about.question.text) or about.key,
        "kind": kind_name(about.question),
        "versions": ", ".join(str(number) for number in sorted(about.versions)) if about.is_split else "",
        "is_variant": about.scheme == nps.ONE_TO_TEN.key,
        "n": one.n,
        "is_hidden": one.is_hidden,
        "is_low": one.is_low and not one.is_hidden,
        "headline": headline(one),
        "ratio": nps.ratio(one.bands) if one.bands is not None and about.scheme == nps.ONE_TO_TEN.key else None,
        "lead": _lead(one),
        "bands": _bands(one),
        "bars": [
            {"label": answer(about.question, bar.code), "count": bar.count, "share": bar.share, "of": bar.of}
            for bar in one.bars[:MOST_BARS]
        ],
        "left_out": max(0, len(one.bars) - MOST_BARS),
        "is_several": one.picks > one.of,
        "picks": one.picks,
        "of": one.of,
        "saw": one.saw,
        "left": one.left,
        "has_own": any(bar.of is not None for bar in one.bars),
        "places": [
            {
                "label": answer(about.question, place.option),
                "borda": place.borda,
                "first": place.first,
                "mean_rank": place.mean_rank,
            }
            for place in one.places
        ],
        "agreement": one.agreement,
        "columns": list(wording.choices(about.question).values()) if isinstance(about.question, Matrix) else [],
        "lines": [
            {
                "label": _line(about.question, line.key),
                "mean": line.mean.value,
                "n": line.mean.n,
                "shares": [bar.share for bar in line.bars],
            }
            for line in one.lines
        ],
        "is_words": about.question.IS_WORDS,
        "link": link,
    }


def score_card(one: Reached) -> dict[str, Any]:
    """What the card of a score shows: its mean with how sure it is, and how it is spread."""
    mean = one.spread.mean
    return {
        "text": wording.text(one.score.text) or one.score.key,
        "kind": _("Score"),
        "n": one.spread.n,
        "is_hidden": one.spread.is_hidden,
        "is_low": one.spread.is_low and not one.spread.is_hidden,
        "headline": Headline(_("Mean"), mean.value, "mean", means.interval(mean))
        if mean is not None and mean.value is not None
        else None,
        "bars": [
            {
                "label": " – ".join(
                    written_numbers.number(round(end, 2)) for end in dict.fromkeys((part.low, part.high))
                ),
                "count": part.count,
                "share": part.share,
            }
            for part in one.spread.parts
        ],
    }


def headline(one: Result) -> Headline | None:
    """NPS, satisfied, easy, yes, or the mean; None where a distribution says it all, or nothing may be said."""
    if one.is_hidden:
        return None
    if one.bands is not None:
        score = nps.score(one.bands)
        label = _("NPS (1–10 variant)") if one.asked.scheme == nps.ONE_TO_TEN.key else _("NPS")
        return None if score is None else Headline(label, score, "points", nps.interval(one.bands))
    if one.top is not None and one.top.value is not None:
        label = _top_label(one)
        return Headline(label, one.top.value, "share", shares.interval(one.top))
    if one.mean is not None and one.mean.value is not None:
        question = one.asked.question
        highest = question.ends()[1] if isinstance(question, Scale) else 0
        return Headline(_("Mean"), one.mean.value, "mean", means.interval(one.mean), highest)
    return None


def _lead(one: Result) -> dict[str, Any] | None:
    """Of a picture poll: which one leads, and whether that is more than chance does; None while nothing may be said."""
    if one.lead is None or one.is_hidden:
        return None
    return {"label": answer(one.asked.question, one.bars[one.lead.index].code), "is_sure": one.lead.p < SURE}


def _top_label(one: Result) -> str:
    question = one.asked.question
    if isinstance(question, Csat):
        return _("Satisfied")
    if isinstance(question, Ces):
        return _("Found it easy")
    return answer(question, one.bars[0].code) if one.bars else ""


def _bands(one: Result) -> list[dict[str, Any]]:
    if one.bands is None or not one.n:
        return []
    words = band_words()
    # From the worst to the best, as the scale under it and feelings everywhere are drawn.
    counts = {key: getattr(one.bands, key) for key in reversed(BANDS)}
    before = itertools.accumulate(counts.values(), initial=0)
    return [
        {
            "key": key,
            "label": words[key],
            "count": count,
            "share": count / one.n,
            "at": 100 * begun / one.n,
            "width": 100 * count / one.n,
        }
        for (key, count), begun in zip(counts.items(), before, strict=False)
    ]


def band_words() -> dict[str, str]:
    """The three bands of NPS."""
    return {"promoters": _("Promoters"), "passives": _("Passives"), "detractors": _("Detractors")}


def answer(question: Question, code: str) -> str:
    """One answer in words."""
    if isinstance(question, Date) and len(code) == 7:
        return written_dates.month(comparing.first_days("month", f"{code}-01")[0])
    if isinstance(question, Matrix) and ":" in code:
        line, _colon, option = code.partition(":")
        return f"{_line(question, line)}: {wording.choices(question).get(option, option)}"
    return wording.choices(question).get(code, "") or (_("yes") if code == "yes" else _("no") if code == "no" else code)


def _line(question: Question, key: str) -> str:
    if not isinstance(question, Matrix):
        return key
    return next((wording.text(line.text) for line in question.lines if line.key == key), key)


def kind_name(question: Question) -> str:
    """What staff call the kind."""
    names = {
        "stars": _("Stars"),
        "points": _("Points"),
        "nps": _("Recommendation"),
        "csat": _("Satisfaction"),
        "ces": _("Effort"),
        "emoji": _("Faces"),
        "yes_no": _("Yes or no"),
        "like": _("Thumbs"),
        "single": _("One choice"),
        "multiple": _("Several choices"),
        "ranking": _("Order of preference"),
        "matrix": _("Table"),
        "poll": _("Pictures to choose from"),
        "text": _("Free text"),
        "date": _("Date"),
        "contact": _("Contact"),
        "consent": _("Permission"),
    }
    kind = str(question.__struct_config__.tag)
    return names.get(kind, kind)


def dimensions(survey: Survey) -> dict[str, str]:
    """What answers can be compared by, with names."""
    names = {
        "language": _("Language"),
        "mode": _("Came through"),
        "version": _("Version"),
        "store": _("Store"),
        "channel": _("Channel"),
        "wave": _("Early or late"),
        "gender": _("Gender"),
        "age": _("Age"),
        "province": _("Province"),
        "country": _("Country"),
        "income_band": _("Income band"),
        "occupation": _("Occupation"),
        "education": _("Education"),
        "children": _("Children"),
        comparing.SEGMENT: _("Segment"),
    }
    return {key: names[key] for key in comparing.groups_of(survey)}


def group_name(by: str, key: str) -> str:
    """One group in words."""
    if not key:
        return _("not by a personal link") if by == "wave" else _("not known")
    language = (get_language() or "en")[:2]
    names: dict[str, Callable[[], str]] = {
        "mode": lambda: str(dict(Response.Mode.choices).get(key, key)),
        "language": lambda: spoken.OWN_NAMES.get(key, key),
        "version": lambda: _("version %(n)s") % {"n": key},
        "segment": lambda: audiences.name(key),
        "channel": lambda: str(dict(Channel.choices).get(key, key)),
        "wave": lambda: _("before any reminder") if key == "early" else _("after a reminder"),
        "country": lambda: places.country_name(key, language),
        "province": lambda: places.province_name(key, language),
        "gender": lambda: {"female": _("female"), "male": _("male"), "other": _("other")}.get(key, key),
        "age": lambda: _("under 20") if int(key) < 20 else f"{key}\N{EN DASH}{int(key) + 9}",
    }
    return names[by]() if by in names else key


def groups(found: Sequence[Group], by: str) -> list[dict[str, Any]]:
    """The largest groups as rows; `is_apart` where chance alone hardly does as much."""
    return [
        {
            "label": group_name(by, one.key),
            "n": one.result.n,
            "is_hidden": one.result.is_hidden,
            "is_low": one.result.is_low,
            "headline": headline(one.result),
            "first": _first(one.result),
            "is_apart": one.p is not None and one.p < SURE,
        }
        for one in found[:MOST_GROUPS]
    ]


def _first(one: Result) -> str:
    """Where there is no number: the answer most people gave."""
    if one.is_hidden:
        return ""
    if one.places:
        return answer(one.asked.question, one.places[0].option)
    top = max(one.bars, key=lambda bar: bar.count, default=None)
    return answer(one.asked.question, top.code) if top and top.count else ""


def trend(found: Sequence[Group], period: str) -> dict[str, Any] | None:
    """A line of headlines over time with its interval; a period of under five answers is a gap."""
    told = [(one, headline(one.result)) for one in found]
    known = [head for _one, head in told if head is not None]
    if len(found) < 2 or not known:
        return None
    is_share = known[0].unit == "share"
    return {
        "type": "line",
        "unit": "percent" if is_share else "number",
        "x": [period_name(period, one.key) for one, _head in told],
        "x_label": _("Month") if period == "month" else _("Week from"),
        "series": [
            {
                "name": known[0].label,
                "data": [_rounded(head.value if head else None, is_share=is_share) for _one, head in told],
                "low": [_end(head, 0, is_share=is_share) for _one, head in told],
                "high": [_end(head, 1, is_share=is_share) for _one, head in told],
            }
        ],
    }


def _end(head: Headline | None, place: int, *, is_share: bool) -> float | None:
    if head is None:
        return None
    return _rounded(head.interval[place] if head.interval else head.value, is_share=is_share)


def _rounded(value: float | None, *, is_share: bool) -> float | None:
    return None if value is None else round(value, 4 if is_share else 2)


def period_name(period: str, key: str) -> str:
    """A month or the Monday of a week."""
    first, _last = comparing.first_days(period, key)
    return written_dates.month(first) if period == "month" else written_dates.day(first)


def finding(found: Sequence[Group]) -> str:
    """What the trend says: whether the newest period differs from the one before by more than chance."""
    if len(found) < 2:
        return _("One period so far")
    before, last = headline(found[-2].result), headline(found[-1].result)
    if before is None or last is None or found[-1].p is None:
        return _("Too few answers to compare the newest period with the one before")
    if found[-1].p >= SURE:
        return _("No change beyond chance since the period before")
    step = last.value - before.value
    shown = written_numbers.number(round(abs(step) * (100 if last.unit == "share" else 1), 1))
    return (
        _("Up by %(step)s since the period before") if step > 0 else _("Down by %(step)s since the period before")
    ) % {"step": shown}


def scored(about: Sequence[Asked]) -> str:
    """The first question with a number: what stands beside open answers."""
    for wanted in (Nps, Scale):
        for one in about:
            if isinstance(one.question, wanted):
                return one.key
    return ""


def piece(survey: Survey, version: int, one: Piece) -> str:
    """One piece of an answer in words."""
    about = wording.asked(survey.id, version, one.question)
    if about is None:
        return one.text or one.code or str(one.number)
    if isinstance(about, Matrix):
        return answer(about, f"{one.item}:{one.code}")
    shown = answer(about, one.code) if one.code else ("" if one.number is None else written_numbers.number(one.number))
    if isinstance(about, Ranking) and one.number is not None:
        shown = f"{int(one.number)}. {shown}"
    return ": ".join(part for part in (shown, one.text) if part)
