"""The decision whether a message, an export or a use may happen, on plain values.

An explicit "no" stops everything. Without a word of the person the lawful basis decides. Then come the hours.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from cdp.core.leaving import Decision, Outcome
from consent.rules.packs import Basis, Pack, QuietHours

REACHABLE = "known"
UNKNOWN = "unknown"
ALLOWED = Decision(Outcome.ALLOWED)


@dataclass(frozen=True)
class Word:
    """The latest word about one purpose on the channel asked for."""

    is_granted: bool
    status: str


@dataclass(frozen=True)
class Standing:
    """What the gate must know of a person: the row's status, the country, the words by purpose."""

    status: str = UNKNOWN
    country: str = ""
    words: Mapping[str, Word] = field(default_factory=dict)


def decide(standing: Standing, *, pack: Pack, purpose: str, channel: str, at: dt.datetime) -> Decision:
    """The decision for one person.

    Reasons: `unknown`, `anonymous`, `merged`, `erased`, `bucket` (rule `status`); `denied`, `withdrawn`,
    `never_asked` (rule `PACK:consent`), and `denied`, `withdrawn` for other bases (rule `PACK:objection`).
    Deferred has the reason `quiet_hours` (rule `PACK:quiet_hours`).
    """
    if standing.status != REACHABLE:
        return Decision(Outcome.DENIED, reason=standing.status, rule="status")
    word = standing.words.get(purpose)
    needs_consent = pack.basis(purpose, channel) is Basis.CONSENT
    if word is not None and not word.is_granted:
        kind = "consent" if needs_consent else "objection"
        return Decision(Outcome.DENIED, reason=word.status, rule=f"{pack.key}:{kind}")
    if word is None and needs_consent:
        return Decision(Outcome.DENIED, reason="never_asked", rule=f"{pack.key}:consent")
    quiet = pack.quiet_hours
    if quiet and purpose in quiet.purposes and channel in quiet.channels:
        exempt = standing.words.get(quiet.unless)
        until = quiet_until(quiet, zone=ZoneInfo(pack.zone), at=at)
        if until and not (exempt and exempt.is_granted):
            return Decision(Outcome.DEFERRED, until=until, reason="quiet_hours", rule=f"{pack.key}:quiet_hours")
    return ALLOWED


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
