"""Countries, provinces and postcodes in one spelling: ISO 3166-1, ISO 3166-2, and the form of the country's post.

Country names come from CLDR (Babel) in English, Thai and Korean; provinces from our own table of facts. Names compare
without blanks, hyphens, accents, case and the words for "province" around them.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from types import MappingProxyType

import babel
import babel.core

from cdp.core.files import dates, values
from customers.rules import names, place_names, unreadable

LANGUAGES = ("en", "th", "ko")
_TABLES = MappingProxyType({"TH": place_names.THAILAND, "KR": place_names.KOREA, "US": place_names.USA})

# What people write and CLDR does not: former names, short names, parts of a country. Code first, names as compared.
_OTHER_COUNTRY_NAMES = """
GB uk greatbritain england scotland wales northernireland อังกฤษ 영국연합왕국 브리튼
IE eire republicofireland
US usa us america unitedstatesofamerica อเมริกา
KR korea republicofkorea korearepublicof rok 한국 남한 เกาหลี
TH prathetthai siam ราชอาณาจักรไทย 태국왕국
CZ czechrepublic
NL holland thenetherlands
AE uae
ZA rsa
RU russianfederation
VN vietnam
MM burma
MK macedonia
SZ swaziland
HK hongkong ฮ่องกง 홍콩
MO macau macao มาเก๊า 마카오
TW taiwanroc
CN prc chinamainland mainlandchina
LA laopdr
CI ivorycoast
TR turkey
"""
# Unions, regions and test codes of CLDR.
_NO_COUNTRIES = frozenset({"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"})
_UNTOLD = frozenset({"unspecified", "unknown", "notspecified", "other", "ไม่ระบุ", "미지정", "알수없음"})
_AROUND = re.compile(
    r"^(?:ประเทศ|จังหวัด|จ(?=\.)|province of|state of|kingdom of|republic of)|(?:province|state|metropolis|special city"
    r"|metropolitan city|special self-governing (?:city|province)|(?<=\w)-(?:do|si))$",
)
# Spelled out: to a regular expression Thai vowel signs are no word characters.
_SEPARATORS = re.compile(r"[\s\-‐-―_.,·&'’()\[\]/]+")
_POSTCODES: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        country: re.compile(pattern)
        for countries, pattern in (
            ("TH", r"[1-9]\d{4}"),
            ("KR", r"(?:0[1-9]|[1-5]\d|6[0-3])\d{3}"),
            ("US PR GU VI", r"\d{5}(?:-\d{4})?"),
            ("JP", r"\d{3}-\d{4}"),
            ("DE FR IT ES MY ID FI MX TR SA UA KW MM LK", r"\d{5}"),
            ("CN SG IN RU VN KZ RO CO", r"\d{6}"),
            ("AU NZ CH AT BE DK NO HU PH LU BD ZA BG CY", r"\d{4}"),
            ("NL", r"[1-9]\d{3} [A-Z]{2}"),
            ("SE CZ SK GR", r"\d{3} \d{2}"),
            ("PL", r"\d{2}-\d{3}"),
            ("PT", r"\d{4}-\d{3}"),
            ("BR", r"\d{5}-\d{3}"),
            ("TW", r"\d{3}(?:\d{2,3})?"),
            ("CA", r"[A-Z]\d[A-Z] \d[A-Z]\d"),
            ("GB", r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}"),
        )
        for country in countries.split()
    }
)
# A spreadsheet drops the zero in front; countries whose codes are this long and may begin with one.
_LENGTHS = MappingProxyType(
    dict.fromkeys(("KR", "US", "PR", "DE", "FR", "IT", "ES", "MY"), 5)
    | dict.fromkeys(("AU", "NZ", "NO", "ZA"), 4)
    | {"JP": 7}
)
# Where the blank or the hyphen belongs, counted from the end.
_MARKS = MappingProxyType(
    {"JP": (4, "-"), "NL": (2, " "), "SE": (2, " "), "CZ": (2, " "), "SK": (2, " "), "GR": (2, " "), "PL": (3, "-")}
    | {"PT": (3, "-"), "BR": (3, "-"), "CA": (3, " "), "GB": (3, " ")}
)


@functools.lru_cache(maxsize=4096)
def country(raw: str) -> str:
    """The ISO 3166-1 code of a country by code (2 or 3 letters) or by any usual name in English, Thai or Korean.

    Unreadable: missing, unknown_country.
    """
    text = dates.plain(raw)
    if text.upper() in _countries():
        return text.upper()
    wanted = _plain(text)
    if values.is_missing(text) or wanted in _UNTOLD:
        raise unreadable.Unreadable("missing")
    found = _country_names().get(wanted)
    if found is None:
        raise unreadable.Unreadable("unknown_country")
    return found


@functools.lru_cache(maxsize=4096)
def province(raw: str, country: str | None = None) -> str:
    """The ISO 3166-2 code of a province or state by code or name, looked for in `country` or, without one, everywhere.

    Unreadable: missing, unknown_province (also where we have no table of that country, unless a full code is given).
    """
    text = dates.plain(raw)
    code = text.upper()
    where = (country or "").upper()
    if re.fullmatch(r"[A-Z]{2}-[A-Z0-9]{1,3}", code) and (not where or code.startswith(where + "-")):
        # Of countries without a table we take the word of whoever writes a full code.
        if code in _province_names() or (code[:2] not in _TABLES and code[:2] in _countries()):
            return code
        raise unreadable.Unreadable("unknown_province")
    wanted = _plain(text)
    found = {known for known in _province_codes().get(wanted, ()) if not where or known.startswith(where + "-")}
    if where and f"{where}-{code}" in _province_names():
        found.add(f"{where}-{code}")
    if len(found) != 1:
        # Only now: Nan is a province, not a missing number.
        untold = values.is_missing(text) or wanted in _UNTOLD
        raise unreadable.Unreadable("missing" if untold else "unknown_province")
    return found.pop()


def provinces(country: str) -> tuple[str, ...]:
    """The codes of a country's provinces, in the order of its own numbering; empty where we have no table."""
    return tuple(code for code in _province_names() if code.startswith(country.upper() + "-"))


