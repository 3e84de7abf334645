import datetime as dt
import json

import pytest

from consent.rules import packs
from consent.selectors import jurisdiction
from consent.selectors import packs as shipped


def raw(**changes: object) -> bytes:
    body = json.loads((shipped.FOLDER / "pipa_kr.json").read_bytes())
    body.update(changes)
    return json.dumps(body).encode()


def test_every_shipped_pack_fits_the_schema() -> None:
    assert set(shipped.every()) == {"gdpr", "pdpa_th", "pipa_kr"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"zone": "Asia/Atlantis"}, "no time zone"),
        ({"countries": ["kr"]}, "no country code"),
        ({"double_opt_in": ["DE"]}, "not a country of the pack"),
        ({"checked_on": "2020-01-01"}, "before it came into force"),
        ({"bases": {"marketing": {"*": "because"}}}, "Invalid enum value"),
        ({"surprise": 1}, "unknown field"),
        ({"citations": []}, "citation network-50-3 is missing"),
        ({"effective_on": "yesterday"}, "Invalid RFC3339"),
    ],
)
def test_a_faulty_pack_is_refused_with_the_place(changes: dict[str, object], says: str) -> None:
    with pytest.raises(packs.InvalidPack, match=says):
        packs.parse(raw(**changes))


def test_what_no_json_is_gets_refused() -> None:
    with pytest.raises(packs.InvalidPack):
        packs.parse(b"{")


@pytest.mark.parametrize(
    ("pack", "purpose", "channel", "basis"),
    [
        ("gdpr", "service", "email", packs.Basis.CONTRACT),
        ("gdpr", "marketing", "email", packs.Basis.CONSENT),
        ("gdpr", "marketing", "post", packs.Basis.LEGITIMATE_INTEREST),
        ("gdpr", "profiling", "any", packs.Basis.LEGITIMATE_INTEREST),
        ("pdpa_th", "marketing", "post", packs.Basis.CONSENT),
        ("pdpa_th", "profiling", "any", packs.Basis.LEGITIMATE_INTEREST),
        ("pipa_kr", "profiling", "any", packs.Basis.CONSENT),
        ("pipa_kr", "third_party", "any", packs.Basis.CONSENT),
        ("pipa_kr", "a purpose of the shop", "email", packs.Basis.CONSENT),
    ],
)
def test_the_basis_of_a_use(pack: str, purpose: str, channel: str, basis: packs.Basis) -> None:
    assert shipped.every()[pack].basis(purpose, channel) is basis


def test_korean_advertisements_carry_the_label_and_nothing_else_does() -> None:
    korea, europe = shipped.every()["pipa_kr"], shipped.every()["gdpr"]
    assert korea.label_for("marketing", "sms") == "(광고)"
    assert korea.label_for("marketing", "email") == "(광고)"
    assert korea.label_for("service", "sms") == ""
    assert europe.label_for("marketing", "sms") == ""


def test_germany_asks_twice_and_france_once() -> None:
    europe = shipped.every()["gdpr"]
    assert europe.asks_twice("DE")
    assert not europe.asks_twice("FR")


def test_each_pack_says_when_it_was_checked() -> None:
    for pack in shipped.every().values():
        assert pack.checked_on >= dt.date(2026, 11, 1)
        assert pack.citations


# Article 8(1): from which age a child's own "yes" counts, by hand from the list that the pack cites; 16 for all others.
NATIONAL = {
    13: "BE EE FI GB LV MT PT SE",
    14: "AT BG CY ES IT LT",
    15: "CZ DK FR GR",
    16: "DE HR HU IE IS LI LU NL NO PL RO SI SK",
}


@pytest.mark.parametrize("age", NATIONAL)
def test_ages_of_digital_consent_by_country(age: int) -> None:
    today = dt.date(2026, 11, 23)
    for country in NATIONAL[age].split():
        law = jurisdiction.of_told(country=country)
        for born, may in ((today.replace(year=2026 - age), True), (dt.date(2026 - age, 11, 24), False)):
            assert law.may_alone("marketing", born=born, today=today) is may, (country, age)
    assert sum(len(countries.split()) for countries in NATIONAL.values()) == len(shipped.every()["gdpr"].countries)


def test_a_country_that_is_only_guessed_or_one_of_two_lowers_no_age() -> None:
    born, today = dt.date(2011, 6, 1), dt.date(2026, 11, 23)  # 15
    assert jurisdiction.of_told(country="FR").may_alone("marketing", born=born, today=today)
    assert not jurisdiction.of_told(language="fr").may_alone("marketing", born=born, today=today)
    both = jurisdiction.of_any(countries=["FR", "DE"], languages=[])
    assert not both.may_alone("marketing", born=born, today=today)
    assert (both.key, jurisdiction.of_told(country="FR").key) == ("gdpr", "gdpr")
