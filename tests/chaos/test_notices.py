"""kill -9 of the worker while it delivers notices: each is one file, whoever died over it."""

from collections.abc import Iterator

import pytest

from tests import running

pytestmark = pytest.mark.chaos
MANY = 1500
PUT = f"""
from django.utils import timezone
from cdp.core import outbox
now = timezone.now()
outbox.put_many([
    outbox.Draft("preferences-link", f"somebody{{n}}@example.com", f"chaos:{{n}}", "en", data={{"url": "https://x.example"}})
    for n in range({MANY})
], at=now)
"""


@pytest.fixture
def files() -> Iterator[running.Shop]:
    """A shop of its own, whose mail is files."""
    with running.shop() as found:
        yield found


def test_every_notice_is_one_file_whoever_is_killed(files: running.Shop) -> None:
    shop = files
    shop.run("shell", "-c", PUT)
    sent = "SELECT count(*) FROM core_notice WHERE state = 'sent'"
    for part in (50, MANY // 3, 2 * MANY // 3):
        shop.wait_for(lambda part=part: shop.scalar(sent) >= part)
        shop.kill("worker")
    shop.wait_for(lambda: shop.scalar(sent) == MANY)
    named = {f"{notice}.eml" for (notice,) in shop.rows("SELECT id FROM core_notice")}
    assert {path.name for path in (shop.var / "outbox").glob("*.eml")} == named
    assert shop.scalar("SELECT max(attempts) FROM core_notice") <= 3  # at most one repetition for each kill
