import gzip
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.core.files import dialect, reader
from cdp.core.files.problems import FileProblem

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"
ENCODED = DATA / "csv_encodings_dev"

THAI = "รหัส,ชื่อ,ที่อยู่\r\n1,สมชาย ใจดี,97/58 หมู่ 5 ต.เมืองสรวง\r\n2,น้ำฝน แก้วใส,กรุงเทพมหานคร\r\n"
KOREAN = "번호,이름,주소\r\n1,전미경,경기도 수원시 장안구 조원로111번길 35\r\n2,홍채원,서울특별시 영등포구\r\n"
WESTERN = "id,name,city\r\n1,José Ñúñez,Málaga\r\n2,Zoë Müller,Köln\r\n"


def survey_of(content: bytes | str, **options: object) -> dialect.Survey:
    body = content.encode() if isinstance(content, str) else content
    return dialect.survey(io.BytesIO(body), dialect.Options(**options))  # type: ignore[arg-type]


def records_of(content: bytes | str, **options: object) -> list[dict[str, str]]:
    body = content.encode() if isinstance(content, str) else content
    found = survey_of(body, **options)
    return [dict(zip(found.columns, cells, strict=True)) for _, cells in reader.rows(io.BytesIO(body), found)]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (THAI, "cp874"),
        (THAI, "tis-620"),
        (THAI, "iso8859-11"),
        (THAI, "utf-8"),
        (THAI, "utf-8-sig"),
        (THAI, "utf-16"),
        (THAI, "utf-16-le"),
        (THAI, "utf-16-be"),
        (THAI, "utf-32"),
        (THAI, "utf-32-be"),
        (KOREAN, "cp949"),
        (KOREAN, "euc-kr"),
        (KOREAN, "johab"),
        (KOREAN, "utf-8"),
        (KOREAN, "utf-16"),
        (WESTERN, "cp1252"),
        (WESTERN, "utf-8"),
        ("id,name\r\n1,山田たろう\r\n2,すずき\r\n", "cp932"),
    ],
)
def test_reads_the_encodings_of_the_region(text, encoding):
    rows = records_of(text.encode(encoding))
    header, *lines = text.strip().split("\r\n")
    assert rows == [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]


def test_makes_up_its_mind_where_the_first_strange_byte_is():
    plain = "".join(f"{number},name {number}\n" for number in range(60_000))
    body = b"id,name\n" + plain.encode() + "60000,สมชาย\n".encode("cp874")
    found = survey_of(body)
    assert found.encoding == "cp874"
    assert found.rows_estimate == 60_001
    assert list(reader.rows(io.BytesIO(body), found))[-1] == (60_002, ["60000", "สมชาย"])


def test_takes_the_word_of_whoever_knows_the_encoding():
    body = "id,name\n1,é\n".encode("cp1252")
    assert records_of(body, encoding="windows-1252") == [{"id": "1", "name": "é"}]
    with pytest.raises(FileProblem) as caught:
        survey_of(body, encoding="klingon")
    assert caught.value.code == "unknown_encoding"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_finds_the_delimiter(delimiter):
    text = "id,name,total\n1,Ann,12\n2,Bob,\n".replace(",", delimiter)
    assert survey_of(text).delimiter == delimiter


def test_a_decimal_comma_is_no_delimiter():
    found = survey_of("id;total\n1;12,50\n2;1.234,00\n")
    assert found.delimiter == ";"
    assert found.decimal_comma == {"total"}


def test_a_point_for_decimals_is_no_comma():
    assert survey_of('id,total\n1,"1,234.50"\n2,12.50\n').decimal_comma == frozenset()


def test_a_file_of_one_column_is_a_file():
    assert records_of("email\nann@example.com\nben@example.com\n") == [
        {"email": "ann@example.com"},
        {"email": "ben@example.com"},
    ]


