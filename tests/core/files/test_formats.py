"""Tables that are not lines of text."""

import datetime as dt
import gzip
import io
import json
import zipfile
from pathlib import Path

import duckdb
import openpyxl
import pytest

from cdp.core.files import dialect, documents, problems, reader, spreadsheets
from cdp.core.files import parquet as tables

DATA = Path(__file__).parents[3] / ".." / "shared" / "data"
CARDS = DATA / "vcards_dev"
NAUGHTY = DATA / "naughty_strings" / "blns.json"


def read(body: bytes | Path, reports: list[problems.RowProblem] | None = None) -> list[dict[str, str]]:
    def file() -> io.BytesIO | Path:
        return io.BytesIO(body) if isinstance(body, bytes) else body

    what = dialect.survey(file())
    told = reports if reports is not None else []
    found = [dict(zip(what.columns, cells, strict=True)) for _, cells in reader.rows(file(), what, report=told.append)]
    assert what.rows_estimate == len(found)
    return found


def refusal(body: bytes) -> problems.FileProblem:
    with pytest.raises(problems.FileProblem) as caught:
        dialect.survey(io.BytesIO(body))
    return caught.value


def workbook(*sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = book.create_sheet(f"Sheet {number}")
        for row in rows:
            sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def parquet(query: str, tmp_path: Path) -> Path:
    path = tmp_path / "table.parquet"
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


# Workbooks


def test_a_workbook_gives_its_cells_as_somebody_would_type_them():
    body = workbook(
        [
            ["id", "ชื่อ", "since", "at", "amount", "member", "phone"],
            [
                17850.0,
                "สมชาย",
                dt.date(2024, 2, 29),
                dt.datetime.fromisoformat("2024-02-29 12:30:05"),
                0.1 + 0.2,
                True,
                66812345678.0,
            ],
            ["A-1", None, None, None, 1e-7, False, "0812345678"],
        ]
    )
    assert read(body) == [
        {
            "id": "17850", "ชื่อ": "สมชาย", "since": "2024-02-29", "at": "2024-02-29 12:30:05", "amount": "0.3",
            "member": "true", "phone": "66812345678",
        },
        {"id": "A-1", "ชื่อ": "", "since": "", "at": "", "amount": "0.0000001", "member": "false", "phone": "0812345678"},
    ]  # fmt: skip


def test_titles_above_the_table_and_blank_rows_and_empty_sheets_are_passed_over():
    body = workbook(
        [],
        [["Customers of May"], [], ["id", "name", "city"], ["1", "Ann", "Trat"], [], ["2", "Bob"]],
        [["other"], ["x"]],
    )
    what = dialect.survey(io.BytesIO(body))
    assert what.header_line == 3
    assert {remark.code for remark in what.warnings} == {"lines_above_header", "other_sheets"}
    assert [line for line, _ in reader.rows(io.BytesIO(body), what)] == [4, 6]
    assert read(body) == [{"id": "1", "name": "Ann", "city": "Trat"}, {"id": "2", "name": "Bob", "city": ""}]


def test_a_cell_beside_the_named_columns_is_reported_with_its_row():
    reports: list[problems.RowProblem] = []
    rows = read(workbook([["id", "name"], ["1", "Ann"], ["2", "Bob", "what"], ["3", "Cho"]]), reports)
    assert [row["id"] for row in rows] == ["1", "3"]
    assert [(problem.line, problem.code) for problem in reports] == [(3, "too_many_columns")]


def test_an_interrupted_workbook_goes_on_at_its_row():
    body = workbook([["id"], *([str(number)] for number in range(10))])
    what = dialect.survey(io.BytesIO(body))
    assert [cells for _, cells in reader.rows(io.BytesIO(body), what, start_row=8)] == [["8"], ["9"]]


def with_filler(filler: bytes, text: bytes) -> bytes:
    """A small archive with a workbook that has something large where a cell says `filler`."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook([["id"], ["filler"]]))) as archive,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as repacked,
    ):
        for name in archive.namelist():
            repacked.writestr(name, archive.read(name).replace(filler, text))
    return packed.getvalue()


@pytest.mark.long
def test_a_small_workbook_with_a_huge_cell_or_row_is_refused_without_taking_it_into_memory(monkeypatch):
    monkeypatch.setattr(spreadsheets, "LONGEST_ROW", 1_500_000)
    assert refusal(with_filler(b"filler", b"a" * 2_000_000)).code == "workbook_too_large"
    assert refusal(with_filler(b"</row></sheetData>", b"<c/>" * 500_000)).code == "workbook_too_large"
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 70_000)
    assert (
        refusal(with_filler(b"</row></sheetData>", b"</row>" + b"<row></row>" * 100_000)).code == "workbook_too_large"
    )
    rows = b"".join(b'</row><row r="%d"><c><v>1</v></c>' % number for number in range(3, 60_000))
    assert len(read(with_filler(b"</row></sheetData>", rows + b"</row></sheetData>"))) == 59_998


def test_a_zip_named_csv_and_an_old_workbook_and_a_cut_one_are_told_apart():
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.writestr("customers.csv", "id,name\n1,Ann\n")
    assert refusal(archive.getvalue()).code == "zip_archive"
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600).code == "old_workbook"
    assert refusal(workbook([["id"], ["1"]])[:-200]).code == "damaged_file"
    assert refusal(workbook([])).code == "empty_file"


# JSON


@pytest.mark.parametrize(
    "text",
    [
        '[{"id": 1, "a": {"city": "Trat"}}, {"id": 2, "tags": ["x", "y"]}]',
        '{"data": [{"id": 1, "a": {"city": "Trat"}}, {"id": 2, "tags": ["x", "y"]}], "has_more": false}',
        '{"object": "list", "next": null, "results": {"people": [{"id":1,"a":{"city":"Trat"}},{"id":2,"tags":["x","y"]}]}}',
        '{"id": 1, "a": {"city": "Trat"}}\n\n{"id": 2, "tags": ["x", "y"]}\n',
        '{"ann": {"id": 1, "a": {"city": "Trat"}}, "bob": {"id": 2, "tags": ["x", "y"]}}',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_in_every_shape_gives_the_same_rows(text, encoding):
    assert read(text.encode(encoding)) == [
        {"id": "1", "a.city": "Trat", "tags": ""},
        {"id": "2", "a.city": "", "tags": "x, y"},
    ]


def test_numbers_keep_their_digits():
    rows = read(b'[{"id": 12345678901234567890, "price": 10.50, "ok": true, "none": null}]')
    assert rows == [{"id": "12345678901234567890", "price": "10.50", "ok": "true", "none": ""}]


def test_the_items_of_an_order_become_rows_beside_which_the_order_stands_again():
    order = {"id": 7, "customer": {"email": "ann@example.com"}, "line_items": [{"sku": "A"}, {"sku": "B"}]}
    assert read(json.dumps({"orders": [order]}).encode()) == [
        {"id": "7", "customer.email": "ann@example.com", "line_items.sku": "A"},
        {"id": "7", "customer.email": "ann@example.com", "line_items.sku": "B"},
    ]


def test_a_broken_line_costs_only_itself_and_a_broken_document_names_its_line():
    reports: list[problems.RowProblem] = []
    assert read(b'{"id": 1}\n{"id": 2}\n{"id": \n[3]\n{"id": 4}\n', reports) == [{"id": "1"}, {"id": "2"}, {"id": "4"}]
    assert [(problem.line, problem.code) for problem in reports] == [(3, "bad_json"), (4, "not_an_object")]
    problem = refusal(b'[\n{"id": 1},\n{"id": 2,}\n]')
    assert (problem.code, problem.line) == ("bad_json", 3)
    assert "line 3" in str(problem.reason)
    assert refusal(b'[{"a":' + b"[" * 100_000).code == "bad_json"


def test_half_a_character_is_refused_and_nul_goes():
    reports: list[problems.RowProblem] = []
    rows = read(b'[{"id": "1", "name": "\\ud800"}, {"id": "2", "name": "A\\u0000nn"}]', reports)
    assert rows == [{"id": "2", "name": "Ann"}]
    assert [(problem.code, problem.rejected) for problem in reports] == [("bad_encoding", True), ("nul_byte", False)]


def test_a_large_list_inside_an_object_is_read_in_pieces(monkeypatch):
    monkeypatch.setattr(documents, "LARGEST", 1 << 17)
    people = [{"id": number, "name": "x" * 100} for number in range(5000)]
    rows = read(json.dumps({"count": 5000, "customers": people}).encode())
    assert [row["id"] for row in rows] == [str(number) for number in range(5000)]


def test_gzipped_json_is_opened():
    assert read(gzip.compress(b'[{"id": 1}]')) == [{"id": "1"}]


# Parquet


def test_a_typed_table_comes_as_text(tmp_path):
    path = parquet(
        "SELECT 17850 AS id, 'สมชาย' AS name, DATE '2024-02-29' AS since, TIMESTAMP '2024-02-29 12:30:05' AS at, "
        "1.50::DECIMAL(10, 2) AS amount, TRUE AS member, NULL AS nothing, ['a', 'b'] AS tags, {'city': 'Trat'} AS home, "
        "TIMESTAMPTZ '2024-02-29 12:00:00+07' AS seen",
        tmp_path,
    )
    expected = [
        {
            "id": "17850", "name": "สมชาย", "since": "2024-02-29", "at": "2024-02-29 12:30:05", "amount": "1.50",
            "member": "true", "nothing": "", "tags": "a, b", "home.city": "Trat", "seen": "2024-02-29 05:00:00+00",
        }
    ]  # fmt: skip
    assert read(path) == expected
    assert read(path.read_bytes()) == expected


def test_a_parquet_file_goes_on_at_its_row_and_a_cut_one_is_refused(tmp_path):
    path = parquet("SELECT i AS id FROM range(5000) t(i)", tmp_path)
    what = dialect.survey(path)
    assert what.rows_estimate == 5000
    assert [cells for _, cells in reader.rows(path, what, start_row=4998)] == [["4998"], ["4999"]]
    assert refusal(path.read_bytes()[:-100]).code == "damaged_file"
    assert refusal(b"PAR1 and nothing else").code == "damaged_file"


def test_a_small_parquet_file_that_unpacks_to_gigabytes_is_refused_where_it_does(tmp_path, monkeypatch):
    path = parquet(
        "SELECT i AS id, CASE WHEN i = 7 THEN 'short' ELSE repeat('x', 200000) END AS note, "
        "CASE WHEN i = 8 THEN ['a'] ELSE list_transform(range(30000), lambda one: 'wide') END AS tags "
        "FROM range(16) t(i)",
        tmp_path,
    )
    assert path.stat().st_size < 200_000
    reports: list[problems.RowProblem] = []
    what = dialect.survey(path)
    assert list(reader.rows(path, what, report=reports.append)) == []
    assert {(one.code, one.rejected) for one in reports} == {("field_too_large", True)}
    monkeypatch.setattr(tables, "MOST_LISTED", 400_000)
    assert refusal(path.read_bytes()).code == "table_too_large"


# vCards


def test_a_card_of_version_2_hides_thai_in_quoted_printable():
    card = (
        b"BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E0=B9=83=E0=B8=88=E0=B8=94=E0=B8=B5;"
        b"=E0=B8=AA=E0=B8=A1=E0=B8=\r\n=8A=E0=B8=B2=E0=B8=A2;;;\r\nTEL;FAX:021234567\r\nTEL;CELL;PREF:081-234-5678\r\n"
        b"EMAIL;INTERNET:somchai@example.com\r\nPHOTO;ENCODING=BASE64;JPEG:/9j/4AAQ\r\n AAAA==\r\n\r\nEND:VCARD\r\n"
    )
    (row,) = read(card)
    assert (row["given_name"], row["family_name"], row["phone"], row["phone 2"]) == ("สมชาย", "ใจดี", "081-234-5678", "")
    assert row["email"] == "somchai@example.com"


def test_a_card_in_another_charset_is_read():
    name = "=".join(["", *(f"{byte:02X}" for byte in "민수".encode("euc-kr"))])
    card = (
        f"BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=EUC-KR;ENCODING=QUOTED-PRINTABLE:{name}\nTEL:010-1234-5678\nEND:VCARD\n"
    )
    assert read(card.encode())[0]["name"] == "민수"
    whole = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:สมชาย ใจดี\r\nEMAIL:a@example.com\r\nEND:VCARD\r\n"
    assert read(whole.encode("utf-16"))[0]["name"] == "สมชาย ใจดี"
    assert read(whole.encode("cp874"))[0]["name"] == "สมชาย ใจดี"


def test_the_preferred_of_several_comes_first_and_a_birthday_without_its_year_is_none():
    card = (
        "BEGIN:VCARD\nVERSION:4.0\nFN:Min\nEMAIL;PREF=2:second@example.com\nEMAIL;PREF=1:first@example.com\n"
        "BDAY;X-APPLE-OMIT-YEAR=1604:1604-03-05\nEND:VCARD\n"
    )
    (row,) = read(card.encode())
    assert (row["email"], row["email 2"], row["birth_date"]) == ("first@example.com", "second@example.com", "")


def test_a_card_that_never_ends_is_refused_with_its_line():
    reports: list[problems.RowProblem] = []
    rows = read(b"BEGIN:VCARD\nFN:Ann\nBEGIN:VCARD\nFN:Bob\nEND:VCARD\n\nBEGIN:VCARD\nFN:Cho\n", reports)
    assert [row["name"] for row in rows] == ["Bob"]
    assert [(problem.line, problem.code) for problem in reports] == [(1, "no_vcard"), (7, "no_vcard")]


CLIENTS = {
    "John_Doe_MS_OUTLOOK.vcf": ("John", "Doe", "john.doe@ibm.cm", "(905) 555-1234", "Albaney", "12345", "19800322"),
    "John_Doe_IPHONE.vcf": ("John", "Doe", "john.doe@ibm.com", "905-555-1234", "New York", "12345", "2012-06-06"),
    "John_Doe_GMAIL.vcf": ("John", "Doe", "john.doe@ibm.com", "905-555-1234", "", "", "1980-03-22"),
    "gmail-single.vcf": ("Greg", "Dartmouth", "gdartmouth@hotmail.com", "555 555 1111", "Custom City", "98765", "1960-09-10"),
    "rfc6350-example.vcf": ("Simon", "Perreault", "simon.perreault@viagenie.ca", "+1-418-656-9254", "Quebec", "G1V 2M2", ""),
    "rfc2426-example.vcf": ("", "", "Frank_Dawson@Lotus.com", "+1-919-676-9515", "Raleigh", "27613-3502", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", CLIENTS)
def test_cards_of_real_clients_are_read(name):
    if not CARDS.is_dir():
        pytest.skip("the shared data with cards is not beside this clone")
    row = read(CARDS / name)[0]
    wanted = ("given_name", "family_name", "email", "phone", "city", "postcode", "birth_date")
    assert tuple(row[field] for field in wanted) == CLIENTS[name]


def test_a_list_of_cards_is_read():
    if not CARDS.is_dir():
        pytest.skip("the shared data with cards is not beside this clone")
    assert [row["name"] for row in read(CARDS / "gmail-list.vcf")] == ["Arnold Smith", "Chris Beatle", "Doug White"]


# Nothing is changed on the way


def naughty() -> list[str]:
    if not NAUGHTY.is_file():
        pytest.skip("the shared data with naughty strings is not beside this clone")
    return [text for text in json.loads(NAUGHTY.read_text("utf-8")) if text]


def test_naughty_strings_come_back_unchanged_from_json():
    texts = naughty()
    for body in (json.dumps([{"v": text} for text in texts]), "\n".join(json.dumps({"v": text}) for text in texts)):
        assert [row["v"] for row in read(body.encode())] == texts


def test_naughty_strings_come_back_unchanged_from_a_workbook():
    texts = [text for text in naughty() if not openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.search(text)]
    book = openpyxl.Workbook()
    book.active.append(["id", "v"])
    for number, text in enumerate(texts, start=1):
        book.active.append([str(number), None])
        book.active.cell(row=number + 1, column=2).value = text
        book.active.cell(row=number + 1, column=2).data_type = "s"
    stream = io.BytesIO()
    book.save(stream)
    rows = read(stream.getvalue())
    # XML has one line end only.
    assert [row["v"].replace("\r\n", "\n") for row in rows] == [text.replace("\r\n", "\n") for text in texts]


def test_naughty_strings_come_back_unchanged_from_parquet(tmp_path):
    texts = naughty()
    path = tmp_path / "naughty.parquet"
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE t (id INTEGER, v VARCHAR)")
        connection.executemany("INSERT INTO t VALUES (?, ?)", list(enumerate(texts)))
        connection.execute(f"COPY (SELECT * FROM t ORDER BY id) TO '{path}' (FORMAT parquet)")
    assert [row["v"] for row in read(path)] == texts
