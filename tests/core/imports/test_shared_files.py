"""Files of the shared data as people, not only as cells: they go through the same engine as any file, without a mapping."""

import datetime as dt
import json
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from cdp.core.imports import running
from cdp.core.models import Job
from commerce.models import Product
from customers.models import Identifier
from customers.selectors import identifiers, profiles
from tests import data

ENCODED = data.FOLDER / "csv_encodings_dev"
pytestmark = pytest.mark.skipif(not ENCODED.exists(), reason="the data sets are not beside this clone")
COLUMNS = {
    "thai.jsonl": ("รหัสลูกค้า", "ชื่อ", "นามสกุล", "โทรศัพท์", "อีเมล", "ที่อยู่", "รหัสไปรษณีย์", "_iso_date"),
    "korean.jsonl": ("고객번호", "이름", None, "휴대폰", "이메일", "주소", "우편번호", "가입일"),
}
CODES = {"thai.jsonl": "+66", "korean.jsonl": "+82"}
FILES = [
    pytest.param("th_cp874.csv", "thai.jsonl"),
    pytest.param("th_tis620_semicolon.csv", "thai.jsonl", marks=pytest.mark.long),
    pytest.param("th_utf8_bom.csv", "thai.jsonl", marks=pytest.mark.long),
    pytest.param("th_utf16le_tab.txt", "thai.jsonl", marks=pytest.mark.long),
    pytest.param("ko_euckr_tab.tsv", "korean.jsonl"),
    pytest.param("ko_cp949.csv", "korean.jsonl", marks=pytest.mark.long),
    pytest.param("ko_utf8_lf.csv", "korean.jsonl", marks=pytest.mark.long),
]


def person(number: str, source: str) -> profiles.Profile:
    """Who has that number at that source."""
    found = Identifier.objects.get(digest=identifiers.digest("external_id", number, source))
    return profiles.one(found.customer_id)


@pytest.mark.parametrize(("name", "truth"), FILES)
def test_a_file_in_an_encoding_of_the_region_becomes_its_people(imports, name, truth):
    report = imports("customers", ENCODED / name, source="till")
    assert (report["rows"], report["created"], report["rejected"]) == (300, 300, [])
    number, given, family, phone, email, street, postcode, since = COLUMNS[truth]
    told = [json.loads(line) for line in (ENCODED / truth).read_text("utf-8").splitlines()]
    for row in told[:: len(told) // 10]:
        found = person(row[number], "till")
        assert (
            (found.given_name, found.family_name) == (row[given], row[family]) if family else found.name == row[given]
        )
        assert (found.email, found.phone) == (row[email], CODES[truth] + row[phone].replace("-", "")[1:])
        (place,) = found.places
        assert (place.street, place.postcode) == (row[street], row[postcode])
        day = dt.date.fromisoformat(row[since].replace(".", "-"))
        assert found.customer.created_at.astimezone(ZoneInfo(settings.TIME_ZONE)).date() == day


TORTURE = {
    # created, (line, column, code) of what was refused, codes of remarks
    "blank_lines": (2, [], set()),
    "duplicate_headers": (1, [], {"duplicate_headers"}),
    "empty_header": (1, [], {"empty_headers"}),
    "excel_scientific_phone": (2, [], {"scientific_numbers"}),
    "header_only": (0, [], set()),
    "nul_byte": (1, [], {"nul_byte"}),
    "ragged": (2, [(3, "", "too_many_columns")], {"too_few_columns"}),
    "sep_line": (2, [], set()),
    "title_rows_above_header": (1, [], {"lines_above_header"}),
    "unclosed_quote": (1, [(2, "name", "unclosed_quote")], set()),
}


@pytest.mark.parametrize("name", TORTURE)
def test_a_tortured_file_brings_whom_it_names_and_tells_the_rest(imports, name):
    created, refused, remarks = TORTURE[name]
    report = imports("customers", ENCODED / "torture" / f"{name}.csv")
    assert (report["created"], imports.problems()) == (created, refused)
    assert remarks <= imports.remarks()


def test_a_file_of_five_hundred_columns_that_names_nobody_is_refused_with_what_is_missing(imports):
    with pytest.raises(running.UnableToBegin, match=r"customer\.external_id / .*customer\.email / customer\.phone"):
        imports("customers", ENCODED / "torture" / "wide_500_columns.csv")
    assert not Job.objects.exists()


SPECTRUM = sorted((data.FOLDER / "csv_spectrum" / "csvs").glob("*.csv"))


@pytest.mark.long
@pytest.mark.parametrize("path", SPECTRUM, ids=lambda path: path.stem)
def test_the_cells_of_every_dialect_are_stored_as_they_are(imports, path):
    told = json.loads((path.parents[1] / "json" / f"{path.stem}.json").read_text("utf-8"))
    rows = told if isinstance(told, list) else [told]
    number, name = (column.strip() for column in (next(iter(rows[0])), list(rows[0])[-1]))
    imports("products", path, mapping={"columns": {number: "product.sku", name: "product.name"}})
    assert imports.problems() == []
    wanted = {line(row[number]): line(row[name]) for row in rows}
    if path.stem == "location_coordinates":
        wanted = {"2095257564": "Stanislaus"}  # its answer has another phone number than its file
    assert dict(Product.objects.values_list("sku", "name")) == wanted


def line(text: str) -> str:
    """As a field of one line keeps it."""
    return " ".join(text.split())
