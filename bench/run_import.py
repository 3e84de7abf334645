"""Import of customers (sealed, indexed, deduplicated) beside django-import-export with its default settings.

The reference writes the same rows into plain columns. It reads the first 5,000 rows of the same file, because it needs
minutes for all of them; its rows a second only fall with size.
"""

import csv
import itertools
import sys
import time
from pathlib import Path
from typing import Any

from bench import place
from bench.report import Report

ROWS = 100_000
REFERENCE_ROWS = 5_000
SEED = 11
# 541,909 order lines of a real shop, where the data sets lie beside the checkout.
REAL = Path(__file__).parents[2] / "shared" / "data" / "online_retail_uci" / "online_retail_all.csv.gz"
REAL_MAPPING = {
    "columns": {
        "InvoiceNo": "order.external_id",
        "InvoiceDate": "order.placed_at",
        "CustomerID": "customer.external_id",
        "StockCode": "line.sku",
        "Description": "line.name",
        "Quantity": "line.quantity",
        "UnitPrice": "line.unit_price",
        "Country": "customer.country",
    },
    "constants": {"order.currency": "GBP"},
}


def main(target: Path) -> None:
    """Measure."""
    report = Report()
    with place.scratch() as var:
        path = _file(var)
        ours = _ours(path)
        theirs = _theirs(path)
        report.speedup("import of 100k customers", rate=ours, reference=theirs, target=20, note=f"{ours:,.0f} rows/s")
        lines = _order_lines(var)
        report.speedup("import of order lines", rate=lines, reference=10_000, target=1, note="lines/s ÷ 10,000")
        if REAL.exists():
            _real_lines(report)
        else:
            print("left out: the real retail file is not beside this clone", flush=True)
    report.write(target)


def _file(var: Path) -> Path:
    from django.utils import timezone

    from cdp.sample import files, shop

    sample = shop.generate(seed=SEED, customers=ROWS, events=0, now=timezone.now())
    path = var / "customers.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, files.COLUMNS["customers"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(sample.people())
    return path


def _import(kind: str, path: Path, mapping: dict[str, Any] | None = None) -> float:
    """Rows a second of our import, pipeline not included."""
    from cdp.core.actors import SYSTEM
    from cdp.core.imports import running

    started = time.perf_counter()
    job = running.begin(kind=kind, path=path, source="bench", mapping=mapping, dry_run=False, actor=SYSTEM)
    job = running.finish(job, lambda _done, _total: None)
    assert job.state == "done", job.error
    return float(job.result["rows"] / (time.perf_counter() - started))


def _ours(path: Path) -> float:
    return _import("customers", path)


def _order_lines(var: Path) -> float:
    from django.utils import timezone

    from cdp.sample import files, shop

    sample = shop.generate(seed=SEED, customers=20_000, events=0, now=timezone.now())
    path = var / "orders.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, files.COLUMNS["orders"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(sample.orders())
    return _import("orders", path)


def _real_lines(report: Report) -> None:
    from django.utils import timezone

    from cdp.core import pipeline

    pipeline.drain_all(now=timezone.now())  # what the parts before left
    started = time.perf_counter()
    rate = _import("orders", REAL, REAL_MAPPING)
    rows = rate * (time.perf_counter() - started)
    report.speedup("import of real order lines", rate=rate, reference=10_000, target=1, note="lines/s ÷ 10,000")
    pipeline.drain_all(now=timezone.now())
    rate = rows / (time.perf_counter() - started)
    report.speedup("… and through the pipeline", rate=rate, reference=10_000, target=1, note="lines/s ÷ 10,000")


def _theirs(path: Path) -> float:
    import tablib
    from django.db import connection, models
    from import_export import resources

    names = (
        *("external_id", "name", "given_name", "family_name", "email", "phone", "gender", "language", "nationality"),
        *("street", "city", "province", "postcode", "country", "company", "job_title", "interests", "line_id"),
        *("member_number", "tags", "created_at"),
    )

    class PlainCustomer(models.Model):
        """The same columns, in clear."""

        external_id = models.CharField(max_length=200, unique=True)

        class Meta:
            app_label = "core"

        def __str__(self) -> str:
            return str(self.pk)

    for name in names[1:]:
        models.CharField(max_length=300, blank=True).contribute_to_class(PlainCustomer, name)

    class PlainResource(resources.ModelResource):
        """Default settings, as its documentation begins."""

        class Meta:
            model = PlainCustomer
            import_id_fields = ("external_id",)

    with connection.schema_editor() as editor:
        editor.create_model(PlainCustomer)
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows: list[dict[str, Any]] = list(itertools.islice(reader, REFERENCE_ROWS))
    data = tablib.Dataset(headers=list(names))
    for row in rows:
        data.append([row[f"customer.{name}"] for name in names])
    started = time.perf_counter()
    result = PlainResource().import_data(data, dry_run=False, raise_errors=True)
    assert not result.has_errors()
    return len(rows) / (time.perf_counter() - started)


if __name__ == "__main__":
    main(Path(sys.argv[2]))
