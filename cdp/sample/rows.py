"""The rows that the shop's doors have recorded about people: mostly right, sometimes not, and the truth about each."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

from cdp.sample import dice, dirt, humans, phones

Row = dict[str, str]

COLUMNS: Final = (
    "customer.external_id", "customer.name", "customer.given_name", "customer.family_name", "customer.email",
    "customer.phone", "customer.gender", "customer.birth_date", "customer.language", "customer.nationality",
    "customer.street", "customer.city", "customer.province", "customer.postcode", "customer.country",
    "customer.company", "customer.job_title", "customer.interests", "customer.line_id",
    "customer.member_number", "customer.tags", "customer.created_at",
)  # fmt: skip
TRUTH_COLUMNS: Final = (
    "customer.external_id", "person", "kind", "other", "dirt", "true_given_name", "true_family_name", "true_email",
    "true_phone", "true_birth_date",
)  # fmt: skip

ZONES: Final = {country: timezone(timedelta(seconds=offset)) for country, offset in humans.OFFSETS.items()}
_INTERESTS: Final = (
    "skincare", "skincare,sun care", "sun care", "home scent", "skincare,masks", "bath & body", "gifts",
    "home scent,textiles",
    "sensitive skin", "anti-ageing", "skincare,sensitive skin", "hair care", "tea & table",
)  # fmt: skip
_COMPANIES: Final = {
    "TH": ("โรงแรมริมน้ำตัวอย่าง", "สปาบ้านสวนตัวอย่าง", "คลินิกผิวใสตัวอย่าง", "ร้านเสริมสวยตัวอย่าง", "Sample Resort Co., Ltd."),
    "KR": ("샘플호텔", "예시피부과", "샘플뷰티살롱", "(주)예시무역"),
    "": ("Example Hotels", "Sample Spa & Wellness", "Example Interiors", "Sample Trading"),
}
_JOBS: Final = {
    "TH": ("ผู้จัดการจัดซื้อ", "เจ้าของร้าน", "พนักงานบัญชี", "ครู", "พยาบาล", "วิศวกร"),
    "KR": ("구매 담당", "원장", "대리", "교사", "간호사", "개발자"),
    "": ("Buyer", "Owner", "Accountant", "Teacher", "Nurse", "Engineer"),
}
_COUNTRY_SPELLINGS: Final = {
    "TH": ("Thailand", "ประเทศไทย", "THAILAND", "th"),
    "KR": ("South Korea", "대한민국", "Korea", "kr"),
}
_DATE_DIRT: Final = ("buddhist_era", "buddhist_era_words", "dotted_date")
_BANGKOK: Final = ("กทม.", "กรุงเทพฯ", "Bangkok", "กรุงเทพ")


def external_id(index: int) -> str:
    """The shop's number of the customer in this row."""
    return f"C{index + 1:06d}"


def person_id(index: int) -> str:
    """The number of a true person: that of the first row they have."""
    return f"P{index + 1:06d}"


def stamp(moment: int, country: str) -> str:
    """A second as ISO 8601 on the clock of the country (UTC for countries far from the shop)."""
    return datetime.fromtimestamp(moment, ZONES.get(country, UTC)).isoformat()


class Entry:
    """One row as it will be written, who stands behind it, and what was done to it."""

    __slots__ = ("dirt", "email", "human", "index", "national", "role", "row")

    dirt: list[str]
    email: str
    human: humans.Human
    index: int
    national: str
    role: humans.Role
    row: Row

    def truth(self) -> Row:
        """What is true about the row, in the columns of `TRUTH_COLUMNS`."""
        human = self.human
        year, month, day = human.birth
        return {
            "customer.external_id": external_id(self.index),
            "person": person_id(human.index),
            "kind": self.role.kind,
            "other": external_id(self.role.other) if self.role.other >= 0 else "",
            "dirt": ",".join(self.dirt),
            "true_given_name": human.given,
            "true_family_name": human.family,
            "true_email": self.email,
            "true_phone": phones.e164(human.country, self.national),
            "true_birth_date": f"{year:04d}-{month:02d}-{day:02d}" if self.row["customer.birth_date"] else "",
        }


