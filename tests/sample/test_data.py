import csv
import gzip
from collections import defaultdict
from pathlib import Path

import phonenumbers
import pytest

from cdp.sample.data import (
    catalogue,
    feasts,
    korean_names,
    korean_places,
    latin_names,
    thai_names,
    thai_places,
    world_places,
)

THAI_DATA = Path(__file__).parents[2] / ".." / "shared" / "data" / "thai_province_kongvut"
KOREAN_DATA = Path(__file__).parents[2] / ".." / "shared" / "data" / "korean_addresses_dev"


def test_lists_of_names_are_long_enough():
    assert len(set(thai_names.MALE) | set(thai_names.FEMALE)) >= 150
    assert len(set(thai_names.FAMILY)) >= 200
    assert len(set(korean_names.MALE) | set(korean_names.FEMALE)) >= 120
    assert len(set(korean_names.FAMILY)) >= 60
    given = [pair for table in (latin_names.MALE, latin_names.FEMALE) for pairs in table.values() for pair in pairs]
    assert len(set(given)) >= 150
    assert len({pair for pairs in latin_names.FAMILY.values() for pair in pairs}) >= 150


@pytest.mark.parametrize(
    "pairs",
    [
        thai_names.MALE, thai_names.FEMALE, thai_names.FAMILY, thai_names.NICKNAMES, korean_names.MALE, korean_names.FEMALE,
        korean_names.FAMILY, *latin_names.MALE.values(), *latin_names.FEMALE.values(), *latin_names.FAMILY.values(),
    ],
)  # fmt: skip
def test_every_name_has_a_spelling_for_addresses(pairs):
    for native, latin in pairs:
        assert native
        assert latin.isascii()
        assert latin.isalpha()


def test_scripts_are_pure():
    for native, _ in (*thai_names.MALE, *thai_names.FEMALE, *thai_names.FAMILY, *thai_names.NICKNAMES):
        assert all("\u0e00" <= sign <= "\u0e7f" for sign in native), native
    for native, _ in (*korean_names.MALE, *korean_names.FEMALE, *korean_names.FAMILY):
        assert all("\uac00" <= sign <= "\ud7a3" for sign in native), native


def test_places_cover_the_countries():
    assert len({place.province_code for place in thai_places.PLACES}) >= 30
    assert len({place.province_code for place in korean_places.PLACES}) == 17
    assert len({place.country for place in world_places.PLACES}) >= 8


def test_every_reserved_number_is_valid_in_form():
    for country, (code, prefixes, digits) in world_places.RESERVED_PHONES.items():
        assert len(set(prefixes)) == len(prefixes)
        for prefix in prefixes:
            for end in ("0" * digits, "9" * digits):
                number = phonenumbers.parse(f"+{code}{prefix}{end}")
                assert phonenumbers.is_valid_number(number), (country, prefix)


@pytest.mark.skipif(not THAI_DATA.exists(), reason="the public Thai postcode data is not beside this repository")
def test_thai_postcodes_agree_with_the_public_data():
    with (THAI_DATA / "provinces.csv").open(encoding="utf-8") as file:
        provinces = {row["id"]: row["name_th"] for row in csv.DictReader(file)}
    with (THAI_DATA / "districts.csv").open(encoding="utf-8") as file:
        districts = {row["id"]: (provinces[row["province_id"]], row["name_th"]) for row in csv.DictReader(file)}
    known = defaultdict(set)
    with gzip.open(THAI_DATA / "sub_districts.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            known[districts[row["district_id"]]].add(row["zip_code"])
    for place in set(thai_places.PLACES):
        district = f"เขต{place.district}" if place.province_code == "TH-10" else place.district
        assert place.postcode in known[place.province, district]


@pytest.mark.skipif(not KOREAN_DATA.exists(), reason="the public Korean address data is not beside this repository")
def test_korean_postcodes_agree_with_the_public_data():
    with gzip.open(KOREAN_DATA / "korean_road_addresses.csv.gz", "rt", encoding="utf-8") as file:
        known = [(int(row["postcode"]), row["sigungu"]) for row in csv.DictReader(file)]
    for place in set(korean_places.PLACES):
        inside = {name for code, name in known if place.first_postcode <= code <= place.last_postcode}
        assert place.province_code == "KR-50" or inside == {place.district}  # Sejong has no districts


def test_products_hang_together():
    for product in catalogue.PRODUCTS:
        assert set(product.prices) == {"THB", "KRW", "USD"}
        assert all(price > 0 for price in product.prices.values())
        assert not product.goes_with or product.goes_with in catalogue.BY_SKU
        assert all(part in catalogue.BY_SKU for part in product.contains)
        if product.contains:
            assert product.prices["THB"] < sum(catalogue.BY_SKU[part].prices["THB"] for part in product.contains)
    assert any(product.contains for product in catalogue.PRODUCTS)
    assert any(product.lasts_days for product in catalogue.PRODUCTS)


def test_feasts_fall_in_their_seasons():
    assert feasts.SEOLLAL.keys() == feasts.CHUSEOK.keys()
    assert all(day.month in {1, 2} for day in feasts.SEOLLAL.values())
    assert all(day.month in {9, 10} for day in feasts.CHUSEOK.values())
