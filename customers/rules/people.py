"""One person as told by any door, standardised: the one standard for files, forms, REST and tracking."""

import datetime as dt
import functools
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cdp.core import memory
from cdp.core.files import values
from cdp.core.files.problems import ValueProblem
from customers.rules import dates, handles, identifiers, incomes, names, phones, places, postcodes
from customers.rules.unreadable import Unreadable

IDENTIFYING = ("external_id", "member_number", "line_id", "email", "phone", "card_token", "handle")
TEXTS = {
    "city": 120,
    "street": 300,
    "company": 200,
    "job_title": 120,
    "income_band": 40,
    "occupation": 80,
    "education": 40,
    "children": 10,
}
LISTS = ("interests", "tags")
MOST_LISTED = 50
LONGEST_LISTED = 60
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b]")  # what stands between two words
GENDERS = {
    "female": "female",
    "f": "female",
    "woman": "female",
    "หญิง": "female",
    "여": "female",
    "여성": "female",
    "여자": "female",
    "male": "male",
    "m": "male",
    "man": "male",
    "ชาย": "male",
    "남": "male",
    "남성": "male",
    "남자": "male",
    "other": "other",
    "diverse": "other",
    "x": "other",
    "อื่นๆ": "other",
    "기타": "other",
}
LANGUAGES = {
    "en",
    "th",
    "ko",
    "ja",
    "zh",
    "vi",
    "id",
    "ms",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "ru",
    "nl",
    "ar",
    "hi",
    "sv",
    "da",
    "no",
    "fi",
    "pl",
    "tr",
    "uk",
    "my",
    "km",
    "lo",
}


@dataclass(slots=True)
class Person:
    """Standardised values; empty means "not told". `cleared` names fields that the teller emptied on purpose."""

    external_id: str = ""
    member_number: str = ""
    line_id: str = ""
    email: str = ""
    phone: str = ""
    card_token: str = ""
    handle: str = ""  # with its platform, as `instagram:ada`
    name: str = ""
    given_name: str = ""
    family_name: str = ""
    gender: str = ""
    birth_date: dt.date | None = None
    language: str = ""
    nationality: str = ""
    country: str = ""
    province: str = ""
    city: str = ""
    postcode: str = ""
    street: str = ""
    company: str = ""
    job_title: str = ""
    income_band: str = ""
    occupation: str = ""
    education: str = ""
    children: str = ""
    interests: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    created_at: dt.datetime | None = None
    is_sample: bool = False
    cleared: frozenset[str] = frozenset()
    # A telephone that the country's plan does not have (see `phones.NotInUse`): never called, evidence beside a name.
    unlisted_phone: str = ""
    # When this was so and by which fact it was told (`order:1001`), where the door knows better than its now.
    told_at: dt.datetime | None = None
    told_by: str = ""

    @property
    def is_identified(self) -> bool:
        """Whether anything tells who it is."""
        return self._is_known_otherwise or bool(self.handle)

    @property
    def _is_known_otherwise(self) -> bool:
        return bool(
            self.external_id or self.email or self.phone or self.member_number or self.line_id or self.card_token
        )

    @property
    def account(self) -> str:
        """The handle where it tells who it is. What people call themselves for display does so only where nothing else
        is told of them: many share one, and who is known by more is never taken for another of that name.
        """
        if self.handle and handles.is_display_name(handles.parted(self.handle)[1]) and self._is_known_otherwise:
            return ""
        return self.handle

    @property
    def is_somebody(self) -> bool:
        """Whether there is enough to know them by again, for what machines tell and nobody can be asked about: an
        order is somebody's who gave a whole name and a telephone that is only in no plan yet.
        """
        return self.is_identified or bool(self.named_number)

    @property
    def named_number(self) -> str:
        """The unlisted telephone together with the whole name, for only both are evidence; empty where any is missing.

        A number that no plan has may be a filler of many, or a foreign one read in the wrong country.
        """
        if not (self.unlisted_phone and self.given_name and self.family_name):
            return ""
        called = [" ".join(names.words(part)) for part in (self.given_name, self.family_name)]
        return "\n".join((self.unlisted_phone, *called)) if all(called) else ""


@dataclass(slots=True)
class Fault:
    """A value that could not be read: which field, the raw value, and the problem with its code and sentence."""

    field: str
    value: str
    problem: ValueProblem


def unread(field: str, value: str, problem: ValueProblem) -> Fault:
    """A fault to be kept. Without the frames in which it was raised: they hold it in turn, and with it all that its
    file's chunk is made of, until somebody looks for garbage; that was a sixth of reading customers.
    """
    problem.__cause__ = problem.__context__ = None
    return Fault(field, value, problem.with_traceback(None))


@dataclass(slots=True)
class Rules:
    """What cleaning needs to know of its surroundings."""

    region: str  # country whose phone numbers come without a country code
    today: dt.date
    dayfirst: bool | None = None
    era: str = ""  # of two-digit years (see cdp.core.files.dates.day)