class Recorder:
    """Writes down people as doors do. Entries of any range of rows, in any order, are always the same."""

    def __init__(self, *, seed: int, now: int, years: float) -> None:
        self._census = humans.Census(seed=seed, now=now, years=years)
        self._rows = dice.stream(seed, dice.ROW)
        self._now = now
        self.rng = dice.generator()

    def entries(self, start: int, stop: int) -> Iterator[Entry]:
        """The entries of the rows from start up to, not including, stop."""
        for index in range(start, stop):
            yield self.entry(index)

    def human(self, index: int) -> humans.Human:
        """The person behind the row."""
        return self._census.human(self.rng, index, self._census.role(index))

    def entry(self, index: int) -> Entry:
        """The row with this number."""
        rng = self.rng
        entry = Entry()
        entry.index = index
        entry.role = role = self._census.role(index)
        entry.human = human = self._census.human(rng, index, role)
        entry.dirt = []
        entry.email = human.email if human.has_email else ""
        entry.national = human.national if human.has_phone else ""
        # A household shares a number only where both rows tell it.
        if role.kind == humans.HOUSEHOLD and human.has_phone:
            entry.dirt.append("shared_phone")
        if role.kind == humans.DUPLICATE:
            dice.reseed(rng, self._rows, index)
        entry.row = row = _plain_row(rng, entry)
        if role.kind == humans.DUPLICATE:
            _write_again(rng, entry, self._census.old_number(human.country, index))
            human.created = min(self._now, human.created + int(rng.random() * (self._now - human.created)))
        else:
            _soil(rng, entry)
        row["customer.created_at"] = stamp(human.created, human.country)
        return entry


def _plain_row(rng: random.Random, entry: Entry) -> Row:
    """The row as a careful door writes it; contacts in one of the usual spellings."""
    human = entry.human
    chance = rng.random
    country = human.country
    given, family = human.given, human.family
    if human.script in {"thai", "hangul"} and chance() < 0.07:
        given, family = human.given_latin, human.family_latin
        entry.dirt.append("romanised")
    name = ""
    if chance() < 0.3:
        name = full_name(given, family, human.script)
        given = family = ""
    birth = ""
    if chance() < 0.7:
        birth, kind = dirt.birth_date(rng, human.birth, country, human.script)
        if kind:
            entry.dirt.append(kind)
    at_home = chance() < 0.82
    region = country if country in _JOBS else ""
    working = chance()
    return {
        "customer.external_id": external_id(entry.index),
        "customer.name": name,
        "customer.given_name": given,
        "customer.family_name": family,
        "customer.email": entry.email,
        "customer.phone": phones.spell(country, entry.national, chance()),
        "customer.gender": human.gender if chance() < 0.8 else "",
        "customer.birth_date": birth,
        "customer.language": human.language,
        "customer.nationality": human.nationality if chance() < 0.6 else "",
        "customer.street": human.street if at_home else "",
        "customer.city": human.city if at_home else "",
        "customer.province": human.province if at_home else "",
        "customer.postcode": human.postcode if at_home else "",
        "customer.country": country,
        "customer.company": dice.pick(rng, _COMPANIES[region]) if working < 0.05 else "",
        "customer.job_title": dice.pick(rng, _JOBS[region]) if working < 0.2 else "",
        "customer.interests": dice.pick(rng, _INTERESTS) if chance() < 0.55 else "",
        "customer.line_id": f"U{dice.scramble(human.index):016x}{dice.scramble(~human.index):016x}"
        if country == "TH" and chance() < 0.3
        else "",
        "customer.member_number": f"M{100_000 + human.index}" if chance() < 0.35 else "",
        "customer.tags": f"heard:{human.heard}",
        "customer.created_at": "",
    }


def full_name(given: str, family: str, script: str) -> str:
    """Both parts in the order of the script: Korean family names come first, without a blank."""
    return f"{family}{given}" if script == "hangul" and not given.isascii() else f"{given} {family}"


def _soil(rng: random.Random, entry: Entry) -> None:
    """The ordinary share of mistakes in a row. One draw decides about most rows at once."""
    row, human, chance = entry.row, entry.human, rng.random
    share = chance()
    if share < 0.03 and entry.national and human.country in humans.OFFSETS:
        row["customer.phone"] = entry.national  # a spreadsheet took it for a number
        entry.dirt.append("lost_zero")
    elif 0.03 <= share < 0.045 and row["customer.email"]:
        row["customer.email"] = dirt.broken_email(rng, entry.email)
        entry.dirt.append("broken_email")
    elif 0.045 <= share < 0.065 and row["customer.email"]:
        row["customer.email"] = dirt.shouted(rng, entry.email)
        entry.dirt.append("email_case")
    elif 0.065 <= share < 0.105:
        _entitle(rng, entry)
    elif 0.105 <= share < 0.125:
        field = _name_field(entry)
        row[field] = dirt.spaced(rng, row[field])
        entry.dirt.append("spaces")
    elif 0.125 <= share < 0.13:
        field = _name_field(entry)
        row[field] = dirt.zero_width(rng, row[field])
        entry.dirt.append("zero_width")
    elif 0.13 <= share < 0.17 and human.country in _COUNTRY_SPELLINGS:
        row["customer.country"] = dice.pick(rng, _COUNTRY_SPELLINGS[human.country])
        entry.dirt.append("country_spelling")
    elif 0.17 <= share < 0.23 and row["customer.province"] == "กรุงเทพมหานคร":
        row["customer.province"] = dice.pick(rng, _BANGKOK)
        entry.dirt.append("province_spelling")


