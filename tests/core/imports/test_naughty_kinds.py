"""Naughty strings through a file of every kind: each cell comes back, or is listed with its reason."""

import csv
import io
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest

from cdp.core.crypto import subjects
from cdp.core.files import safety
from commerce.models import OrderLine, Product
from consent.models import ConsentRecord
from customers.models import Company, Customer, Lead
from customers.rules import companies, people
from customers.selectors import leads
from events.models import Event
from surveys.models import SocialAct, SocialPost
from surveys.rules import markup
from surveys.rules.social import reading
from surveys.selectors import reviews
from tests import factories, naughty

WORST = (*naughty.OWN, "a\x00b", "\ud800", "é" * 150, "é" * 250, "y" * 12_000)
"""Files may hold what no browser sends."""
DAY = "2026-11-01"


class File(NamedTuple):
    """A kind's row: fixed cells with the number of the row, empty ones for the text. `kept` is what is stored of them
    by the name of the cell, `read` how a cell is standardised, `same` what makes two of them one.
    """

    row: Mapping[str, str]
    kept: Callable[[], Mapping[str, set[str]]]
    read: Callable[[str], str] = people.plain
    same: Callable[[str], str] = people.plain


def columns(model: Any, **names: str) -> Callable[[], Mapping[str, set[str]]]:
    return lambda: {name: set(model.objects.values_list(column, flat=True)) for name, column in names.items()}


def of_leads():
    answers = {one.answer for row in Lead.objects.all() for one in leads.opened(row).answers}
    return columns(Lead, **{"form name": "form", "campaign": "campaign", "ad": "ad"})() | {"Your wish": answers}


def of_reviews():
    who = list(Customer.objects.values_list("id", flat=True))
    read = reviews.newest(who, subjects.load(who), limit=10_000)
    return {"title": {one.title for one in read}, "body": {one.body for one in read}}


def of_social():
    acts = SocialAct.objects.all()
    keyring = subjects.load({act.customer_id for act in acts})
    return {
        "text": {keyring.open(act.words, table="surveys_socialact", column="words", row=act.id) for act in acts},
        "campaign": set(SocialPost.objects.values_list("campaign", flat=True)),
    }


def of_consents():
    rows = list(ConsentRecord.objects.all())
    keyring, table = subjects.load({row.customer_id for row in rows}), ConsentRecord._meta.db_table
    told = [keyring.open(row.evidence, table=table, column="evidence", row=row.id) for row in rows]
    return {"evidence": {str(text) for one in told if one for text in json.loads(one).values()}}


FILES = {
    "products": File(
        {"sku": "s-{n}", "name": "", "category": "", "brand": ""},
        columns(Product, name="name", category="category", brand="brand"),
    ),
    "events": File({"user id": "u-{n}", "event": "", "timestamp": DAY}, columns(Event, event="name")),
    "leads": File(
        {"email": "l{n}@example.com", "form name": "", "campaign": "", "ad": "", "Your wish": "", "status": "new"}, of_leads
    ),
    "companies": File(
        {"id": "c-{n}", "name": "", "industry": "", "city": ""},
        columns(Company, name="name", industry="industry", city="city"),
        same=lambda text: companies.key(text) or people.plain(text),  # TRUE Ltd. and true are one, in its newest words
    ),
    "reviews": File(
        {"review id": "r-{n}", "email": "r{n}@example.com", "sku": "CUP", "rating": "5", "title": "", "body": "", "date": DAY},
        of_reviews,
        markup.text,
    ),
    "social": File(
        {"comment id": "c-{n}", "platform": "x", "post": "p-{n}", "kind": "comment", "handle": "h{n}", "text": "",
         "campaign": "", "at": DAY},
        of_social,
        reading.plain,
        lambda text: "".join(people.plain(text).split()),  # what nobody sees is a blank in names and nothing in words
    ),
    "orders": File(
        {"order number": "o-{n}", "date": DAY, "currency": "THB", "email": "o{n}@example.com", "sku": "s-{n}",
         "product name": "", "quantity": "1", "unit price": "10"},
        columns(OrderLine, **{"product name": "name"}),
    ),
    "consents": File(
        {"email": "p{n}@example.com", "purpose": "marketing", "channel": "email", "consent": "yes", "date": DAY,
         "evidence": ""},
        of_consents,
    ),
}  # fmt: skip


def written(suffix, rows):
    if suffix == "json":
        return json.dumps(rows)
    stream = io.StringIO(newline="")
    writer = csv.DictWriter(stream, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue().encode("utf-8", "surrogatepass")


@pytest.fixture
def lost(imports):
    def lost(kind, suffix, texts):
        """Cells that are neither stored nor listed."""
        file = FILES[kind]
        rows = [{name: cell.format(n=n) or text for name, cell in file.row.items()} for n, text in enumerate(texts)]
        report = imports(kind, written(suffix, rows))
        told = {entry["value"][:100] for entry in (*report["rejected"], *report["warnings"]) if entry.get("value")}
        codes = {entry["code"] for entry in (*report["rejected"], *report["warnings"])}
        found = []
        for name, kept in file.kept().items():
            # A cell of nothing but blanks says nothing.
            stored = {"", *(file.same(text) for text in kept)}
            for text in texts:
                if "\x00" in text or "\ud800" in text:
                    assert codes & {"nul_byte", "bad_encoding"}
                elif file.same(file.read(text)) not in stored and not {text[:100], people.plain(text)[:100]} & told:
                    found.append((name, ascii(text)[:80]))
        return found

    return lost


@pytest.mark.parametrize("kind", FILES)
def test_every_cell_of_a_file_comes_back_or_is_listed(lost, kind):
    assert not lost(kind, "csv", WORST)


@pytest.mark.long
@pytest.mark.parametrize("suffix", ["csv", "json"])
@pytest.mark.parametrize("kind", FILES)
def test_every_cell_of_the_whole_list_comes_back_or_is_listed(lost, kind, suffix):
    assert not lost(kind, suffix, (*naughty.whole(), *WORST))


def test_rows_to_mend_run_nothing_in_a_spreadsheet_and_come_back_unchanged(imports, client):
    formulas = [text for text in naughty.OWN if text[0] in "=+-@"]
    imports("products", written("csv", [{"sku": "", "name": text} for text in formulas]))
    client.force_login(factories.staff("owner"))
    content = b"".join(client.get(f"/imports/{imports.job.id}/rejected.csv").streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [row["name"] for row in rows] == [safety.cell(text) for text in formulas]
    assert not any(cell.startswith(("=", "@", "+", "-", "\t", "\r")) for row in rows for cell in row.values())
    mended = [{**row, "sku": f"s-{number}"} for number, row in enumerate(rows)]
    imports("products", written("csv", mended))
    assert set(Product.objects.values_list("name", flat=True)) == set(formulas)
