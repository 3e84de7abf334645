"""The big list of naughty strings through a file of customers: back as it was, or named with its reason."""

import csv
import io
import json
from pathlib import Path

import pytest

from customers.models import Customer, Identifier
from customers.rules import people
from tests.importing import Importer

NAUGHTY = Path(__file__).parents[3] / ".." / "shared" / "data" / "naughty_strings" / "blns.json"


@pytest.fixture
def imports(db, tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


@pytest.mark.parametrize("suffix", ["csv", "json"])
def test_every_naughty_string_comes_back_or_is_named(imports, suffix):
    if not NAUGHTY.is_file():
        pytest.skip("the shared data with naughty strings is not beside this clone")
    texts = [text for text in json.loads(NAUGHTY.read_text("utf-8")) if text]
    rows = [{"external_id": f"n-{number:03}", "company": text} for number, text in enumerate(texts)]
    if suffix == "csv":
        stream = io.StringIO(newline="")
        writer = csv.DictWriter(stream, ["external_id", "company"])
        writer.writeheader()
        writer.writerows(rows)
        content = stream.getvalue()
    else:
        content = "[" + ",\n".join(map(json.dumps, rows)) + "]"
    report = imports("customers", content)
    assert report["created"] + len(report["rejected"]) == len(texts)
    told = {entry["value"] for entry in (*report["rejected"], *report["warnings"]) if entry.get("value")}
    kept = set(Customer.objects.filter(status="known").values_list("company", flat=True))
    assert Identifier.objects.filter(kind="external_id").count() == report["created"]
    for text in texts:
        assert people.plain(text) in kept or any(text[:100] in value for value in told), ascii(text)
