"""Jurisdiction packs: the law as dated data. A pack is a JSON file with its citations; this is its schema.

Code asks a pack what holds for a purpose and a channel; when the law changes, the file changes and says when.
"""

import datetime as dt
import re
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from cdp.core.retention import terms
from consent.rules.deadlines import Clock, Term

EVERY = "*"
"""In `bases`: all channels that a purpose does not name."""


class InvalidPack(Exception):
    """The file does not fit the schema; the message says where."""


class Basis(StrEnum):
    """Why data may be used. An explicit "no" of the person stops all three."""

    CONSENT = "consent"  # only after a "yes"
    LEGITIMATE_INTEREST = "legitimate_interest"  # until the person objects
    CONTRACT = "contract"  # what the person ordered or asked for


class Citation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a rule comes from, and how surely: read in the text, read about (where, when), or remembered."""

    key: str
    law: str
    article: str
    says: str
    confidence: Literal["text", "secondary", "memory"]
    source: str = ""
    read_on: dt.date | None = None


class QuietHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hours in which these messages wait, unless the person allowed the purpose `unless` on that channel.

    `starts` belongs to the quiet hours, `ends` does not; the window may cross midnight.
    """

    starts: dt.time
    ends: dt.time
    purposes: frozenset[str]
    channels: frozenset[str]
    unless: str
    citation: str