def test_finds_the_header_under_titles():
    found = survey_of("Customer export,,\nGenerated 2024-05-01,,\n,,\nid,name,email\n1,Ann,ann@example.com\n")
    assert found.columns == ("id", "name", "email")
    assert (found.header_line, found.data_line, found.rows_estimate) == (4, 5, 1)
    assert [remark.code for remark in found.warnings] == ["lines_above_header"]


def test_finds_the_header_of_two_columns_under_a_title():
    found = survey_of("# exported\nname,email\nAnn,ann@example.com\n")
    assert (found.columns, found.header_line) == (("name", "email"), 2)
    assert survey_of(",email\n0,ann@example.com\n").columns == ("column 1", "email")


def test_the_header_line_can_be_chosen():
    found = survey_of("a,b\nid,name\n1,Ann\n", header_line=2)
    assert found.columns == ("id", "name")
    assert found.rows_estimate == 1


def test_a_header_may_hold_line_ends():
    text = 'id,"given\nname"\n1,Ann\n'
    found = survey_of(text)
    assert found.columns == ("id", "given name")
    assert list(reader.rows(io.BytesIO(text.encode()), found)) == [(3, ["1", "Ann"])]


def test_every_column_gets_a_name_of_its_own():
    found = survey_of("id,phone,,phone\n1,021,x,081\n")
    assert found.columns == ("id", "phone", "column 3", "phone (2)")
    assert {remark.code for remark in found.warnings} == {"duplicate_headers", "empty_headers"}


def test_says_when_the_first_line_looks_like_data():
    assert "header_looks_like_data" in {
        remark.code for remark in survey_of("ann@example.com,Ann\nben@example.com,Ben\n").warnings
    }


@pytest.mark.parametrize(
    ("dates", "wanted", "remark"),
    [
        (["03/04/2024", "25/04/2024"], True, None),
        (["03/04/2024", "04/25/2024"], False, None),
        (["03/04/2024", "05/06/2024"], None, "ambiguous_dates"),
        (["25/04/2024", "04/25/2024"], None, "mixed_dates"),
        (["03.04.2024", "05.06.2024"], True, None),
        (["03/04/2567", "05/06/2567"], True, None),
        (["12/1/10 8:26", "12/13/10 9:00"], False, None),
    ],
)
def test_says_what_stands_first_in_a_column_of_dates(dates, wanted, remark):
    found = survey_of("id,day\n" + "".join(f"{number},{day}\n" for number, day in enumerate(dates)))
    assert found.dayfirst == {"day": wanted}
    assert [warning.code for warning in found.warnings] == ([remark] if remark else [])


def test_one_telling_date_at_the_end_of_a_long_file_decides():
    body = "day\n" + "03/04/2024\n" * 20_000 + "25/04/2024\n"
    assert survey_of(body).dayfirst == {"day": True}


def test_iso_dates_need_no_deciding():
    assert survey_of("day\n2024-04-03\n2024-04-04\n").dayfirst == {}


def test_finds_columns_that_a_spreadsheet_turned_into_fractions():
    found = survey_of("id,price,code\n17850.0,2.50,1.0\n,3.0,\n13047.0,4.0,A.0\n")
    assert found.float_suffix == {"id"}
    assert [(remark.code, remark.column) for remark in found.warnings] == [("float_suffix", "id")]


def test_says_where_a_spreadsheet_lost_digits():
    found = survey_of("id,phone\n1,6.68123E+10\n2,+66812345678\n")
    assert [(remark.code, remark.line, remark.column) for remark in found.warnings] == [
        ("scientific_numbers", 2, "phone")
    ]


def test_a_gzip_file_is_opened_by_itself():
    body = gzip.compress(THAI.encode("cp874"))
    assert survey_of(body).encoding == "cp874"
    assert records_of(body)[0]["ชื่อ"] == "สมชาย ใจดี"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "empty_file"),
        (b"\r\n\r\n", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"PK\x03\x04rest of a spreadsheet", "damaged_file"),
        (b"%PDF-1.7", "not_text"),
        (bytes(range(256)) * 20 + b"\0" * 500, "not_text"),
        (gzip.compress(THAI.encode() * 50, mtime=0)[:-20], "damaged_file"),
        (gzip.compress(THAI.encode() * 50, mtime=0)[:60] + b"x" * 40, "damaged_file"),
    ],
)
def test_says_why_a_file_is_hopeless(body, code):
    with pytest.raises(FileProblem) as caught:
        survey_of(body)
    assert caught.value.code == code
    assert str(caught.value.reason)


