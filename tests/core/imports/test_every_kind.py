"""What holds for the files of every kind: nothing twice, nothing half, every bad row told, mended and taken."""

import csv
import io
import zipfile
from typing import NamedTuple

import pytest

from cdp.core.imports import registry, running
from commerce.models import Order, Product
from consent.models import ConsentRecord
from customers.models import Company, Customer, Lead
from events.models import Event
from loyalty.models import Lot
from surveys.models import Review, SocialAct, Ticket
from tests import factories

BAD = "zzbadzz"


class File(NamedTuple):
    """Header, two good rows, the second once more with one cell that cannot be used, and what the file brings."""

    header: str
    rows: tuple[str, str]
    wrong: str
    column: str
    mended: str
    model: type


FILES = {
    "customers": File(
        "email,name,city",
        ("ann@example.com,Ann,Bangkok", "bob@example.com,Bob,Phuket"),
        f"{BAD} at example,Bob,Phuket", "email", "bob@example.com", Customer,
    ),
    "orders": File(
        "order id,order date,email,sku,quantity,price",
        ("A1,2026-01-02,ann@example.com,P-1,1,5", "A2,2026-01-03,bob@example.com,P-2,2,5"),
        f"A2,2026-01-03,bob@example.com,P-2,{BAD},5", "quantity", "2", Order,
    ),
    "products": File(
        "sku,name,price,currency",
        ("P-1,Soap,5,THB", "P-2,Towel,6,THB"),
        f"P-2,Towel,6,{BAD}", "currency", "THB", Product,
    ),
    "events": File(
        "event,timestamp,email",
        ("Signed in,2026-03-01 10:00,ann@example.com", "Signed in,2026-03-02 10:00,bob@example.com"),
        f"Signed in,{BAD},bob@example.com", "timestamp", "2026-03-02 10:00", Event,
    ),
    "leads": File(
        "lead id,created time,email,name",
        ("7001,2026-03-01 10:00,ann@example.com,Ann", "7002,2026-03-02 10:00,bob@example.com,Bob"),
        f"7002,{BAD},bob@example.com,Bob", "created time", "2026-03-02 10:00", Lead,
    ),
    "companies": File(
        "company name,industry,contact email",
        ("Siam Soap,Cosmetics,ann@example.com", "Han River,Retail,"),
        f"{BAD * 30},Retail,", "company name", "Han River", Company,
    ),
    "reviews": File(
        "sku,rating,body,date,email",
        ("P-1,5,Lovely,2026-03-01,ann@example.com", "P-1,2,Hm,2026-03-02,bob@example.com"),
        f"P-1,{BAD},Hm,2026-03-02,bob@example.com", "rating", "2", Review,
    ),
    "social": File(
        "platform,kind,handle,followers,text,at",
        ("x,comment,ann_k,12.3k,Lovely,2026-03-01", "x,comment,bob,1200,Hm,2026-03-02"),
        f"x,comment,bob,{BAD},Hm,2026-03-02", "followers", "1200", SocialAct,
    ),
    "tickets": File(
        "ticket id,email,subject,description,channel,created at",
        ("T-1,ann@example.com,Lid,It broke,email,2026-03-01 10:00", "T-2,bob@example.com,Box,Late,web,2026-03-02 10:00"),
        f"T-2,bob@example.com,Box,Late,web,{BAD}", "created at", "2026-03-02 10:00", Ticket,
    ),
    "consents": File(
        "email,purpose,channel,granted,at",
        ("ann@example.com,marketing,email,yes,2026-01-02", "bob@example.com,marketing,email,no,2026-01-02"),
        f"bob@example.com,{BAD},email,no,2026-01-02", "purpose", "marketing", ConsentRecord,
    ),
    "points": File(
        "email,points,member since",
        ("ann@example.com,120,2025-01-02", "bob@example.com,45,2025-01-03"),
        f"bob@example.com,{BAD},2025-01-03", "points", "45", Lot,
    ),
}  # fmt: skip


def brought(file: File) -> int:
    found = file.model._default_manager.all()
    return (found.filter(status="known") if file.model is Customer else found).count()


def test_every_kind_is_here(db):
    # Files of answers have the columns of their survey: tests/surveys/services/filing.
    assert set(FILES) | {"responses"} == set(registry.kinds())


@pytest.mark.parametrize("kind", FILES)
def test_the_same_facts_come_once_by_whatever_file(imports, kind):
    file = FILES[kind]
    one, other = file.rows
    empty = imports(kind, f"{file.header}\n")
    assert (imports.job.state, empty["rows"], empty["accepted"], brought(file)) == ("done", 0, 0, 0)
    assert (imports(kind, f"{file.header}\n{one}")["created"], brought(file)) == (1, 1)
    whole = f"{file.header}\n{one}\n{other}\n"
    path = imports.file(whole)
    assert (imports(kind, path)["created"], brought(file)) == (1, 2)
    renamed = path.rename(path.with_name("renamed.csv"))
    for again in (renamed, whole, f"{file.header}\n{other}\n{one}\n", whole.replace("\n", "\r\n")):
        report = imports(kind, again)
        assert (report["created"], report["rejected"], brought(file)) == (0, [], 2)


@pytest.mark.parametrize("kind", FILES)
def test_what_is_no_table_is_refused_and_odd_signs_are_told(imports, kind):
    file = FILES[kind]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as inner:
        inner.writestr("rows.csv", f"{file.header}\n{file.rows[0]}\n")
    with pytest.raises(running.UnableToBegin):
        imports(kind, packed.getvalue())
    cells = file.rows[0].split(",")
    odd = [",".join([*cells[:-1], text]) for text in ("=HYPERLINK(1)", "a\x00b")]
    report = imports(kind, f"{file.header},note\n{odd[0]},=1+1\n{odd[1]},x\n{file.rows[1]},x\n")
    assert report["rows"] == 3
    assert report["rows"] == report["accepted"] + len(report["rejected"])
    assert "nul_byte" in imports.remarks()
    assert brought(file) >= 1


@pytest.mark.parametrize("kind", FILES)
def test_a_bad_row_is_told_in_whole_and_comes_in_once_it_is_mended(imports, kind, client, capfd, caplog):
    file = FILES[kind]
    content = f"{file.header}\n{file.rows[0]}\n{file.wrong}\n"
    checked = imports(kind, content, dry_run=True)
    (told,) = checked["rejected"]
    assert (told["line"], told["column"]) == (3, file.column)
    assert told["value"].startswith(BAD)
    assert told["reason"] not in {"", told["code"]}
    report = imports(kind, content)
    assert (report["rejected"], report["accepted"], brought(file)) == ([told], 1, 1)
    client.force_login(factories.staff("owner"))
    page = f"/imports/{imports.job.id}/"
    assert BAD in client.get(page).text
    download = b"".join(client.get(f"{page}rejected.csv").streaming_content).decode("utf-8-sig")
    written = capfd.readouterr()
    assert BAD not in caplog.text + written.out + written.err
    (row,) = list(csv.DictReader(io.StringIO(download)))
    row[file.column] = file.mended
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(row))
    writer.writeheader()
    writer.writerow(row)
    again = imports(kind, stream.getvalue())
    assert (again["rejected"], again["created"], brought(file)) == ([], 1, 2)
    assert imports(kind, f"{file.header}\n{file.rows[1]}\n")["created"] == 0, "it is as if it had been right at once"
