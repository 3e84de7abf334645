"""Whose law holds for somebody: of several that may, the strictest of each rule.

A country that was told decides; else the country of the phone; else nobody knows, and then the shop's own law holds
together with those of the countries in whose language the person writes. `place` is that knowledge as one short text,
the same here and in SQL. ADR 23 says why.
"""

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

from babel.core import get_global

from consent.rules import guardians
from consent.rules.packs import Basis, Pack, QuietHours

_STRICTNESS = (Basis.CONTRACT, Basis.LEGITIMATE_INTEREST, Basis.CONSENT)
"""What a later one forbids contains all that an earlier one forbids."""

_LONGEST_LANGUAGE = 3


def place(*, country: str = "", phone_country: str = "", language: str = "") -> str:
    """What is known of where somebody lives: a country (ISO 3166-1), else a language in small letters, else nothing."""
    return country or phone_country or language.replace("_", "-").partition("-")[0].lower()


def place_sql(alias: str) -> str:
    """`place` of a row of customers_customer."""
    return (
        f"COALESCE(NULLIF({alias}.country, ''), NULLIF({alias}.phone_country, ''),"
        f" lower(split_part(replace({alias}.language, '_', '-'), '-', 1)))"
    )


@cache
def country_of_language(language: str) -> str:
    """Where most people live who write that language (Unicode CLDR, likely subtags); empty where that is not known.
    English, which everybody writes, comes out as the United States, whose law no pack has: it hints at nothing.
    """
    found = str(get_global("likely_subtags").get(language, "")).rpartition("_")[2]
    return found if len(found) == 2 and found.isupper() else ""


def languages() -> list[str]:
    """All languages of which `country_of_language` knows the country."""
    every: Iterable[str] = get_global("likely_subtags")
    return sorted(one for one in every if one.islower() and len(one) <= _LONGEST_LANGUAGE and country_of_language(one))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A law that may hold. `country` is where the person lives for it, empty where it holds for want of a better one;
    `is_guess` where the country was not told: it may make a law stricter, never give the shop more time.
    """

    pack: Pack
    country: str = ""
    is_guess: bool = False

    def __hash__(self) -> int:
        """A pack's dictionaries have no hash of their own."""
        return hash((self.pack.key, self.country, self.is_guess))

    @property
    def calendar(self) -> str:
        """The country whose holidays count."""
        return "" if self.is_guess else self.country

    @property
    def zones(self) -> tuple[ZoneInfo, ...]:
        """Where the hours of this law are looked at: the law's own zone in its own countries, elsewhere all zones of
        the person's country, as a quiet hour is one by the clock of who is disturbed.
        """
        if self.country and self.country not in self.pack.countries and (found := _zones(self.country)):
            return found
        return (ZoneInfo(self.pack.zone),)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours that are quiet by the clocks of these zones, and the law that says so."""

    quiet: QuietHours
    zones: tuple[ZoneInfo, ...]
    pack: Pack


@dataclass(frozen=True)
class Law:
    """The laws that may hold for somebody, the likeliest first; never none. Each answer is the strictest of theirs."""

    candidates: tuple[Candidate, ...]

    @classmethod
    def of(cls, pack: Pack, country: str = "") -> "Law":
        """One law alone."""
        return cls((Candidate(pack, country),))

    @classmethod
    def of_all(cls, laws: Iterable["Law"]) -> "Law":
        """All that may hold by any of these."""
        return cls(tuple(dict.fromkeys(one for law in laws for one in law.candidates)))

    @property
    def packs(self) -> tuple[Pack, ...]:
        """Each pack once; one that has other ages in another country, once for each age."""
        return tuple({(one.pack.key, one.pack.ages.guardian_under): one.pack for one in self.candidates}.values())

    @property
    def key(self) -> str:
        """The keys of the packs, for what is written down: `gdpr`, or `gdpr+pipa_kr` where nobody knows."""
        return "+".join(dict.fromkeys(pack.key for pack in self.packs))

    def basis(self, purpose: str, channel: str) -> Basis:
        """What the use rests on."""
        return self.asking(purpose, channel).basis(purpose, channel)

    def asking(self, purpose: str, channel: str) -> Pack:
        """The pack that asks for most before that use."""
        return max(self.packs, key=lambda pack: _STRICTNESS.index(pack.basis(purpose, channel)))

    def rests_on_interest(self, purpose: str, channel: str) -> bool:
        """Whether the use rests on the shop's own interest by any of the laws, so that one may object to it."""
        return any(pack.basis(purpose, channel) is Basis.LEGITIMATE_INTEREST for pack in self.packs)

    def quiet_hours(self, purpose: str, channel: str) -> list[Hours]:
        """The hours of each law that has some for that use."""
        return [
            Hours(one.pack.quiet_hours, one.zones, one.pack)
            for one in self.candidates
            if one.pack.quiet_hours
            and purpose in one.pack.quiet_hours.purposes
            and channel in one.pack.quiet_hours.channels
        ]

    @property
    def has_quiet_hours(self) -> bool:
        """Whether there are hours at all that one can allow."""
        return any(pack.quiet_hours for pack in self.packs)

    @property
    def asks_twice(self) -> bool:
        """Whether a "yes" needs a confirming second step."""
        return any(one.pack.asks_twice(one.country) for one in self.candidates)

    def label_for(self, purpose: str, channel: str) -> str:
        """The label that an advertisement bears, or nothing."""
        return next(filter(None, (pack.label_for(purpose, channel) for pack in self.packs)), "")

    def label_variants_for(self, purpose: str, channel: str) -> tuple[str, ...]:
        """Other spellings of that label, which its law forbids."""
        label = next((pack.label for pack in self.packs if pack.label and pack.label_for(purpose, channel)), None)
        return label.variants if label else ()

    def refusal_for(self, purpose: str, channel: str) -> str:
        """What stands beside the link at the end of an advertisement, or nothing."""
        return next(filter(None, (pack.refusal_for(purpose, channel) for pack in self.packs)), "")

    def may_alone(self, purpose: str, *, born: dt.date | None, today: dt.date) -> bool:
        """Whether somebody born then is old enough to allow that purpose by each of the laws."""
        return all(guardians.may_alone(pack, purpose=purpose, born=born, today=today) for pack in self.packs)

    def decides_from(self, purposes: Collection[str], *, born: dt.date) -> dt.date:
        """The day from which they may allow all of these alone."""
        return max(guardians.decides_from(pack, purposes=purposes, born=born) for pack in self.packs)

    @property
    def guardian_methods(self) -> tuple[str, ...]:
        """How a guardian is made sure of, in a way that each of the laws knows."""
        first, *others = (pack.guardian_methods for pack in self.packs)
        return tuple(method for method in first if all(method in other for other in others))


@cache
def _zones(country: str) -> tuple[ZoneInfo, ...]:
    """The zones of a country, as far as this machine knows them."""
    found = []
    for name, territory in sorted(get_global("zone_territories").items()):
        if territory == country:
            try:
                found.append(ZoneInfo(name))
            except (KeyError, ValueError, OSError):
                continue
    return tuple(found)
