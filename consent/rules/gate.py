"""The decision whether a message, an export or a use may happen, on plain values.

What stops it, in this order, and the first is the reason: nobody we know · restricted · an address that reaches
nobody · a child without a guardian · a "no" · no word where the law asks for one, a "yes" that ran out or meant
something else · the hours.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from cdp.core.leaving import Decision, Outcome
from consent.rules.jurisdiction import Hours, Law
from consent.rules.packs import Basis, Pack, QuietHours

REACHABLE = "known"
UNKNOWN = "unknown"
EXPIRED = "expired"
"""The status of a "yes" that ran out: no "no", and no "yes" any more."""
BY_MEANING, BY_TIME, BY_AGE = "meaning", "lapsed", "age"
"""What ends a "yes" that nobody took back: its purpose means something else, it is too old, or it was a guardian's and
the child decides alone.
"""
STATUS_RULE = "status"
ADDRESS_RULE = "house:closed_address"
PROFILING = "profiling"
_LONGEST_NIGHT = dt.timedelta(days=2)
TO_OTHERS = frozenset({"webhook", "file"})
"""Ways out that lead to others and not to the person: no contract with the person lets a restriction pass there."""


class Reason(StrEnum):
    """Why not, beside the status of a row that is nobody's and the person's own word (denied, withdrawn)."""

    RESTRICTED = "restricted"
    SUPPRESSED = "suppressed"
    CHILD = "child"
    OUTDATED = "outdated"
    EXPIRED = "expired"
    GROWN = "grown"
    NEVER_ASKED = "never_asked"
    QUIET_HOURS = "quiet_hours"


class Kind(StrEnum):
    """The second half of a rule, behind the pack's key; a pack says which citation is behind each."""

    RESTRICTION = "restriction"
    CHILD = "child"
    CONSENT = "consent"
    OBJECTION = "objection"
    MEANING = "meaning"
    QUIET_HOURS = "quiet_hours"
    CONTRACT = "contract"
    LEGITIMATE_INTEREST = "legitimate_interest"


@dataclass(frozen=True)
class Word:
    """The latest word about one purpose on a channel; `is_current` if it was said of the present meaning, `is_lapsed`
    if it is older than a "yes" to that purpose holds. `ended_by` is why one expired.
    """

    is_granted: bool
    status: str
    is_current: bool = True
    is_lapsed: bool = False
    said_at: dt.datetime | None = None
    ended_by: str = ""

    @property
    def holds(self) -> bool:
        """Whether it is a "yes" of today."""
        return self.is_granted and self.is_current and not self.is_lapsed


@dataclass(frozen=True)
class Standing:
    """What the gate must know of a person beside the law: the row's status, the place, the words by purpose …"""

    status: str = UNKNOWN
    place: str = ""  # see `jurisdiction.place`
    words: Mapping[str, Word] = field(default_factory=dict)
    birth_date: dt.date | None = None
    is_restricted: bool = False
    is_closed: bool = False  # there are addresses for the channel, and none of them reaches anybody
    has_guardian: bool = False  # who agreed to this purpose on this channel


@dataclass(frozen=True)
class Asks:
    """What the law asks for before a use, and which of its packs does: on what it rests, and from which age somebody
    may decide alone, with the last birthday of those who may. The same for everybody of one place, so SQL joins it.
    """

    basis: Basis
    pack: Pack
    age: int
    of_age: Pack
    born_by: dt.date

    def __hash__(self) -> int:
        """A pack's dictionaries have no hash of their own."""
        return hash((self.basis, self.pack.key, self.age, self.of_age.key))


def asks(law: Law, *, purpose: str, channel: str, at: dt.datetime) -> Asks:
    """The strictest of each."""
    pack = law.asking(purpose, channel)
    ages = [(_age(one, purpose, channel), one) for one in law.packs]
    age, of_age = min(ages, key=lambda one: born_by(one[1], age=one[0], at=at))
    return Asks(pack.basis(purpose, channel), pack, age, of_age, born_by(of_age, age=age, at=at))


def _age(pack: Pack, purpose: str, channel: str) -> int:
    """From which age a law lets somebody decide alone on that use: what rests on no consent of theirs needs no more
    than the lower one.
    """
    ages = pack.ages
    is_asked = pack.basis(purpose, channel) is Basis.CONSENT
    is_grown_ups = ages.alone_purposes is not None and purpose not in ages.alone_purposes
    return ages.guardian_under if is_asked and is_grown_ups else ages.guardian_alone_under


def decide(standing: Standing, *, law: Law, purpose: str, channel: str, at: dt.datetime) -> Decision:
    """The decision for one person.

    Reasons: the status of a row that is nobody's (rule `status`), those of `Reason`, the status of an explicit "no".
    Rules are `PACK:KIND` (`Kind`) with the citation of the pack; an allowed decision bears the rule it rests on.
    """
    asked = asks(law, purpose=purpose, channel=channel, at=at)
    stopped = _stopped(standing, asked=asked, purpose=purpose, channel=channel)
    if stopped is not None:
        return stopped
    hours = [one for one in law.quiet_hours(purpose, channel) if not _may_disturb(standing, one, asked)]
    if found := quiet_until(hours, at=at):
        until, pack = found
        citation = pack.citation_of(Kind.QUIET_HOURS)
        rule = f"{pack.key}:{Kind.QUIET_HOURS}"
        return Decision(Outcome.DEFERRED, until=until, reason=Reason.QUIET_HOURS, rule=rule, citation=citation)
    basis = asked.basis
    return Decision(Outcome.ALLOWED, rule=f"{asked.pack.key}:{basis}", citation=asked.pack.citation_of(basis))


