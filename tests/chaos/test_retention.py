"""kill -9 of the worker in the middle of a retention run: it goes on where it stopped, and the report says what went."""

from collections.abc import Iterator

import pytest

from tests import running

pytestmark = pytest.mark.chaos
MANY = 30_000
BEGIN = f"""
import datetime as dt
from django.utils import timezone
from cdp.core import actors, ids
from cdp.core.retention import Action, Term, Unit
from consent.services.retention import deciding, running
from customers.models import Note
from tests import factories
now = timezone.now()
old = now - dt.timedelta(days=4000)
people = [factories.customer(name=f"Person {{n}}").id for n in range(20)]
Note.objects.bulk_create(
    [Note(id=ids.uuid7(), customer_id=people[n % len(people)], kind="note", at=old) for n in range({MANY})],
    batch_size=5000,
)
deciding.decide(kind="customers.notes", term=Term(5, Unit.YEARS), action=Action.DELETE, actor=actors.SYSTEM, at=now)
running.begin(as_of=now, is_dry=False, actor=actors.SYSTEM, at=now, only=["customers.notes"])
"""


@pytest.fixture
def shop() -> Iterator[running.Shop]:
    """A shop of its own."""
    with running.shop() as found:
        yield found


def test_a_run_that_is_killed_goes_on_and_its_report_is_what_went(shop: running.Shop) -> None:
    young = shop.scalar("SELECT count(*) FROM customers_note")
    shop.run("shell", "-c", BEGIN)
    left = "SELECT count(*) FROM customers_note"
    for part in (MANY // 10, MANY // 2):
        shop.wait_for(lambda part=part: shop.scalar(left) <= young + MANY - part)
        shop.kill("worker")
    shop.wait_for(lambda: shop.scalar("SELECT count(*) FROM consent_retentionline WHERE kind = 'customers.notes'") == 1)
    told = shop.rows(
        "SELECT outcome, rows, removed, checksum = removed_checksum FROM consent_retentionline"
        " WHERE kind = 'customers.notes'"
    )
    assert [tuple(row) for row in told] == [("removed", MANY, MANY, True)]
    assert shop.scalar(left) == young
