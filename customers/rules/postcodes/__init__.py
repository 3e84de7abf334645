"""Postcodes of Thailand and Korea: which province and district they are of, and what an address says without saying it.

What is missing is filled in where the postcode, or the street line, leaves no choice; what contradicts is kept as it
was told, and `is_elsewhere` says so. The tables are facts of the two posts, reduced by scripts/postcodes.py.
"""

from __future__ import annotations

import bisect
import functools
import re
from pathlib import Path
from typing import NamedTuple

from customers.rules import places
from customers.rules.unreadable import Unreadable

_FOLDER = Path(__file__).parent
_GROUP = 3
_THAI, _HANGUL = re.compile("[ก-๛]"), re.compile("[가-힣]")


class Area(NamedTuple):
    """Where a postcode delivers: ISO codes of provinces, names of districts as people of the country write them."""

    provinces: frozenset[str]
    districts: tuple[str, ...]
    compared: frozenset[str]  # every spelling of the districts, for comparing


class Place(NamedTuple):
    """An address as far as it is known; the empty text where it is not."""

    country: str = ""
    province: str = ""
    city: str = ""
    postcode: str = ""


@functools.lru_cache(maxsize=8192)
def area(country: str, postcode: str) -> Area | None:
    """The area of a postcode; None for other countries and for postcodes that nobody has."""
    if country == "TH":
        return _thailand().get(postcode)
    if country == "KR":
        return _korean(postcode)
    return None


@functools.lru_cache(maxsize=8192)
def completed(told: Place) -> Place:
    """The place with province and city where its postcode has only one. A contradiction completes nothing."""
    country = told.country or told.province[:2]
    found = area(country, told.postcode) if told.postcode else None
    if found is None or is_elsewhere(told):
        return told
    province = told.province or (next(iter(found.provinces)) if len(found.provinces) == 1 else "")
    city = told.city or (found.districts[0] if len(found.districts) == 1 else "")
    return told._replace(province=province, city=city)


@functools.lru_cache(maxsize=8192)
def is_elsewhere(told: Place) -> bool:
    """Whether the postcode belongs to another province or district than the ones that were told.

    A city that is no district's name, or that of a part of one, contradicts nothing.
    """
    country = told.country or told.province[:2]
    found = area(country, told.postcode) if told.postcode else None
    if found is None:
        return False
    if told.province and told.province not in found.provinces:
        return True
    if not told.city or not told.province:
        return False
    word = _plain(told.city)
    near = _districts_of(told.province).get(word)
    # The two public sources of Thailand disagree about one code in thirty, nearly always within a district's own group
    # of codes: only another group is a contradiction. Korea's codes are of one district each.
    return word not in found.compared and near is not None and told.postcode[:_GROUP] not in near


def district_name(city: str, province: str, language: str) -> str:
    """A Thai district as the reader writes it, whichever way it was told; everything else as it stands."""
    names = _named_districts(province).get(_plain(city)) if city and province.startswith("TH-") else None
    if names is None:
        return city
    thai, english = names
    return thai if language == "th" else english


def country_of(text: str) -> str:
    """The country in whose letters an address is written, of the two that we know; the empty text where unclear."""
    is_thai, is_korean = bool(_THAI.search(text)), bool(_HANGUL.search(text))
    return "" if is_thai == is_korean else "TH" if is_thai else "KR"


def from_street(street: str, told: Place) -> Place:
    """What a whole address in one line says of the place, where that was not told apart; the line stays as it is."""
    country = told.country or told.province[:2] or country_of(street)
    if country == "TH":
        return _from_thai(street, told, country)
    if country == "KR":
        return _from_korean(street, told, country)
    return told


# --- Thailand ---

_THAI_DIGITS = str.maketrans("๐๑๒๓๔๕๖๗๘๙", "0123456789")
_POSTCODE = re.compile(r"(?<!\d)([1-9]\d{4})(?!\d)\D*$")
_DISTRICT = re.compile(r"(?:อำเภอ|อ\.|เขต)\s*([ก-๛]+(?:\s[ก-๛]+)*?)(?=\s*(?:จังหวัด|จ\.|กรุงเทพ|กทม|\d|,|$)|\s)")
_PROVINCE = re.compile(r"(?:จังหวัด|จ\.)\s*([ก-๛]+)|(กรุงเทพมหานคร|กรุงเทพฯ|กรุงเทพ|กทม\.?)")
_AROUND = re.compile(r"^(?:อำเภอ|อ\.|เขต|กิ่งอำเภอ|khet\s|amphoe\s|district\s)|(?:\sdistrict)$")


def _from_thai(street: str, told: Place, country: str) -> Place:
    province, city, postcode = told.province, told.city, told.postcode
    street = street.translate(_THAI_DIGITS)
    if not province and (found := _PROVINCE.search(street)):
        province = _province(found[1] or found[2], country)
    if not city and (found := _DISTRICT.search(street)):
        city = found[1].strip()
    if not postcode and (found := _POSTCODE.search(street)) and area(country, found[1]):
        postcode = found[1]
    return _taken(told, country, Place(country, province, city, postcode))