def test_a_path_that_is_not_there_is_a_file_problem(tmp_path):
    with pytest.raises(FileProblem) as caught:
        dialect.survey(tmp_path / "nowhere.csv")
    assert caught.value.code == "unreadable_file"


def test_a_header_without_rows_is_a_file_without_rows():
    found = survey_of("id,name\r\n")
    assert found.columns == ("id", "name")
    assert found.rows_estimate == 0


@given(st.binary(max_size=400))
def test_any_bytes_are_surveyed_or_refused(body):
    try:
        found = survey_of(body)
    except FileProblem:
        return
    assert found.rows_estimate == len(list(reader.rows(io.BytesIO(body), found)))
    assert len(set(found.columns)) == len(found.columns) > 0


def expected() -> dict[str, dict[str, object]]:
    path = ENCODED / "expected.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


@pytest.mark.parametrize("name", sorted(name for name, facts in expected().items() if "truth" in facts) or [None])
def test_real_exports_decode_to_the_truth(name):
    if name is None:
        pytest.skip("the shared data with encoded files is not beside this clone")
    truth = [
        json.loads(line) for line in (ENCODED / str(expected()[name]["truth"])).read_text(encoding="utf-8").splitlines()
    ]
    wanted = [{key: value for key, value in row.items() if not key.startswith("_")} for row in truth]
    body = (ENCODED / name).read_bytes()
    assert records_of(body) == wanted[: int(str(expected()[name]["rows"]))]
    if "_iso_date" in truth[0]:
        assert survey_of(body).dayfirst["วันที่สมัคร"] is True


@pytest.mark.parametrize(
    "name", sorted(name for name, facts in expected().items() if isinstance(facts.get("expected"), list)) or [None]
)
def test_torture_files_give_what_a_person_would_read(name):
    if name is None:
        pytest.skip("the shared data with torture files is not beside this clone")
    assert records_of((ENCODED / name).read_bytes()) == expected()[name]["expected"]


@pytest.mark.parametrize(
    "path", sorted((DATA / "csv_spectrum" / "csvs").glob("*.csv")) or [None], ids=lambda path: path and path.stem
)
def test_csv_spectrum_is_read_to_the_letter(path):
    if path is None:
        pytest.skip("the shared data with csv-spectrum is not beside this clone")
    wanted = json.loads((path.parents[1] / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
    found = records_of(path.read_bytes())
    if path.stem == "location_coordinates":
        # Its answer has another phone number than its file.
        wanted = [{**wanted, "Contact Phone Number": found[0]["Contact Phone Number"]}]
    assert found == wanted


def test_naughty_strings_survive_a_round_trip():
    path = DATA / "naughty_strings" / "blns.json"
    if not path.exists():
        pytest.skip("the shared data with naughty strings is not beside this clone")
    strings = json.loads(path.read_text(encoding="utf-8"))
    quoted = [text.replace("\0", "").replace('"', '""') for text in strings]
    body = "id,text\n" + "".join(f'{number},"{text}"\n' for number, text in enumerate(quoted))
    rows = records_of(body.encode())
    assert [row["text"] for row in rows] == [text.replace("\0", "") for text in strings]


@pytest.mark.long
def test_the_retail_file_is_surveyed_whole():
    path = DATA / "online_retail_uci" / "online_retail_all.csv.gz"
    if not path.exists():
        pytest.skip("the shared retail data is not beside this clone")
    found = dialect.survey(path)
    assert found.rows_estimate == 541_909
    assert found.float_suffix == {"CustomerID"}
    assert [(remark.code, remark.column) for remark in found.warnings] == [("float_suffix", "CustomerID")]