def _stopped(standing: Standing, *, asked: Asks, purpose: str, channel: str) -> Decision | None:
    """What of the person or the law says no; None for nothing."""
    pack, basis = asked.pack, asked.basis
    is_owed = basis is Basis.CONTRACT
    word = standing.words.get(purpose)
    if standing.status != REACHABLE:
        return Decision(Outcome.DENIED, reason=standing.status, rule=STATUS_RULE)
    if standing.is_restricted and (not is_owed or channel in TO_OTHERS):
        return _denied(pack, Reason.RESTRICTED, Kind.RESTRICTION)
    if standing.is_closed:
        return Decision(Outcome.DENIED, reason=Reason.SUPPRESSED, rule=ADDRESS_RULE)
    is_child = standing.birth_date is not None and standing.birth_date > asked.born_by
    if not is_owed and not standing.has_guardian and is_child:
        return _denied(asked.of_age, Reason.CHILD, Kind.CHILD)
    if word is not None and not word.is_granted and word.status != EXPIRED:
        return _denied(pack, word.status, Kind.CONSENT if basis is Basis.CONSENT else Kind.OBJECTION)
    return _unasked(standing, word, asked) if basis is Basis.CONSENT else None


def _may_disturb(standing: Standing, hours: Hours, asked: Asks) -> bool:
    """Whether the person allowed these hours."""
    word = standing.words.get(hours.quiet.unless)
    return word is not None and word.holds and not _is_of_child(standing, word, asked)


def _is_of_child(standing: Standing, word: Word, asked: Asks) -> bool:
    """Whether a "yes" was said by somebody who could not decide alone then, and no guardian stands behind it: a
    birthday makes no permission of it.
    """
    born, at = standing.birth_date, word.said_at
    if not word.is_granted or standing.has_guardian or born is None or at is None:
        return False
    return born > born_by(asked.of_age, age=asked.age, at=at)


def _unasked(standing: Standing, word: Word | None, asked: Asks) -> Decision | None:
    """Why what was said is no "yes" of today, where the law asks for one."""
    pack = asked.pack
    if word is None:
        return _denied(pack, Reason.NEVER_ASKED, Kind.CONSENT)
    if _is_of_child(standing, word, asked):
        return _denied(asked.of_age, Reason.CHILD, Kind.CHILD)
    if not word.is_granted and word.ended_by == BY_MEANING:
        return _denied(pack, Reason.OUTDATED, Kind.MEANING)
    if not word.is_granted and word.ended_by == BY_AGE:
        return _denied(asked.of_age, Reason.GROWN, Kind.CHILD)
    if not word.is_granted or word.is_lapsed:
        return _denied(pack, Reason.EXPIRED, Kind.CONSENT)
    return None if word.is_current else _denied(pack, Reason.OUTDATED, Kind.MEANING)


def _denied(pack: Pack, reason: str, kind: Kind) -> Decision:
    return Decision(Outcome.DENIED, reason=str(reason), rule=f"{pack.key}:{kind}", citation=pack.citation_of(kind))


def refuses_profiling(standing: Standing) -> bool:
    """Whether metrics and segments stop for that person: an explicit "no" or a restriction. Silence stops nothing."""
    word = standing.words.get(PROFILING)
    return standing.is_restricted or (word is not None and not word.is_granted and word.status != EXPIRED)


def born_by(pack: Pack, *, age: int, at: dt.datetime) -> dt.date:
    """The last birthday of those who are of that age on that day of the pack's zone; 29 February comes of age in
    March. Who told no birthday may.
    """
    today = at.astimezone(ZoneInfo(pack.zone)).date()
    year = today.year - age
    try:
        return today.replace(year=year)
    except ValueError:  # 29 February of a year that has none
        return dt.date(year, 2, 28)


def quiet_until(hours: Sequence[Hours], *, at: dt.datetime) -> tuple[dt.datetime, Pack] | None:
    """When (UTC) the quiet hours that `at` lies in are over by every law and every clock, and the law that ends last;
    None where it is not quiet. Where the clocks of a country leave no such moment, after two days.
    """
    until, pack = at, None
    clocks = [(one, zone) for one in hours for zone in one.zones]
    while until < at + _LONGEST_NIGHT:
        ends = [(end, one.pack) for one, zone in clocks if (end := _end(one.quiet, zone=zone, at=until))]
        if not ends:
            break
        until, pack = max(ends, key=lambda one: one[0])
    return (until, pack) if pack else None


def _end(quiet: QuietHours, *, zone: ZoneInfo, at: dt.datetime) -> dt.datetime | None:
    """The end (UTC) of the quiet hours of one clock that `at` lies in, or None."""
    local = at.astimezone(zone)
    clock = local.time()
    if quiet.starts < quiet.ends:
        is_quiet = quiet.starts <= clock < quiet.ends
    else:
        is_quiet = clock >= quiet.starts or clock < quiet.ends
    if not is_quiet:
        return None
    day = local.date() if clock < quiet.ends else local.date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, quiet.ends, zone).astimezone(dt.UTC)
