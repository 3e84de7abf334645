import csv
import datetime as dt
import json

import pytest

from cdp.sample import files, shop

NOW = dt.datetime(2026, 11, 21, 14, 0, tzinfo=dt.UTC)
NAMES = ["consents.csv", "customers.csv", "events.jsonl", "orders.csv", "products.csv", "truth.csv"]


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / "new"
    small = shop.generate(seed=9, customers=120, events=900, now=NOW)
    return folder, small, files.write(small, folder)


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_writes_one_file_for_each_kind(written):
    folder, _, counts = written
    assert sorted(path.name for path in folder.iterdir()) == NAMES
    assert counts["customers"] == counts["truth"] == 120
    assert counts["events"] == 900


@pytest.mark.parametrize(
    ("name", "stream"),
    [
        ("customers", "people"),
        ("orders", "orders"),
        ("consents", "consents"),
        ("products", "products"),
        ("truth", "truth"),
    ],
)
def test_files_give_back_the_rows(written, name, stream):
    folder, small, counts = written
    rows = read(folder / f"{name}.csv")
    assert rows == list(getattr(small, stream)())
    assert len(rows) == counts[name]


def test_events_are_one_json_object_a_line(written):
    folder, small, _ = written
    text = (folder / "events.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line) for line in text.splitlines()] == list(small.events())


def test_the_same_shop_gives_the_same_bytes(written, tmp_path):
    folder, _, _ = written
    again = shop.generate(seed=9, customers=120, events=900, now=NOW)
    files.write(again, tmp_path)
    for name in NAMES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


@pytest.mark.parametrize("kind", ["customers", "orders", "consents", "products"])
def test_headings_are_the_import_targets(kind):
    columns = files.mapping(kind)["columns"]
    assert columns
    for heading, target in columns.items():
        assert heading == target
        assert target.split(".")[0] in {"customer", "order", "line", "consent", "product"}
