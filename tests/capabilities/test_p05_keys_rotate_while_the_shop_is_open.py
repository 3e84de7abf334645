"""P5: 200,000 customers move to a new key while people read and write, the old key is thrown away, all of it opens."""

import base64
import csv
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import running

pytestmark = pytest.mark.long
PEOPLE = 200_000
OPEN_ALL = """
from cdp.core.crypto import subjects
from customers.models import Customer
opened, last = 0, None
while True:
    rows = Customer.objects.filter(status="known").order_by("id")
    rows = list((rows.filter(id__gt=last) if last else rows).values_list("id", "name")[:5000])
    if not rows:
        break
    keys, last = subjects.load([row[0] for row in rows]), rows[-1][0]
    opened += sum(bool(keys.open(name, table="customers_customer", column="name", row=who)) for who, name in rows)
print(opened)
"""
JOBS = """
SELECT sum((result->'by_table'->>'core_datakey')::int)::int, sum((result->>'rows')::int)::int,
       sum((result->>'seconds')::float)
FROM core_job WHERE kind = 'rotate_keys'
"""


def key(name: str) -> str:
    return f"{name}:{base64.b64encode(os.urandom(32)).decode()}"


@pytest.fixture
def shop() -> Iterator[running.Shop]:
    stands = running.Shop(sample=False)
    try:
        yield stands
    finally:
        stands.remove()


class Customers(threading.Thread):
    """Somebody who writes and reads without a pause; what was not answered well is kept."""

    def __init__(self, shop: running.Shop, known: list[str], number: int) -> None:
        super().__init__(daemon=True)
        self.shop, self.known, self.number = shop, known, number
        self.over, self.calls, self.faults = threading.Event(), 0, []

    def run(self) -> None:
        while not self.over.is_set():
            self.calls += 1
            mail = f"new-{self.number}-{self.calls}@example.com"
            status, made = self.shop.call("POST", "/api/v1/customers", {"email": mail, "name": "Nina Neu"})
            self._expect(status == 201, status, made)
            if status == 201:
                status, read = self.shop.call("GET", f"/api/v1/customers/{made['id']}")
                self._expect((status, read.get("email")) == (200, mail), status, read)
            who = self.known[self.calls * 7919 % len(self.known)]
            status, read = self.shop.call("GET", f"/api/v1/customers/{who}")
            self._expect(status == 200 and bool(read.get("name")), status, read)
            status, read = self.shop.call("PATCH", f"/api/v1/customers/{who}", {"city": f"Town {self.calls % 9}"})
            self._expect(status == 200, status, read)

    def _expect(self, is_well: bool, *found: object) -> None:
        if not is_well:
            self.faults.append(found)


def test_200000_customers_move_to_a_new_key_while_people_read_and_write(
    shop: running.Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = key("k1"), key("k2")
    shop.env["CDP_ENCRYPTION_KEYS"] = old
    shop.start()
    path = tmp_path / "people.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["external_id", "name", "email"])
        rows.writerows((f"c{n}", f"Ada Nr{n} Lovelace", f"ada{n}@example.com") for n in range(PEOPLE))
    shop.run("import_file", "customers", str(path), "--no-wait")
    known = [str(one) for (one,) in shop.rows("SELECT id FROM customers_customer WHERE status = 'known' LIMIT 3000")]
    assert shop.stop() == 0

    shop.env["CDP_ENCRYPTION_KEYS"] = f"{new},{old}"
    shop.start()
    visitors = [Customers(shop, known, number) for number in range(2)]
    for one in visitors:
        one.start()
    # kill -9 in the middle: what is done stands in the rows, and the next run does the rest.
    command = shop.command("rotate_keys", "--json")
    shop.wait_for(lambda: shop.scalar("SELECT count(*) > 20000 FROM core_datakey WHERE ring_key = 'k2'"))
    command.kill()
    command.communicate()
    moved = shop.scalar("SELECT count(*) FROM core_datakey WHERE ring_key = 'k2'")
    told = json.loads(shop.run("rotate_keys", "--json"))
    for one in visitors:
        one.over.set()
    for one in visitors:
        one.join()
    assert [one.faults for one in visitors] == [[], []]
    assert all(one.calls > 5 for one in visitors)
    assert told["keys"] == [{"id": "k1", "removable": True, "rows": {}, "processes": [], "others": []}]
    # Whoever comes first ends what was killed: the second command, or the worker, which leaves it nothing to do.
    ((rows, in_all, seconds),) = shop.rows(JOBS)
    assert rows >= PEOPLE
    assert shop.scalar("SELECT count(*) FROM core_datakey WHERE ring_key <> 'k2'") == 0
    calls = sum(one.calls for one in visitors) * 4
    with capsys.disabled():
        print(f"\n{in_all:,} keys in {seconds:.1f} s: {in_all / seconds:,.0f} a second, killed once after {moved:,}, "
              f"{calls:,} calls meanwhile")  # fmt: skip
    assert shop.stop() == 0

    shop.env["CDP_ENCRYPTION_KEYS"] = new
    shop.start()
    everybody = shop.scalar("SELECT count(*) FROM customers_customer WHERE status = 'known'")
    assert everybody >= PEOPLE
    assert int(shop.run("shell", "--no-imports", "-c", OPEN_ALL).split()[-1]) == everybody
    for who in known[:50]:
        assert shop.call("GET", f"/api/v1/customers/{who}")[1]["name"]
    assert shop.stop() == 0

    # With the old key alone nothing starts, and the words name the key that is missing.
    shop.env["CDP_ENCRYPTION_KEYS"] = old
    with pytest.raises(AssertionError, match="“k2” is not in CDP_ENCRYPTION_KEYS"):
        shop.start()