def province_name(code: str, language: str = "en") -> str:
    """What a province is called in English, Thai or Korean; the code itself where we do not know."""
    known = _province_names().get(code)
    return (known.get(language) or known["en"]) if known else code


def known_province(code: str, language: str = "en") -> str:
    """The name of a province, or the empty text: the bare code of one without a name tells people little."""
    return province_name(code, language) if code in _province_names() else ""


def told_province(code: str, language: str = "en") -> str:
    """The name of a province; of one we have no name for, its country with the code's own part: "Japan, 13"."""
    if code in _province_names():
        return province_name(code, language)
    country, _, own = code.partition("-")
    return f"{country_name(country, language)}, {own}" if own else code


def country_name(code: str, language: str = "en") -> str:
    """What a country is called in a language of ours; the code itself where it is unknown."""
    return _locale(language if language in LANGUAGES else "en").territories.get(code, code)


def language_name(code: str, language: str = "en") -> str:
    """A language in the reader's; a code that has no name as it is."""
    return (
        str(_locale(language if language in LANGUAGES else "en").languages.get(code, code)).capitalize() if code else ""
    )


def countries() -> frozenset[str]:
    """The codes of all countries."""
    return _countries()


def postcode(raw: str, country: str | None) -> str:
    """The postcode as the country's post writes it; of other countries anything that may be one.

    A zero that a spreadsheet dropped comes back where the length tells. Unreadable: missing, not_a_postcode.
    """
    text = dates.plain(raw).upper().removesuffix(".0")
    if values.is_missing(text):
        raise unreadable.Unreadable("missing")
    where = (country or "").upper()
    pattern = _POSTCODES.get(where)
    if pattern is None:
        if not re.fullmatch(r"(?=.*[A-Z0-9])[A-Z0-9 -]{2,12}", text):
            raise unreadable.Unreadable("not_a_postcode")
        return text
    if pattern.fullmatch(text):
        return text
    bare = re.sub(r"^(?:우편번호|우)[):.]?|[\s()\[\]-]", "", text)
    if bare.isdecimal() and len(bare) == _LENGTHS.get(where, 0) - 1:
        bare = "0" + bare
    if where in _MARKS:
        place, mark = _MARKS[where]
        bare = f"{bare[:-place]}{mark}{bare[-place:]}"
    if where == "US" and len(bare) == 9:
        bare = f"{bare[:5]}-{bare[5:]}"
    if not pattern.fullmatch(bare):
        is_old = where == "KR" and re.fullmatch(r"[1-7]\d{5}", bare)
        raise unreadable.Unreadable("old_postcode" if is_old else "not_a_postcode")
    return bare


def _plain(name: str) -> str:
    """A place's name for comparing. ฯ (and so on) counts as punctuation here."""
    text = names.fold(name).strip(" .").replace("ฯ", "").replace("&", " and ")
    if text.startswith("saint "):
        text = "st " + text[6:]
    return _SEPARATORS.sub("", _AROUND.sub("", text))


@functools.cache
def _countries() -> frozenset[str]:
    return frozenset(code for code in map(str, _locale("en").territories) if len(code) == 2) - _NO_COUNTRIES


@functools.cache
def _country_names() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in LANGUAGES:
        for code, name in _locale(language).territories.items():
            if code in _countries():
                found.setdefault(_plain(name), code)
                # "Myanmar (Burma)" and "ฮ่องกง เขตปกครองพิเศษประเทศจีน" are known by their first half as well.
                found.setdefault(_plain(re.split(r"[(]| SAR | เขต", name)[0]), code)
    for alias, codes in babel.core.get_global("territory_aliases").items():
        if len(codes) == 1 and codes[0] in _countries() and not alias.isdigit():
            found.setdefault(alias.casefold(), codes[0])
    for line in _OTHER_COUNTRY_NAMES.strip().splitlines():
        code, *others = line.split()
        found |= dict.fromkeys(others, code)
    return found


@functools.cache
def _province_names() -> dict[str, dict[str, str]]:
    return {
        f"{country}-{code}": {"en": english, "th": thai, "ko": korean}
        for country, table in _TABLES.items()
        for code, english, thai, korean, _ in (line.split("|") for line in table.strip().splitlines())
    }


@functools.cache
def _province_codes() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for country, table in _TABLES.items():
        for line in table.strip().splitlines():
            code, english, thai, korean, others = line.split("|")
            for name in (english, thai, korean, *others.split(",")):
                if name:
                    found.setdefault(_plain(name), set()).add(f"{country}-{code}")
    return found


@functools.cache
def _locale(language: str) -> babel.Locale:
    return babel.Locale(language)
