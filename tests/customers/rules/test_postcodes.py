"""Postcodes of Thailand and Korea: what they complete, what they contradict, and what a whole line says."""

import csv
import gzip
import io

import pytest

from customers.rules import places, postcodes
from customers.rules.postcodes import Place
from customers.rules.unreadable import Unreadable
from tests import data


@pytest.mark.parametrize(
    ("city", "province", "language", "shown"),
    [
        ("เมืองภูเก็ต", "TH-83", "en", "Mueang Phuket"),
        ("Mueang Phuket", "TH-83", "th", "เมืองภูเก็ต"),
        ("เขตบางรัก", "TH-10", "ko", "Bang Rak"),
        ("บางรัก", "TH-10", "th", "บางรัก"),
        ("Patong", "TH-83", "th", "Patong"),
        ("บางรัก", "", "en", "บางรัก"),
        ("강남구", "KR-11", "en", "강남구"),
        ("", "TH-83", "en", ""),
    ],
)
def test_a_thai_district_is_written_as_the_reader_writes_it(city, province, language, shown):
    assert postcodes.district_name(city, province, language) == shown


@pytest.mark.parametrize(
    ("told", "completed"),
    [
        (Place("TH", "", "", "83100"), Place("TH", "TH-83", "เมืองภูเก็ต", "83100")),
        (Place("TH", "TH-83", "", "83100"), Place("TH", "TH-83", "เมืองภูเก็ต", "83100")),
        (Place("", "TH-83", "", "83100"), Place("", "TH-83", "เมืองภูเก็ต", "83100")),
        (Place("TH", "", "Patong", "83150"), Place("TH", "TH-83", "Patong", "83150")),
        (Place("TH", "TH-10", "", "83100"), Place("TH", "TH-10", "", "83100")),  # contradicts: nothing is filled in
        (Place("KR", "", "", "06236"), Place("KR", "KR-11", "강남구", "06236")),
        (Place("KR", "", "", "30100"), Place("KR", "KR-50", "", "30100")),  # Sejong has no districts
        (Place("TH", "", "", "00000"), Place("TH", "", "", "00000")),
        (Place("US", "", "", "83100"), Place("US", "", "", "83100")),
        (Place("", "", "", "83100"), Place("", "", "", "83100")),
    ],
)
def test_fills_in_what_the_postcode_leaves_no_choice_about(told, completed):
    assert postcodes.completed(told) == completed


@pytest.mark.parametrize(
    ("told", "is_elsewhere"),
    [
        (Place("TH", "TH-10", "", "83100"), True),
        (Place("TH", "TH-83", "", "83100"), False),
        (Place("TH", "TH-83", "ภูเก็ต", "83100"), False),
        (Place("TH", "TH-50", "อ.ฝาง", "50200"), True),
        (Place("TH", "TH-50", "เมืองเชียงใหม่", "50200"), False),
        (Place("TH", "TH-50", "Nimman", "50200"), False),  # no district: contradicts nothing
        (Place("KR", "KR-26", "해운대구", "06236"), True),
        (Place("KR", "KR-11", "종로구", "06236"), True),
        (Place("KR", "KR-41", "수원시", "16514"), False),
        (Place("KR", "KR-27", "군위군", "43110"), False),  # moved to Daegu in 2023
        (Place("KR", "KR-47", "군위군", "43110"), False),
        (Place("GB", "", "London", "SW1A 1AA"), False),
    ],
)
def test_a_postcode_of_another_place_is_noticed(told, is_elsewhere):
    assert postcodes.is_elsewhere(told) is is_elsewhere


