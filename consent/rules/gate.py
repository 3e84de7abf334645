"""The decision whether a message, an export or a use may happen, on plain values.

What stops it, in this order, and the first is the reason: nobody we know · restricted · an address that reaches
nobody · a child without a guardian · a "no" · no word where the law asks for one, a "yes" that ran out or meant
something else · the hours.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo

from cdp.core.leaving import Decision, Outcome
from consent.rules.packs import Basis, Pack, QuietHours

REACHABLE = "known"
UNKNOWN = "unknown"
EXPIRED = "expired"
"""The status of a "yes" that ran out: no "no", and no "yes" any more."""
STATUS_RULE = "status"
ADDRESS_RULE = "house:closed_address"
PROFILING = "profiling"
TO_OTHERS = frozenset({"webhook", "file"})
"""Ways out that lead to others and not to the person: no contract with the person lets a restriction pass there."""


class Reason(StrEnum):
    """Why not, beside the status of a row that is nobody's and the person's own word (denied, withdrawn)."""

    RESTRICTED = "restricted"
    SUPPRESSED = "suppressed"
    CHILD = "child"
    OUTDATED = "outdated"
    EXPIRED = "expired"
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
    if it is older than a "yes" to that purpose holds.
    """

    is_granted: bool
    status: str
    is_current: bool = True
    is_lapsed: bool = False

    @property
    def holds(self) -> bool:
        """Whether it is a "yes" of today."""
        return self.is_granted and self.is_current and not self.is_lapsed


@dataclass(frozen=True)
class Standing:
    """What the gate must know of a person beside the law: the row's status, the country, the words by purpose …"""

    status: str = UNKNOWN
    country: str = ""
    words: Mapping[str, Word] = field(default_factory=dict)
    birth_date: dt.date | None = None
    is_restricted: bool = False
    is_closed: bool = False  # there are addresses for the channel, and none of them reaches anybody
    has_guardian: bool = False  # who agreed to this purpose on this channel


def decide(standing: Standing, *, pack: Pack, purpose: str, channel: str, at: dt.datetime) -> Decision:
    """The decision for one person.

    Reasons: the status of a row that is nobody's (rule `status`), those of `Reason`, the status of an explicit "no".
    Rules are `PACK:KIND` (`Kind`) with the citation of the pack; an allowed decision bears the rule it rests on.
    """
    stopped = _stopped(standing, pack=pack, purpose=purpose, channel=channel, at=at)
    if stopped is not None:
        return stopped
    quiet = pack.quiet_hours
    if quiet and purpose in quiet.purposes and channel in quiet.channels:
        exempt = standing.words.get(quiet.unless)
        until = quiet_until(quiet, zone=ZoneInfo(pack.zone), at=at)
        if until and not (exempt and exempt.holds):
            rule = f"{pack.key}:{Kind.QUIET_HOURS}"
            citation = pack.citation_of(Kind.QUIET_HOURS)
            return Decision(Outcome.DEFERRED, until=until, reason=Reason.QUIET_HOURS, rule=rule, citation=citation)
    basis = pack.basis(purpose, channel)
    return Decision(Outcome.ALLOWED, rule=f"{pack.key}:{basis}", citation=pack.citation_of(basis))


def _stopped(standing: Standing, *, pack: Pack, purpose: str, channel: str, at: dt.datetime) -> Decision | None:
    """What of the person or the law says no; None for nothing."""
    basis = pack.basis(purpose, channel)
    is_owed = basis is Basis.CONTRACT
    word = standing.words.get(purpose)
    if standing.status != REACHABLE:
        return Decision(Outcome.DENIED, reason=standing.status, rule=STATUS_RULE)
    if standing.is_restricted and (not is_owed or channel in TO_OTHERS):
        return _denied(pack, Reason.RESTRICTED, Kind.RESTRICTION)
    if standing.is_closed:
        return Decision(Outcome.DENIED, reason=Reason.SUPPRESSED, rule=ADDRESS_RULE)
    if not is_owed and not standing.has_guardian and is_child(standing.birth_date, pack=pack, at=at):
        return _denied(pack, Reason.CHILD, Kind.CHILD)
    if word is not None and not word.is_granted and word.status != EXPIRED:
        return _denied(pack, word.status, Kind.CONSENT if basis is Basis.CONSENT else Kind.OBJECTION)
    return _unasked(word, pack) if basis is Basis.CONSENT else None


def _unasked(word: Word | None, pack: Pack) -> Decision | None:
    """Why what was said is no "yes" of today, where the law asks for one."""
    if word is None:
        return _denied(pack, Reason.NEVER_ASKED, Kind.CONSENT)
    if not word.is_granted or word.is_lapsed:
        return _denied(pack, Reason.EXPIRED, Kind.CONSENT)
    return None if word.is_current else _denied(pack, Reason.OUTDATED, Kind.MEANING)


def _denied(pack: Pack, reason: str, kind: Kind) -> Decision:
    return Decision(Outcome.DENIED, reason=str(reason), rule=f"{pack.key}:{kind}", citation=pack.citation_of(kind))


def refuses_profiling(standing: Standing) -> bool:
    """Whether metrics and segments stop for that person: an explicit "no" or a restriction. Silence stops nothing."""
    word = standing.words.get(PROFILING)
    return standing.is_restricted or (word is not None and not word.is_granted and word.status != EXPIRED)


def is_child(birth_date: dt.date | None, *, pack: Pack, at: dt.datetime) -> bool:
    """Whether somebody may allow nothing alone then, by the day in the pack's zone; who told no birthday may."""
    return birth_date is not None and birth_date > born_by(pack, at=at)


def born_by(pack: Pack, *, at: dt.datetime) -> dt.date:
    """The last birthday of those who may decide alone on that day; 29 February comes of age in March."""
    today = at.astimezone(ZoneInfo(pack.zone)).date()
    year = today.year - pack.ages.guardian_alone_under
    try:
        return today.replace(year=year)
    except ValueError:  # 29 February of a year that has none
        return dt.date(year, 2, 28)


def quiet_until(quiet: QuietHours, *, zone: ZoneInfo, at: dt.datetime) -> dt.datetime | None:
    """The end (UTC) of the quiet hours that `at` lies in, or None. Hours are those of the recipient's `zone`."""
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
