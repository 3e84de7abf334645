"""The true people of the sample shop: who stands behind each row, before any door has misspelled them."""

import random
from typing import Final, NamedTuple

from cdp.sample import dice, phones
from cdp.sample.data import korean_names, korean_places, latin_names, thai_names, thai_places, world_places

UNIQUE: Final = "unique"
DUPLICATE: Final = "duplicate"
HOUSEHOLD: Final = "household"
NAMESAKE: Final = "namesake"

# Shares of 65,536: 6 % write to us a second time, 3 % share a telephone at home, 1 % bear another customer's name.
_DUPLICATE_BELOW: Final = 3932
_HOUSEHOLD_BELOW: Final = _DUPLICATE_BELOW + 1966
_NAMESAKE_BELOW: Final = _HOUSEHOLD_BELOW + 655

_DOMAINS: Final = (
    *("example.com",) * 9, *("example.net",) * 4, *("example.org",) * 3,
    *("mail.example.com",) * 4, *("post.example.net",) * 2, "inbox.example.org", "home.example.com",
)  # fmt: skip
_HEARD: Final = (
    *("facebook",) * 7,
    *("line",) * 6,
    *("walk-in",) * 6,
    *("google",) * 5,
    *("friend",) * 5,
    *("instagram",) * 3,
)
_HOURS: Final = (
    0, 7, 8, 9, 9, 10, 10, 11, 11, 12, 12, 12, 13, 13, 14, 15, 16, 17, 18, 18, 19, 19, 20, 20, 20, 21, 21, 21, 22, 22,
    23,
)  # fmt: skip
_DAY: Final = 86_400
OFFSETS: Final = {"TH": 7 * 3600, "KR": 9 * 3600}


class Role(NamedTuple):
    """What a row is to an earlier one (`other` is -1 for a person of their own)."""

    kind: str
    other: int


class Human:
    """One true person. Plain attributes, because millions of them are made and thrown away."""

    __slots__ = (
        "birth", "city", "country", "created", "email", "expat", "family", "family_latin", "gender", "given",
        "given_latin", "has_email", "has_phone", "heard", "index", "language", "national", "nationality", "nickname",
        "nickname_latin", "postcode", "province", "script", "street",
    )  # fmt: skip

    birth: tuple[int, int, int]
    city: str
    country: str
    created: int
    email: str
    expat: bool
    family: str
    family_latin: str
    gender: str
    given: str
    given_latin: str
    has_email: bool
    has_phone: bool
    heard: str
    index: int
    language: str
    national: str
    nationality: str
    nickname: str
    nickname_latin: str
    postcode: str
    province: str
    script: str
    street: str