@functools.cache
def _thai_districts() -> dict[str, tuple[str, str]]:
    head, _, _tail = _table("thailand.txt").partition("\n\n")
    rows = (line.split("|") for line in head.splitlines())
    return {number: (thai, english) for number, thai, english in rows}


@functools.lru_cache(maxsize=128)
def _named_districts(province: str) -> dict[str, tuple[str, str]]:
    """Every spelling of the districts of a Thai province, with their names in Thai and English."""
    found = {}
    for number, (thai, english) in _thai_districts().items():
        if number.startswith(province.removeprefix("TH-")):
            names = (thai.removeprefix("เขต"), english)
            found.update(dict.fromkeys((_plain(thai), _plain(english)), names))
    return found


@functools.cache
def _thailand() -> dict[str, Area]:
    names = _thai_districts()
    found = {}
    for line in _table("thailand.txt").partition("\n\n")[2].splitlines():
        postcode, _, numbers = line.partition("|")
        districts = [names[number] for number in numbers.split(",")]
        found[postcode] = Area(
            frozenset(f"TH-{number[:2]}" for number in numbers.split(",")),
            tuple(thai.removeprefix("เขต") for thai, _ in districts),
            frozenset(_plain(name) for pair in districts for name in pair),
        )
    return found


# --- Korea ---

_MOVED = {"대구광역시": {"군위군"}}  # since July 2023; the table is older
# (06236), [06236], 우)06236, or one of six digits as it was until 2015, which says nothing any more.
_KOREAN_HEAD = re.compile(
    r"^(?:[(\[]?(?:우\s*[).]?\s*)?(?:(\d{5})|\d{3}-?\d{3})[)\]]?\s*)?([가-힣]+)\s+([가-힣]+[시군구])(?:\s+([가-힣]+구))?(?=\s)"
)
_KOREAN_TAIL = re.compile(r"\s[(\[]?(?:우\s*[).]?\s*)?(\d{5})[)\]]?$")


def _from_korean(street: str, told: Place, country: str) -> Place:
    found = _KOREAN_HEAD.match(street)
    if found is None or not (province := _province(found[2], country)):
        return told
    if told.province and told.province != province:
        return told
    city = told.city or " ".join(filter(None, (found[3], found[4])))
    postcode = told.postcode or found[1] or ""
    if not postcode and (tail := _KOREAN_TAIL.search(street)):
        known = area(country, tail[1])
        postcode = tail[1] if known and province in known.provinces else ""
    return _taken(told, country, Place(country, province, city, postcode))


class _Run(NamedTuple):
    last: str
    area: Area


@functools.cache
def _korea() -> tuple[list[str], list[_Run]]:
    firsts, runs = [], []
    for line in _table("korea.txt").splitlines():
        first, last, told = line.split("|")
        pairs = [place.split(",") for place in told.split(";")]
        provinces = {_province(name, "KR") for name, _ in pairs}
        provinces |= {
            _province(now, "KR") for now, moved in _MOVED.items() if any(district in moved for _, district in pairs)
        }
        districts = tuple(dict.fromkeys(district for _, district in pairs if district))
        words = {_plain(part) for district in districts for part in (district, *district.split())}
        firsts.append(first)
        runs.append(_Run(last, Area(frozenset(provinces), districts, frozenset(words))))
    return firsts, runs


def _korean(postcode: str) -> Area | None:
    firsts, runs = _korea()
    position = bisect.bisect_right(firsts, postcode) - 1
    return runs[position].area if position >= 0 and postcode <= runs[position].last else None


# --- both ---


def _taken(told: Place, country: str, found: Place) -> Place:
    """What was found in a street line, unless it contradicts itself: then the line was not understood."""
    del country
    return told if is_elsewhere(found) else found._replace(country=told.country)


def _province(name: str, country: str) -> str:
    try:
        return places.province(name, country)
    except Unreadable:
        return ""


def _plain(name: str) -> str:
    """A district's name for comparing: without the word for district, without blanks, "Mueang …" by what follows."""
    text = _AROUND.sub("", name.strip().casefold())
    return re.sub(r"[\s.\-]+", "", text)


@functools.lru_cache(maxsize=128)
def _districts_of(province: str) -> dict[str, frozenset[str]]:
    """Every spelling of the districts of a province, with how the postcodes of each begin (Thailand only)."""
    found: dict[str, set[str]] = {}
    if province.startswith("TH-"):
        for postcode, one in _thailand().items():
            if province in one.provinces:
                for word in one.compared:
                    found.setdefault(word, set()).add(postcode[:_GROUP])
        return {word: frozenset(begins) for word, begins in found.items()}
    return {word: frozenset() for run in _korea()[1] if run.area.provinces == {province} for word in run.area.compared}


def _table(name: str) -> str:
    lines = (_FOLDER / name).read_text("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith("#"))
