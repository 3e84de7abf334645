"""What counted answers say of each question: its headline, its distribution, how sure both are. Counts in, figures out.

A question is the same over versions where its key and its scheme agree. What was asked on another scale, or in another
kind, is a result of its own: never one number out of two.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from surveys.rules.definition import Definition
from surveys.rules.kinds import Question
from surveys.rules.kinds.choices import Chosen, Matrix, Multiple, Poll, Ranking
from surveys.rules.kinds.scales import Ces, Csat, Nps, Scale, YesNo
from surveys.rules.kinds.words import Consent, Date
from surveys.rules.statistics import TOO_FEW, Interval, Sampled, means, nps, ranking, several, shares
from surveys.rules.statistics.means import Mean
from surveys.rules.statistics.nps import Bands
from surveys.rules.statistics.shares import Share

EASY_FROM = {5: 4, 7: 5}
"""From which step on an effort counts as easy, by the number of steps."""
BANDS = ("promoters", "passives", "detractors")


@dataclass(frozen=True)
class Tally:
    """So many equal pieces of answers of one version; `pieces`: of how many each of these answers is."""

    question: str
    version: int
    item: str
    code: str
    number: Decimal | None
    count: int
    pieces: int = 1


@dataclass(frozen=True)
class Asked:
    """A question as it was asked in some versions; `question` is the newest wording. `is_for_all`: whoever completed
    one of these versions saw it.
    """

    key: str
    scheme: str
    versions: tuple[int, ...]
    question: Question
    is_for_all: bool
    is_split: bool = False
    """Whether the same key was asked in another way in other versions."""


@dataclass(frozen=True)
class Bar:
    """One answer of a distribution. `share` is of people; None where nobody could have given it. `of`: how many could,
    where that is fewer than those who were asked.
    """

    code: str
    count: int
    share: float | None
    interval: Interval | None = None
    of: int | None = None


@dataclass(frozen=True)
class Line:
    """One line of a matrix."""

    key: str
    mean: Mean
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Result(Sampled):
    """All that may be said of one question. What would stand on fewer than five answers is empty (`is_hidden`)."""

    asked: Asked
    n: int
    """How many people answered it."""
    of: int
    """How many people shares of several choices are of: who saw it where that is known, else who answered."""
    saw: int | None = None
    """How many saw it; None where that is not known, or may not be."""
    bars: tuple[Bar, ...] = ()
    bands: Bands | None = None
    mean: Mean | None = None
    top: Share | None = None
    """CSAT: the upper two steps; CES: the easy ones; yes of yes and no; the first picture of a poll."""
    lead: several.Lead | None = None
    """Of a picture poll: which picture leads, and how surely."""
    places: tuple[ranking.Place, ...] = ()
    agreement: float | None = None
    lines: tuple[Line, ...] = ()
    picks: int = 0
    """How many were chosen in all, where one may choose several."""

    @property
    def left(self) -> int:
        """How many saw it and gave no answer; 0 where nobody knows."""
        return 0 if self.saw is None else self.saw - self.n


def scheme(question: Question) -> str:
    """Kind and scale in one word: what has to agree before answers of two versions are one count."""
    match question:
        case Nps():
            return question.scheme
        case Ces():
            return f"ces:{question.steps}:{question.easy}"
        case Scale():
            lowest, highest = question.ends()
            return f"{_kind(question)}:{lowest}:{highest}"
        case Matrix():
            return "matrix:" + ",".join(option.key for option in question.options)
        case Poll():
            return "poll:" + ",".join(sorted(picture.key for picture in question.pictures))
        case _:
            return _kind(question)


def asked(definitions: Mapping[int, Definition]) -> list[Asked]:
    """Every question that was ever asked, those of the newest version first and in its order."""
    found: dict[tuple[str, str], list[tuple[int, Question, bool]]] = {}
    for number in sorted(definitions, reverse=True):
        is_straight = True
        for page in definitions[number].pages:
            for question in page.questions:
                is_for_all = is_straight and not page.when and not question.when
                found.setdefault((question.key, scheme(question)), []).append((number, question, is_for_all))
            is_straight = is_straight and not page.jumps
    ways: dict[str, int] = {}
    for key, _scheme in found:
        ways[key] = ways.get(key, 0) + 1
    return [
        Asked(
            key,
            how,
            tuple(number for number, _question, _all in told),
            told[0][1],
            all(is_for_all for _number, _question, is_for_all in told),
            ways[key] > 1,
        )
        for (key, how), told in found.items()
    ]


def answered(about: Asked, tallies: Iterable[Tally]) -> int:
    """How many people answered it."""
    return _people([one for one in tallies if one.question == about.key and one.version in about.versions])


def result(
    about: Asked, tallies: Iterable[Tally], *, saw: int | None = None, offered: Mapping[str, int] | None = None
) -> Result:
    """The figures of one question, of whole answers. `saw`: how many of those who completed these versions were shown
    it; `offered`: how many could choose an option that stands behind a condition.
    """
    mine = [one for one in tallies if one.question == about.key and one.version in about.versions]
    question, n = about.question, _people(mine)
    known = saw if saw is not None and saw >= n else None
    of = n if known is None else known
    if n < TOO_FEW:
        return Result(about, n, of, known)
    return replace(_figures(about, question, mine, n, of, offered or {}), saw=known)


def _figures(
    about: Asked, question: Question, mine: Sequence[Tally], n: int, of: int, offered: Mapping[str, int]
) -> Result:
    if isinstance(question, Scale):
        return _scale(about, question, _numbers(mine), n, of)
    if isinstance(question, Ranking):
        return _ranked(about, question, mine, n, of)
    if isinstance(question, Matrix):
        return _matrix(about, question, mine, n, of)
    return _chosen(about, question, mine, n, of, offered)


def in_band(scheme_key: str, band: str) -> tuple[int, int]:
    """The lowest and highest answer of a band of NPS. Raises KeyError."""
    how = nps.SCHEMES[scheme_key]
    return {
        "promoters": (how.promoters_from, how.highest),
        "passives": (how.passives_from, how.promoters_from - 1),
        "detractors": (how.lowest, how.passives_from - 1),
    }[band]


def _people(mine: Sequence[Tally]) -> int:
    """How many answers these pieces are."""
    by_size = Counter[int]()
    for one in mine:
        by_size[one.pieces] += one.count
    return sum(count // size for size, count in by_size.items())


def _kind(question: Question) -> str:
    return str(question.__struct_config__.tag)


def _numbers(mine: Sequence[Tally]) -> dict[int, int]:
    found: dict[int, int] = {}
    for one in mine:
        if one.number is not None:
            found[int(one.number)] = found.get(int(one.number), 0) + one.count
    return found


def _codes(mine: Sequence[Tally], known: Sequence[str]) -> dict[str, int]:
    """All that were offered, also those nobody chose; what older versions offered stands behind."""
    found = dict.fromkeys(known, 0)
    for one in mine:
        found[one.code] = found.get(one.code, 0) + one.count
    return found


def _bars(counts: Mapping[str, int], of: int, offered: Mapping[str, int] | None = None) -> tuple[Bar, ...]:
    """`offered`: of how many people those shares are that not everybody could have given."""
    found = []
    for code, count in counts.items():
        own = (offered or {}).get(code)
        base = of if own is None or own < count else own
        interval = shares.interval(Share(count, base)) if count <= base else None
        found.append(Bar(code, count, count / base if base else None, interval, own if base != of else None))
    return tuple(found)


def _scale(about: Asked, question: Scale, numbers: Mapping[int, int], n: int, of: int) -> Result:
    lowest, highest = question.ends()
    told = {number: numbers.get(number, 0) for number in range(lowest, highest + 1)}
    bars = _bars({str(number): count for number, count in told.items()}, n)
    mean = means.mean({float(number): float(count) for number, count in told.items()})
    if isinstance(question, Nps):
        return Result(about, n, of, bars=bars, bands=nps.bands(told, nps.SCHEMES[question.scheme]), mean=mean)
    top: Share | None = None
    if isinstance(question, Csat):
        top = Share(told[highest] + told[highest - 1], n)
    elif isinstance(question, Ces):
        first = EASY_FROM[question.steps]
        easy = range(first, highest + 1) if question.easy == "high" else range(lowest, highest + 2 - first)
        top = Share(sum(told[number] for number in easy), n)
    return Result(about, n, of, bars=bars, mean=mean, top=top)


def _chosen(
    about: Asked, question: Question, mine: Sequence[Tally], n: int, of: int, offered: Mapping[str, int]
) -> Result:
    """What is chosen from a list, yes or no, one of a few pictures, days; of words only how many there are."""
    match question:
        case YesNo() | Consent():
            codes = _codes(mine, ("yes", "no"))
            return Result(about, n, of, bars=_bars(codes, n), top=Share(codes["yes"], n))
        case Poll():
            codes = _codes(mine, [picture.key for picture in question.pictures])
            counts = [codes[picture.key] for picture in question.pictures]
            return Result(about, n, of, bars=_bars(codes, n), top=Share(counts[0], n), lead=several.lead(counts))
        case Multiple():
            codes = _codes(mine, [option.key for option in question.options])
            return Result(about, n, of, bars=_bars(codes, of, offered), picks=sum(codes.values()))
        case Chosen():
            return Result(about, n, of, bars=_bars(_codes(mine, [option.key for option in question.options]), n))
        case Date():
            return Result(about, n, of, bars=_bars(dict(sorted(_codes(mine, ()).items())), n))
    return Result(about, n, of)


def _ranked(about: Asked, question: Ranking, mine: Sequence[Tally], n: int, of: int) -> Result:
    placed = Counter[tuple[str, int, int]]()
    for one in mine:
        placed[one.code, int(one.number or 0), one.pieces] += one.count
    options = [option.key for option in question.options]
    options += sorted({code for code, _place, _length in placed}.difference(options))
    places = ranking.places(placed, options)
    return Result(about, n, of, places=tuple(places), agreement=ranking.agreement(placed, options))


def _matrix(about: Asked, question: Matrix, mine: Sequence[Tally], n: int, of: int) -> Result:
    options, lines = [option.key for option in question.options], []
    keys = [line.key for line in question.lines]
    keys += sorted({one.item for one in mine}.difference(keys))
    for key in keys:
        own = [one for one in mine if one.item == key]
        answered = sum(one.count for one in own)
        if answered < TOO_FEW:
            lines.append(Line(key, Mean(answered, None, None), ()))
            continue
        mean = means.mean({float(number): float(count) for number, count in _numbers(own).items()})
        lines.append(Line(key, mean, _bars(_codes(own, options), answered)))
    return Result(about, n, of, lines=tuple(lines))