def clean(raw: Mapping[str, str], rules: Rules) -> tuple[Person, list[Fault]]:
    """A standardised person from raw texts by field name, and the values that could not be read.

    Unreadable values are left out of the person; whether that costs the row is the door's decision. A country told
    beside the phone is the country its number is read in.
    """
    person, faults = Person(), []
    region = rules.region
    country = raw.get("country", "")
    if country:
        try:
            person.country = places.country(country)
            region = person.country or region
        except Unreadable as problem:
            if problem.code != "missing":
                faults.append(unread("country", country, problem))
    for name, value in raw.items():
        if not value or name in _APART or value.isspace():
            continue
        try:
            alone = _ALONE.get(name)
            setattr(person, name, alone(value) if alone else _READERS[name](value, person, rules, region))
        except Unreadable as problem:
            if problem.code != "missing":  # "-" and "n/a" say that nothing was told
                faults.append(unread(name, value, problem))
    if "income" in raw and not person.income_band:
        try:
            person.income_band = _income_band(raw["income"])
        except ValueProblem as problem:
            if problem.code != "missing":
                faults.append(unread("income", raw["income"], problem))
    _complete_name(person, region)
    if person.postcode or person.street:
        _complete_place(person, rules.region)
    return person, faults


def contradictions(person: Person) -> list[Fault]:
    """Values that were taken as they are and do not fit together: whoever keeps the list should look at them."""
    if person.postcode and postcodes.is_elsewhere(
        postcodes.Place(person.country, person.province, person.city, person.postcode)
    ):
        return [Fault("postcode", person.postcode, Unreadable("postcode_elsewhere"))]
    return []


_APART = frozenset({"country", "income"})


def _income_band(value: str) -> str:
    """An income is kept only as its band."""
    return incomes.band(values.decimal(value))


_Reader = Callable[[str, Person, Rules, str], Any]


def _phone(value: str, person: Person, _rules: Rules, region: str) -> str:
    try:
        return phones.normalise(value, region=region)
    except phones.NotInUse as problem:
        person.unlisted_phone = problem.likely
        raise


def _text(name: str) -> Callable[[str], str]:
    longest = TEXTS[name]

    def read(value: str) -> str:
        text = plain(value)
        if len(text) > longest:
            raise Unreadable("too_long")
        return text

    return read


def plain(value: str) -> str:
    """A text without control characters, what nobody sees and superfluous blanks, in NFC."""
    if not (value.isascii() and value.isprintable()):
        value = unicodedata.normalize("NFC", names.INVISIBLE.sub("", _CONTROL.sub(" ", value)))
    return " ".join(value.split())


def _choice(value: str, choices: Mapping[str, str]) -> str:
    found = choices.get(value.strip().casefold())
    if found is None:
        raise Unreadable("unknown_choice")
    return found


def _language(value: str) -> str:
    code = value.strip().lower().replace("_", "-").partition("-")[0]
    if code not in LANGUAGES:
        raise Unreadable("unknown_language")
    return code


def _listed(value: str) -> tuple[str, ...]:
    parts = [plain(part) for part in value.replace(";", ",").replace("|", ",").split(",")]
    found = tuple(dict.fromkeys(part for part in parts if part))
    if len(found) > MOST_LISTED or any(len(part) > LONGEST_LISTED for part in found):
        raise Unreadable("too_long")
    return found


_few = functools.partial(memory.remembering, most=4096)  # for fields whose values come again and again
_postcode = functools.lru_cache(maxsize=4096)(places.postcode)
_READERS: dict[str, _Reader] = {
    "phone": _phone,
    "birth_date": lambda value, _person, rules, _region: dates.birth_date(
        value, dayfirst=rules.dayfirst, era=rules.era, today=rules.today
    ),
    "province": lambda value, person, _rules, region: places.province(value, person.country or region),
    "postcode": lambda value, person, *_: _postcode(value, person.country or None),
}
# Readers that need nothing but the value.
_ALONE: dict[str, Callable[[str], Any]] = {
    **{name: _few(_text(name)) for name in TEXTS if name != "street"},
    "street": _text("street"),
    **{name: identifiers.ALONE[identifiers.FIELDS.get(name, name)] for name in IDENTIFYING if name != "phone"},
    "name": names.normalise,
    "given_name": _few(names.part),
    "family_name": _few(names.part),
    "gender": _few(lambda value: _choice(value, GENDERS)),
    "language": _few(_language),
    "nationality": _few(places.country),
    "interests": _few(_listed),
    "tags": _few(_listed),
}


def _complete_place(person: Person, region: str) -> None:
    """Province, city and postcode where the street line or the postcode says them and nothing else does."""
    told = postcodes.Place(person.country, person.province, person.city, person.postcode)
    if person.street and not (told.province and told.city and told.postcode) and not person.street.isascii():
        found = postcodes.from_street(person.street, told)
    else:
        found = told
    if not (found.country or found.province) and found.postcode:
        # A postcode alone is of the shop's country where the rest is in its letters.
        letters = postcodes.country_of(f"{person.street} {person.city}")
        if letters and letters == region:
            found = postcodes.completed(found._replace(country=letters))._replace(country="")
    else:
        found = postcodes.completed(found)
    if found != told:
        person.province, person.city, person.postcode = found.province, found.city, found.postcode


def _complete_name(person: Person, region: str) -> None:
    """Whole name from its parts and the parts from the whole, whichever was told."""
    if person.name and not (person.given_name or person.family_name):
        is_there = region == "KR" or person.nationality == "KR" or person.phone.startswith("+82")
        parts = names.split_there(person.name) if is_there else names.split(person.name)
        person.given_name, person.family_name = parts.given, parts.family
    elif not person.name and (person.given_name or person.family_name):
        person.name = names.compose(person.given_name, person.family_name)
