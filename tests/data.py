"""The data sets that lie beside the checkout, for tests that prove our numbers against theirs."""

import gzip
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "shared" / "data"
SETS = (
    *("adventureworks_prospects", "csv_encodings_dev", "csv_spectrum", "email_cases_dev", "korean_addresses_dev"),
    *("naughty_strings", "online_retail_uci", "phone_numbers_dev", "platform_exports_dev", "shopify_api_fixtures"),
    *("stripe_fixtures", "surveys_538_dev", "thai_names", "thai_province_kongvut", "vcards_dev", "woocommerce_json"),
)
"""What tests skip without, unless CDP_REQUIRE_DATA=1 says that it has to be there."""


def missing(folder: Path = FOLDER) -> list[str]:
    """The data sets that do not lie there."""
    return [name for name in SETS if not (folder / name).is_dir()]


def text(path: str) -> str:
    """A file of a data set, unzipped."""
    raw = (FOLDER / path).read_bytes()
    return (gzip.decompress(raw) if path.endswith(".gz") else raw).decode()