def _write_again(rng: random.Random, entry: Entry, old_number: str) -> None:
    """The same person through another door: one to three changes, and mostly one strong trace left."""
    row, human, chance = entry.row, entry.human, rng.random
    for field in ("customer.line_id", "customer.member_number", "customer.company", "customer.job_title"):
        row[field] = ""
    _rename(rng, entry)
    share = chance()
    if share < 0.25 and row["customer.email"]:
        row["customer.email"] = dirt.tagged(rng, entry.email)
        entry.dirt.append("email_tag")
    elif share < 0.4 and row["customer.email"]:
        row["customer.email"] = dirt.shouted(rng, entry.email)
        entry.dirt.append("email_case")
    elif share < 0.7 and entry.national:
        row["customer.email"] = entry.email = ""
        entry.dirt.append("no_email")
    share = chance()
    if share < 0.2 and old_number:
        entry.national = old_number
        row["customer.phone"] = phones.spell(human.country, old_number, chance())
        entry.dirt.append("old_phone")
    elif share < 0.4 and entry.email:
        row["customer.phone"] = entry.national = ""
        entry.dirt.append("no_phone")
    elif share < 0.7 and entry.national:
        row["customer.phone"] = phones.spell(human.country, entry.national, chance())
        entry.dirt.append("phone_spelling")
    if chance() < 0.4:
        row["customer.birth_date"] = ""
        entry.dirt = [kind for kind in entry.dirt if kind not in _DATE_DIRT]
    if chance() < 0.5:
        for field in ("customer.street", "customer.city", "customer.province", "customer.postcode"):
            row[field] = ""


def _rename(rng: random.Random, entry: Entry) -> None:
    """Another spelling of the name, of the kinds that happen in the person's script."""
    row, human = entry.row, entry.human
    share = rng.random()
    field = _name_field(entry)
    if share < 0.22 and human.script in {"thai", "hangul"}:
        if "romanised" in entry.dirt:
            given, family = human.given, human.family
            entry.dirt.remove("romanised")
            entry.dirt.append("native_script")
        else:
            given, family = human.given_latin, human.family_latin
            entry.dirt.append("romanised")
        if field == "customer.name":
            row[field] = full_name(given, family, human.script)
        else:
            row["customer.given_name"], row["customer.family_name"] = given, family
    elif share < 0.34:
        _swap(entry)
    elif share < 0.44 and human.nickname:
        nickname = human.nickname_latin if row[field].isascii() else human.nickname
        if field == "customer.name":
            row[field] = nickname
        else:
            row["customer.given_name"] = nickname
        entry.dirt.append("nickname")
    elif share < 0.58:
        _entitle(rng, entry)
    elif share < 0.74:
        script = "latin" if row[field].isascii() else human.script
        row[field] = dirt.mistyped(rng, row[field], script)
        entry.dirt.append("typo")
    elif share < 0.82:
        row[field] = dirt.spaced(rng, row[field])
        entry.dirt.append("spaces")
    elif share < 0.9:
        row[field] = dirt.zero_width(rng, row[field])
        entry.dirt.append("zero_width")
    elif share < 0.95 and dirt.decomposed(row[field]) != row[field]:
        row[field] = dirt.decomposed(row[field])
        entry.dirt.append("decomposed")


def _swap(entry: Entry) -> None:
    row, human = entry.row, entry.human
    if row["customer.name"]:
        latin = row["customer.name"].isascii()
        given, family = (human.given_latin, human.family_latin) if latin else (human.given, human.family)
        row["customer.name"] = f"{given} {family}" if human.script == "hangul" and not latin else f"{family} {given}"
    else:
        row["customer.given_name"], row["customer.family_name"] = (
            row["customer.family_name"],
            row["customer.given_name"],
        )
    entry.dirt.append("swapped")


def _entitle(rng: random.Random, entry: Entry) -> None:
    field = _name_field(entry)
    script = "latin" if entry.row[field].isascii() else entry.human.script
    entry.row[field] = dirt.titled(rng, entry.row[field], script, entry.human.gender)
    entry.dirt.append("title")


def _name_field(entry: Entry) -> str:
    return "customer.name" if entry.row["customer.name"] else "customer.given_name"
