"""Files that are broken, hostile or not what they say: refused with a reason, or taken row by row; nothing half-way."""

import gzip
import io
import zipfile

import pytest

from cdp.core.files import safety
from cdp.core.imports import running
from commerce.models import Order
from customers.models import Customer

ORDERS = "order.external_id,order.placed_at,order.currency,customer.email,line.sku,line.quantity,line.unit_price\n"


def known() -> int:
    return Customer.objects.filter(status="known").count()


def zipped(name: str, content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b'[{"email": "a@example.com"}, {"email": ',
        b'[{"email": "a@example.com"} {"email": "b@example.com"}]',
        b'{"email": "a@example.com"',
        b"[1, 2",
        b"[[[[[[",
        b"[" * 100_000,
    ],
    ids=["cut", "no comma", "unclosed", "numbers", "nested", "a hundred thousand brackets"],
)
def test_malformed_json_is_refused_or_costs_its_rows_and_never_breaks(imports, content):
    try:
        report = imports("customers", content)
    except running.UnableToBegin:
        assert known() == 0
    else:
        assert imports.job.state == "failed" or report["rejected"]


@pytest.mark.parametrize(
    "content",
    [
        zipped("people.csv", b"email\na@example.com\n"),
        zipped("xl/workbook.xml", b"<workbook"),
        gzip.compress(b"email\n" + b"0" * 30_000_000),
        b"\x1f\x8b\x08\x00" + bytes(40),
        b"\x00" * 4096,
    ],
    ids=["zip named csv", "a broken workbook", "gzip bomb", "broken gzip", "only NUL"],
)
def test_a_file_that_is_not_what_it_says_is_refused_whole(imports, content):
    with pytest.raises(running.UnableToBegin) as refused:
        imports("customers", content)
    assert str(refused.value)
    assert known() == 0


def test_a_cell_of_ten_megabytes_is_refused_with_its_file(imports):
    huge = "x" * 10_000_000
    with pytest.raises(running.UnableToBegin) as refused:
        imports("customers", f"email,name\na@example.com,Ann\nb@example.com,{huge}\nc@example.com,Cho\n")
    assert 0 < len(str(refused.value)) < 500
    assert known() == 0


def test_nul_bytes_are_left_out_and_told(imports):
    report = imports("customers", b"email,name\na@example.com,An\x00n\nb@example.com,Bob\n")
    assert (report["accepted"], known()) == (2, 2)
    assert any("nul" in one["code"] for one in report["warnings"])


def test_headers_that_come_twice_stay_two_columns(imports):
    report = imports("customers", "email,name,email\na@example.com,Ann,b@example.com\n")
    assert (report["accepted"], known()) == (1, 1)
    assert any("header" in code or "column" in code for code in imports.remarks())


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("1,2026-03-04,XYZ,a@example.com,A,1,10", "unknown_currency"),
        ("1,2036-11-22,THB,a@example.com,A,1,10", "in_the_future"),
        ("1,0000-00-00,THB,a@example.com,A,1,10", "out_of_range"),
        ("1,2026-03-04,THB,a@example.com,A,1e400,10", None),
    ],
    ids=["unknown currency", "ten years ahead", "no day", "more than all"],
)
def test_an_order_that_cannot_be_true_is_refused_with_its_line(imports, row, code):
    report = imports("orders", ORDERS + row + "\n9,2026-03-04,THB,a@example.com,A,1,10\n")
    (told,) = report["rejected"]
    assert told["line"] == 2
    assert code in {None, told["code"]}
    assert told["reason"]
    assert list(Order.objects.values_list("external_id", flat=True)) == ["9"]


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://x")',
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "+66 81 234",
        "-",
    ],
)
def test_what_a_spreadsheet_would_run_is_text_and_comes_back_as_it_was(text):
    assert safety.cell(text) == f"'{text}"
    assert safety.bare(safety.cell(text)) == text


@pytest.mark.parametrize("text", ["-5", "+66812345678", "-1.50", "a=b", "", "'quoted", "1-2"])
def test_a_plain_value_stays_as_it_is(text):
    assert safety.cell(text) == text
    assert safety.bare(text) == text
