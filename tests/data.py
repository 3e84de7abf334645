"""The data sets that lie beside the checkout, for tests that prove our numbers against theirs."""

import gzip
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "shared" / "data"


def text(path: str) -> str:
    """A file of a data set, unzipped."""
    raw = (FOLDER / path).read_bytes()
    return (gzip.decompress(raw) if path.endswith(".gz") else raw).decode()