@pytest.mark.parametrize(
    ("street", "place"),
    [
        ("99/1 ถ.สุขุมวิท แขวงคลองเตย เขตคลองเตย กรุงเทพฯ 10110", ("TH-10", "คลองเตย", "10110")),
        ("99/1 ถ.สุขุมวิท แขวงคลองเตย เขตคลองเตย กทม. 10110", ("TH-10", "คลองเตย", "10110")),
        ("12 หมู่ 3 ต.ป่าตอง อ.กะทู้ จ.ภูเก็ต 83150", ("TH-83", "กะทู้", "83150")),
        ("12 หมู่ 3 ตำบลป่าตอง อำเภอกะทู้ จังหวัดภูเก็ต 83150", ("TH-83", "กะทู้", "83150")),
        ("12 หมู่ 3 ต.ป่าตอง", ("", "", "")),
        ("12 ต.ป่าตอง อ.กะทู้ จ.ภูเก็ต 10110", ("", "", "")),  # contradicts itself: not understood
        ("서울특별시 강남구 테헤란로 152", ("KR-11", "강남구", "")),
        ("서울 강남구 테헤란로 152", ("KR-11", "강남구", "")),
        ("서울시 강남구 테헤란로 152", ("KR-11", "강남구", "")),
        ("(06236) 서울특별시 강남구 테헤란로 152", ("KR-11", "강남구", "06236")),
        ("[06236] 서울시 강남구 테헤란로 152", ("KR-11", "강남구", "06236")),
        ("우)06236 서울시 강남구 테헤란로 152", ("KR-11", "강남구", "06236")),
        ("135-984 서울 강남구 역삼동 737", ("KR-11", "강남구", "")),  # a code of before 2015
        ("서울 강남구 테헤란로 152 (역삼동) 06236", ("KR-11", "강남구", "06236")),
        ("부산 해운대구 센텀중앙로 97 1001호 우)48058", ("KR-26", "해운대구", "48058")),
        ("서울 강남구 테헤란로 152 48058", ("KR-11", "강남구", "")),  # of another province: no postcode
        ("1 ถ.นิมมาน ต.สุเทพ อ.เมือง จ.เชียงใหม่ ๕๐๒๐๐", ("TH-50", "เมือง", "50200")),
        ("경기 수원시 영통구 광교로 145", ("KR-41", "수원시 영통구", "")),
        ("경남 진주시 동부로 2062", ("KR-48", "진주시", "")),
        ("테헤란로 152", ("", "", "")),
        ("1 Main Street", ("", "", "")),
    ],
)
def test_a_whole_address_in_one_line_says_its_place(street, place):
    found = postcodes.from_street(street, Place())
    assert (found.province, found.city, found.postcode) == place


def test_the_old_korean_postcode_is_told_apart():
    with pytest.raises(Unreadable) as problem:
        places.postcode("135-080", "KR")
    assert problem.value.code == "old_postcode"


@pytest.mark.skipif(not data.FOLDER.exists(), reason="the data sets are not beside this clone")
def test_agrees_with_the_addresses_of_korea():
    rows = list(csv.DictReader(io.StringIO(data.text("korean_addresses_dev/korean_road_addresses.csv.gz"))))[:1500]
    right = 0
    for row in rows:
        province = places.province(row["sido"], "KR")
        found = postcodes.completed(Place("KR", "", "", row["postcode"]))
        right += (found.province, found.city) == (province, row["sigungu"])
        assert not postcodes.is_elsewhere(Place("KR", province, row["sigungu"], row["postcode"]))
    assert right / len(rows) >= 0.99


@pytest.mark.skipif(not data.FOLDER.exists(), reason="the data sets are not beside this clone")
def test_agrees_with_the_other_public_list_of_thailand():
    folder = data.FOLDER / "thai_province_kongvut"
    read = [
        {row["id"]: row for row in csv.DictReader((folder / name).open(encoding="utf-8-sig"))}
        for name in ("provinces.csv", "districts.csv")
    ]
    provinces, districts = read
    with gzip.open(folder / "sub_districts.csv.gz", "rt", encoding="utf-8-sig") as stream:
        rows = list(csv.DictReader(stream))
    right = wrong = 0
    for row in rows:
        district = districts[row["district_id"]]
        province = places.province(provinces[district["province_id"]]["name_th"], "TH")
        right += postcodes.completed(Place("TH", "", "", row["zip_code"])).province == province
        wrong += postcodes.is_elsewhere(Place("TH", province, district["name_th"], row["zip_code"]))
    assert right / len(rows) >= 0.98
    assert wrong / len(rows) <= 0.006