class Label(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that must stand in an advertisement: `text` in the subject or first line, `refusal` beside the link at the
    end by which it is refused. `variants` are other spellings of the text, as regular expressions; the law forbids them
    all.
    """

    text: str
    position: Literal["start", "end"]
    purposes: frozenset[str]
    channels: frozenset[str]
    citation: str
    refusal: str = ""
    variants: tuple[str, ...] = ()


class Ages(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Under `guardian_under` a guardian decides; under `guardian_alone_under` nobody else may. Between the two a minor
    allows alone what stands in `alone_purposes` (None: everything). Where a country of the pack has an age of its own
    (`national`, as `national_citation` says), that one stands for both there: `Pack.within`.
    """

    guardian_under: int
    guardian_alone_under: int
    citation: str
    alone_purposes: frozenset[str] | None = None
    national: dict[str, int] = {}
    national_citation: str = ""


class Holidays(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the calendar of a country does not know yet, and what it counts that this law does not: single days, and
    holidays by what the calendar calls them in English, with their substitutes.
    """

    add: frozenset[dt.date] = frozenset()
    without: frozenset[dt.date] = frozenset()
    never: frozenset[str] = frozenset()


class Refusal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A ground on which this law lets a request be refused; `rights` it is for, all where it names none."""

    key: str
    citation: str
    rights: frozenset[str] = frozenset()


class Deadlines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Clocks that the law starts. `answer_unit` is how a request's clock counts."""

    answer: int
    answer_unit: Literal["days", "months"]
    breach_hours: int
    reconfirm_months: int | None = None
    receipt_days: int | None = None


class BreachDuty(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whom a breach makes the law want to be told (an authority, the people), and from when on.

    `when` is the least risk, `always`, or `listed`: from so many `people` on, or with such `data`, or by such `causes`.
    `hours` None is "without delay". With `possible` it holds as soon as a breach is only possible.
    """

    citation: str
    when: Literal["risk", "high", "always", "listed"]
    hours: int | None = None
    possible: bool = False
    people: int | None = None
    data: frozenset[str] = frozenset()
    causes: frozenset[str] = frozenset()


class BreachDuties(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Both duties of one law."""

    authority: BreachDuty
    people: BreachDuty


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So many days, months or years."""

    amount: int
    unit: Literal["days", "months", "years"]


class Keeping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How long these kinds of data (`cdp.core.retention`) are kept: what the law asks for at least, what it or its
    authorities allow at most, and what a shop that has not decided starts with.
    """

    kinds: tuple[str, ...]
    citation: str
    at_least: Span | None = None
    at_most: Span | None = None
    usual: Span | None = None


class Pack(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One jurisdiction."""

    key: str
    name: str
    effective_on: dt.date
    checked_on: dt.date
    zone: str
    countries: frozenset[str]
    bases: dict[str, dict[str, Basis]]
    ages: Ages
    deadlines: Deadlines
    citations: tuple[Citation, ...]
    double_opt_in: frozenset[str] = frozenset()  # countries in which a grant is confirmed by a second step
    quiet_hours: QuietHours | None = None
    label: Label | None = None
    guardian_methods: tuple[str, ...] = ()  # how a guardian is made sure of
    requests: dict[str, Term] = {}  # by right; EVERY for those it does not name
    counting: str = ""  # the citation by which days are counted
    holidays: dict[str, Holidays] = {}  # by country
    refusals: tuple[Refusal, ...] = ()
    retention: tuple[Keeping, ...] = ()
    cited: dict[str, str] = {}  # kind of a rule of the gate → the citation that says so
    breach: BreachDuties | None = None
    authority: str = ""  # whom a person may complain to: its name, in its own language and in English

    @property
    def version(self) -> str:
        """Which text of the law this is: since when it holds, and when it was looked at last."""
        return f"{self.effective_on}/{self.checked_on}"

    def clock(self, right: str) -> Clock:
        """How long a request may take. Raises LookupError where the pack does not say."""
        return Clock(self.requests.get(right) or self.requests[EVERY], self.zone)

    def grounds(self, right: str) -> list[Refusal]:
        """On what grounds such a request may be refused."""
        return [one for one in self.refusals if not one.rights or right in one.rights]

    def basis(self, purpose: str, channel: str) -> Basis:
        """What the use rests on. What the pack does not name needs consent."""
        channels = self.bases.get(purpose, {})
        return channels.get(channel) or channels.get(EVERY) or Basis.CONSENT

    def within(self, country: str) -> "Pack":
        """The law as it holds in that country, where the country has an age of its own."""
        age = self.ages.national.get(country)
        if age is None:
            return self
        ages = msgspec.structs.replace(
            self.ages, guardian_under=age, guardian_alone_under=age, citation=self.ages.national_citation
        )
        return msgspec.structs.replace(self, ages=ages)

    def citation_of(self, kind: str) -> str:
        """The key of the citation behind a rule of the gate: `consent`, `objection`, `child`, `quiet_hours` …"""
        if kind == "child":
            return self.ages.citation
        if kind == "quiet_hours" and self.quiet_hours:
            return self.quiet_hours.citation
        return self.cited.get(kind, "")

    def label_for(self, purpose: str, channel: str) -> str:
        """The label an advertisement must carry, or nothing."""
        label = self.label
        return label.text if label and purpose in label.purposes and channel in label.channels else ""

    def refusal_for(self, purpose: str, channel: str) -> str:
        """What must stand beside the link at the end by which an advertisement is refused, or nothing."""
        return self.label.refusal if self.label and self.label_for(purpose, channel) else ""

    @property
    def advertising(self) -> frozenset[str]:
        """The purposes that are advertising to this law: what it wants labelled, and the one for the night."""
        labelled = self.label.purposes if self.label else frozenset({"marketing"})
        return labelled | ({self.quiet_hours.unless} if self.quiet_hours else frozenset())

    def asks_twice(self, country: str) -> bool:
        """Whether a grant from that country needs a confirming second step."""
        return country in self.double_opt_in


def parse(raw: bytes) -> Pack:
    """A pack from its JSON. Raises InvalidPack."""
    try:
        pack = msgspec.json.decode(raw, type=Pack)
    except msgspec.DecodeError as error:
        raise InvalidPack(str(error)) from error
    faults = list(_faults(pack))
    if faults:
        raise InvalidPack(f"{pack.key}: {'; '.join(faults)}")
    return pack


def _faults(pack: Pack) -> list[str]:
    """What the schema cannot say."""
    faults = [f"{country} is no country code" for country in pack.countries if not _is_country(country)]
    faults += [f"{country} is not a country of the pack" for country in sorted(pack.double_opt_in - pack.countries)]
    try:
        ZoneInfo(pack.zone)
    except (ZoneInfoNotFoundError, ValueError):
        faults.append(f"{pack.zone} is no time zone")
    if pack.checked_on < pack.effective_on:
        faults.append("it was checked before it came into force")
    known = {citation.key for citation in pack.citations}
    faults += [f"ages: {country} is no country of the pack" for country in pack.ages.national.keys() - pack.countries]
    if any(age > pack.ages.guardian_under for age in pack.ages.national.values()):
        faults.append("ages: no country may ask for more than the law it deviates from")
    cited = {pack.ages.citation} | ({pack.ages.national_citation} if pack.ages.national else set())
    cited |= {part.citation for part in (pack.quiet_hours, pack.label) if part}
    cited |= set(pack.cited.values())
    cited |= {term.citation for term in pack.requests.values()} | {one.citation for one in pack.refusals}
    cited |= {term.extend_citation for term in pack.requests.values() if term.extend}
    cited |= {pack.counting} - {""}
    cited |= {keeping.citation for keeping in pack.retention}
    cited |= {pack.breach.authority.citation, pack.breach.people.citation} if pack.breach else set()
    faults += [
        f"{kind} is to be kept longer than it may be"
        for keeping in pack.retention
        for kind in keeping.kinds
        if keeping.at_least and keeping.at_most and _term(keeping.at_least).days > _term(keeping.at_most).days
    ]
    faults += [f"citation {key} is missing" for key in sorted(cited - known)]
    if pack.requests and EVERY not in pack.requests:
        faults.append("requests have no term for rights that are not named")
    faults += [f"{key} is not a country of the pack" for key in sorted(pack.holidays.keys() - pack.countries)]
    quiet = pack.quiet_hours
    if quiet and quiet.starts == quiet.ends:
        faults.append("quiet hours last no time")
    for variant in pack.label.variants if pack.label else ():
        try:
            re.compile(variant)
        except re.error:
            faults.append(f"{variant} is no regular expression")
    return faults


def _term(span: Span) -> terms.Term:
    return terms.Term(span.amount, terms.Unit(span.unit))


def _is_country(code: str) -> bool:
    return len(code) == 2 and code.isascii() and code.isupper()