class Census:
    """Who stands behind each row number, for one seed, moment and length of history. Any row in any order."""

    def __init__(self, *, seed: int, now: int, years: float) -> None:
        self._roles = dice.stream(seed, dice.ROLE)
        self._people = dice.stream(seed, dice.PERSON)
        self._luck = self._people % 10_000_000
        self._now = now
        self._span = years * 365.25 * _DAY

    def role(self, index: int) -> Role:
        """What the row is to an earlier one, which is always somebody of their own."""
        if index == 0:
            return Role(UNIQUE, -1)
        number = dice.at(self._roles, index)
        share = number & 0xFFFF
        if share >= _NAMESAKE_BELOW:
            return Role(UNIQUE, -1)
        kind = DUPLICATE if share < _DUPLICATE_BELOW else HOUSEHOLD if share < _HOUSEHOLD_BELOW else NAMESAKE
        other = (number >> 16) % index
        while other and dice.at(self._roles, other) & 0xFFFF < _NAMESAKE_BELOW:
            other -= 1
        return Role(kind, other)

    def human(self, rng: random.Random, index: int, role: Role) -> Human:
        """The person behind a row. The generator is left at the end of that person's draws."""
        if role.kind == DUPLICATE:
            return self._make(rng, role.other, None)
        if role.kind == UNIQUE:
            return self._make(rng, index, None)
        other = self._make(rng, role.other, None)
        human = self._make(rng, index, other)
        if role.kind == HOUSEHOLD:
            _move_in(human, other)
        else:
            _take_name(human, other)
        human.email = self._email(rng, human)
        return human

    def old_number(self, country: str, index: int) -> str:
        """A number that belongs to no other row: what somebody had before."""
        return phones.number(country, index, self._luck)

    def _make(self, rng: random.Random, index: int, like: Human | None) -> Human:
        dice.reseed(rng, self._people, index)
        chance = rng.random
        human = Human()
        human.index = index
        share = chance()
        expat = chance() < 0.025
        if like is not None:
            country = like.country
            expat = like.expat
        else:
            country = "TH" if share < 0.66 else "KR" if share < 0.88 else ""
        human.gender = "female" if chance() < 0.64 else "male"
        if country == "TH":
            _settle_in_thailand(rng, human, expat=expat)
        elif country == "KR":
            _settle_in_korea(rng, human)
        else:
            _settle_elsewhere(rng, human, like)
        age = 18 + int(chance() * 22 + chance() * 22 + chance() * 16)
        birth_year = 1970 + int(self._now / 31_556_952) - age
        human.birth = (birth_year, 1 + int(chance() * 12), 1 + int(chance() * 28))
        human.national = phones.number(human.country, index, self._luck)
        human.email = self._email(rng, human)
        human.has_email = chance() < 0.92
        human.has_phone = bool(human.national) and chance() < 0.9
        if not (human.has_email or human.has_phone):
            human.has_email = True
        human.heard = dice.pick(rng, _HEARD)
        human.created = self.moment(rng, human.country, chance() ** 1.25)
        return human

    def moment(self, rng: random.Random, country: str, share: float) -> int:
        """A second in opening hours, `share` of the whole history ago."""
        offset = OFFSETS.get(country, 0)
        local = int(self._now - share * self._span) + offset
        local += dice.pick(rng, _HOURS) * 3600 + int(rng.random() * 3600) - local % _DAY
        return local - offset if local - offset <= self._now else local - offset - _DAY

    def _email(self, rng: random.Random, human: Human) -> str:
        index = human.index
        shuffled = index - index % 10_000 + (index % 10_000 * 7919 + self._luck) % 10_000
        style = rng.random()
        given, family = human.given_latin.lower(), human.family_latin.lower()
        given, family = given.replace(" ", ""), family.replace(" ", "")
        if style < 0.45:
            local = f"{given}.{family}{shuffled}"
        elif style < 0.75:
            local = f"{given}.{family[0]}{shuffled}"
        elif style < 0.9:
            local = f"{given}_{shuffled}"
        else:
            local = f"{family}.{given[0]}{shuffled}"
        return f"{local}@{dice.pick(rng, _DOMAINS)}"


def _settle_in_thailand(rng: random.Random, human: Human, *, expat: bool) -> None:
    human.country = "TH"
    human.expat = expat
    place = dice.pick(rng, thai_places.PLACES)
    road, road_en = dice.pick(rng, thai_places.ROADS)
    estate, estate_en = dice.pick(rng, thai_places.ESTATES)
    number, part, lane = 1 + int(rng.random() * 300), 1 + int(rng.random() * 60), 1 + int(rng.random() * 40)
    with_estate = rng.random() < 0.4
    human.postcode = place.postcode
    nickname, human.nickname_latin = dice.pick(rng, thai_names.NICKNAMES)
    human.nickname = nickname
    if expat:
        _name_in_latin(rng, human, dice.pick(rng, ("en", "en", "en", "de", "fr", "se", "jp")))
        human.language = "en"
        human.nationality = dice.pick(rng, ("US", "GB", "DE", "FR", "AU", "SE", "JP"))
        human.province, human.city = place.province_en, place.district_en
        human.street = f"{number}/{part} {estate_en + ', ' if with_estate else ''}Soi {lane}, {road_en} Road"
        return
    pairs = thai_names.FEMALE if human.gender == "female" else thai_names.MALE
    human.script = "thai"
    human.given, human.given_latin = dice.pick(rng, pairs)
    human.family, human.family_latin = dice.pick(rng, thai_names.FAMILY)
    human.language = "th"
    human.nationality = "TH"
    human.province = place.province
    human.city = f"เขต{place.district}" if place.province_code == "TH-10" else f"อำเภอ{place.district}"
    human.street = f"{number}/{part} {estate + ' ' if with_estate else ''}ซอย {lane} ถนน{road}"


