"""Every kind of bad input, told with line and reason in the reader's language, on the page and on the terminal."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.utils import html, translation

from cdp.core import jobs, sources
from cdp.core.actors import SYSTEM
from cdp.core.imports import engine
from cdp.core.models import Job, Source
from commerce.models import Order, Refund
from commerce.rules.inputs import RefundInput
from commerce.services import refunds
from tests import factories

NOW = dt.datetime(2026, 3, 4, tzinfo=dt.UTC)
HEADER = "order.external_id,order.placed_at,order.currency,customer.email,line.sku,line.quantity,line.unit_price"
GOOD = "1,2026-03-04,THB,a@example.com,ชาเขียว,1,10"
# What the line says, and how it is told: column, value, reason.
BAD = [
    (b"2,2026-03-04,THB,a@example.com,A,two,10", "line.quantity", "two", "not_a_number"),
    (b"3,2026-03-04,XYZ,a@example.com,A,1,10", "order.currency", "XYZ", "unknown_currency"),
    (b"4,2026-03-04,THB,not-an-address,A,1,10", "customer.email", "not-an-address", "not_an_email"),
    (b"5,2026-03-04,THB,a@example.com,A,1,10,11", "", "11", "too_many_columns"),
    (b"6,2026-03-04,THB,a@example.com,A\xff,1,10", "line.sku", "A\ufffd", "bad_encoding"),
    (b"R7,2026-03-04,THB,a@example.com,A,-1,10", "order.external_id", "R7", "refund_booked"),
    (b"8,2026-02-30,THB,a@example.com,A,1,10", "order.placed_at", "2026-02-30", "no_such_day"),
    (b",2026-03-04,THB,a@example.com,A,1,10", "order.external_id", "", "missing"),
]
LINES = [HEADER.encode(), GOOD.encode(), *(bad for bad, *_ in BAD), GOOD.replace("1,", "9,", 1).encode()]
LANGUAGES = ["en", "th", "ko"]
LETTERS = {"en": ("The file has", "There is no target", "must be mapped"), "th": "กดนม", "ko": "다이는"}


@pytest.fixture
def content(db) -> bytes:
    """The file, and the refund that one of its lines tells again."""
    sources.ensure("shop", kind=Source.Kind.FILE)
    told = RefundInput(external_id="R7", at=NOW, currency="THB", amount=Decimal(10), reason="", lines=())
    source = Source.objects.get(key="shop")
    refunds.write(refund=told, order=None, customer_id=None, source=source, actor=SYSTEM, now=NOW)
    return b"\n".join(LINES) + b"\n"


def expected(language: str) -> list[tuple[int, str, str, str]]:
    """Line, column, value and the sentence of that language."""
    with translation.override(language):
        return [
            (number, column, value, str(engine.reasons()[code]))
            for number, (_line, column, value, code) in enumerate(BAD, start=3)
        ]


def assert_the_good_are_in() -> None:
    assert set(Order.objects.values_list("external_id", flat=True)) == {"1", "9"}
    assert list(Refund.objects.values_list("external_id", "amount")) == [("R7", 10)]


def test_every_reason_has_a_sentence_of_its_own_in_each_language(db):
    for one in range(len(BAD)):
        assert len({expected(language)[one][3] for language in LANGUAGES}) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_terminal_tells_each_bad_row_in_its_language(content, language, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", f"{language}_XX.UTF-8")
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    call_command("import_file", "orders", path, source="shop")
    told = capsys.readouterr()
    for line, column, value, reason in expected(language):
        (said,) = [said for said in told.err.splitlines() if said.endswith(f": {column}: {reason} ({value!r})")]
        assert str(line) in said.partition(":")[0]
    assert told.out.count("\n") == 1
    assert_the_good_are_in()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_json_tells_each_bad_row(content, language, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LC_ALL", f"{language}.UTF-8")
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    call_command("import_file", "orders", path, source="shop", json=True)
    report = json.loads(capsys.readouterr().out)
    found = [(one["line"], one["column"], one["value"], one["reason"]) for one in report["rejected"]]
    assert found == expected(language)
    assert (report["rows"], report["accepted"]) == (len(LINES) - 1, 2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_tells_each_bad_row_in_the_language_of_the_reader(content, language, client, settings, tmp_path):
    settings.CDP_VAR = tmp_path
    client.force_login(factories.staff("steward"))
    client.cookies.load({settings.LANGUAGE_COOKIE_NAME: language})
    file = SimpleUploadedFile("orders.csv", content)
    assert client.post("/imports/new/", {"kind": "orders", "source": "shop", "file": file}).status_code == 302
    job = Job.objects.get()
    names = {f"column:{name}": name for name in HEADER.split(",")}
    assert client.post(f"/imports/{job.id}/columns/", names).status_code == 302
    jobs.run_waiting()
    client.post(f"/imports/{job.id}/start/")
    jobs.run_waiting()
    page = client.get(f"/imports/{job.id}/").content.decode()
    for line, column, value, reason in expected(language):
        row = next(row for row in page.split("<tr>") if html.escape(reason) in row and f"{line}</td>" in row)
        assert html.escape(column) in row
        assert html.escape(value) in row
    assert_the_good_are_in()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("mapping", "named"),
    [
        ({"columns": {"Preis": "line.unit_price"}}, "Preis"),
        ({"columns": {"line.unit_price": "line.prize"}}, "line.prize"),
        ({"columns": {"order.external_id": "order.external_id"}}, "order.placed_at"),
    ],
)
def test_a_wrong_column_is_named_before_anything_is_written(content, language, mapping, named, tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", f"{language}.UTF-8")
    (tmp_path / "orders.csv").write_bytes(content)
    (tmp_path / "mapping.json").write_text(json.dumps(mapping))
    with pytest.raises(CommandError) as refused:
        call_command("import_file", "orders", tmp_path / "orders.csv", mapping=tmp_path / "mapping.json", source="shop")
    assert named in str(refused.value)
    assert any(sign in str(refused.value) for sign in LETTERS[language])
    assert not Order.objects.exists()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("file", "code"), [(b"", "empty_file"), (b"PK\x03\x04" + bytes(50), "damaged_file")])
def test_a_file_that_is_none_is_refused_in_the_language_of_the_reader(db, language, file, code, tmp_path, monkeypatch):
    monkeypatch.setenv("LC_ALL", f"{language}.UTF-8")
    (tmp_path / "orders.csv").write_bytes(file)
    with translation.override(language):
        reason = str(engine.reasons()[code])
    with pytest.raises(CommandError, match=reason):
        call_command("import_file", "orders", tmp_path / "orders.csv", source="shop")
