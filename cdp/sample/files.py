"""The sample shop as files in the import formats, written row by row."""

import csv
import json
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from cdp.sample import permissions, purchases, rows
from cdp.sample.shop import Shop

PRODUCT_COLUMNS: Final = (
    "product.sku", "product.name", "product.category", "product.brand", "product.price", "product.currency",
    "name_th", "name_ko",
)  # fmt: skip
COLUMNS: Final = {
    "customers": rows.COLUMNS,
    "orders": purchases.COLUMNS,
    "consents": permissions.COLUMNS,
    "products": PRODUCT_COLUMNS,
    "truth": rows.TRUTH_COLUMNS,
}


def mapping(kind: str) -> dict[str, dict[str, str]]:
    """The import mapping of a file: its headings are the targets themselves. `truth` and `events` have none."""
    return {"columns": {column: column for column in COLUMNS[kind] if "." in column}}


def write(shop: Shop, folder: str | os.PathLike[str]) -> dict[str, int]:
    """Write customers, orders, consents, products and truth as .csv and events as .jsonl (UTF-8) into the folder.

    Returns how many rows each file got. The folder is made where it is missing; older files in it are replaced.
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    sources: dict[str, Callable[[], Iterable[rows.Row]]] = {
        "products": shop.products,
        "customers": shop.people,
        "consents": shop.consents,
        "orders": shop.orders,
        "truth": shop.truth,
    }
    counts = {kind: _write_csv(target / f"{kind}.csv", COLUMNS[kind], source()) for kind, source in sources.items()}
    counts["events"] = 0
    with (target / "events.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for event in shop.events():
            file.write(json.dumps(event, ensure_ascii=False, separators=(",", ":")))
            file.write("\n")
            counts["events"] += 1
    return counts


def _write_csv(path: Path, columns: Sequence[str], records: Iterable[rows.Row]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for record in records:
            writer.writerow([record[column] for column in columns])
            count += 1
    return count