def _settle_in_korea(rng: random.Random, human: Human) -> None:
    human.country = "KR"
    human.expat = False
    pairs = korean_names.FEMALE if human.gender == "female" else korean_names.MALE
    human.script = "hangul"
    human.given, human.given_latin = dice.pick(rng, pairs)
    human.family, human.family_latin = dice.pick(rng, korean_names.FAMILY)
    human.nickname = human.nickname_latin = ""
    human.language = "ko"
    human.nationality = "KR"
    place = dice.pick(rng, korean_places.PLACES)
    human.province, human.city = place.province, place.district
    postcode = place.first_postcode + int(rng.random() * (place.last_postcode - place.first_postcode + 1))
    human.postcode = f"{postcode:05d}"
    road, number = dice.pick(rng, place.roads), 1 + int(rng.random() * 400)
    if rng.random() < 0.6:
        block, flat = 101 + int(rng.random() * 12), (1 + int(rng.random() * 20)) * 100 + 1 + int(rng.random() * 4)
        human.street = f"{road} {number}, {dice.pick(rng, korean_places.ESTATES)} {block}동 {flat}호"
    else:
        human.street = f"{road} {number}"


def _settle_elsewhere(rng: random.Random, human: Human, like: Human | None) -> None:
    place = dice.pick(rng, world_places.PLACES)
    while like is not None and place.country != like.country:
        place = dice.pick(rng, world_places.PLACES)
    human.country = human.nationality = place.country
    human.expat = False
    human.nickname = human.nickname_latin = ""
    human.language = place.language
    _name_in_latin(rng, human, place.names)
    human.province, human.city = place.region, place.city
    human.postcode = dice.pick(rng, place.postcodes)
    street, number = dice.pick(rng, place.streets), 1 + int(rng.random() * 240)
    human.street = f"{street} {number}" if place.names in {"de", "se", "jp"} else f"{number} {street}"


def _name_in_latin(rng: random.Random, human: Human, group: str) -> None:
    pairs = latin_names.FEMALE if human.gender == "female" else latin_names.MALE
    human.script = "latin"
    human.given, human.given_latin = dice.pick(rng, pairs[group])
    human.family, human.family_latin = dice.pick(rng, latin_names.FAMILY[group])


def _move_in(human: Human, other: Human) -> None:
    """Two who live together: one telephone, one address, one family name; never one given name."""
    if human.given == other.given:
        pairs = {"thai": thai_names.MALE, "hangul": korean_names.MALE, "latin": latin_names.MALE["en"]}[human.script]
        human.gender = "male"
        human.given, human.given_latin = next(pair for pair in pairs if pair[0] != other.given)
    human.family, human.family_latin = other.family, other.family_latin
    human.script = other.script
    human.national = other.national
    human.has_phone = other.has_phone
    human.has_email = human.has_email or not human.has_phone
    human.street, human.city, human.province, human.postcode = other.street, other.city, other.province, other.postcode


def _take_name(human: Human, other: Human) -> None:
    """Two who only bear one name: born years apart, and reached by contacts of their own."""
    human.given, human.given_latin = other.given, other.given_latin
    human.family, human.family_latin = other.family, other.family_latin
    human.gender = other.gender
    if abs(human.birth[0] - other.birth[0]) < 3:
        human.birth = (other.birth[0] - 3 - human.birth[1] % 5, human.birth[1], human.birth[2])
