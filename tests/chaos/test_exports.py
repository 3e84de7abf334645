"""kill -9 of the worker while it makes a file of people: nobody can read a half one, and the whole one comes."""

import csv
import io
import json

import pytest

from tests import running

pytestmark = pytest.mark.chaos
MANY = 6000
ASK = """
from django.utils import timezone
from cdp.core.exports import asking, registry
from cdp.core.models import User
owner = User.objects.get(role="owner")
export = asking.ask(kind="customers", segment="", purpose="service", columns=registry.kinds()["customers"].columns, form="csv",
    reason="try the kill", user=owner, at=timezone.now())
asking.approve(export.id, user=User.objects.get(role="privacy"), why="a trial", at=timezone.now())
"""
FETCH = """
import sys
from django.utils import timezone
from cdp.core.exports import handing
from cdp.core.models import Export, User
export = Export.objects.get()
for part in handing.hand(export.id, user=User.objects.get(id=export.asked_by), at=timezone.now()).streaming_content:
    sys.stdout.write(part.decode("utf-8"))
"""


def test_a_killed_worker_leaves_no_readable_file_and_the_next_one_ends_it(tmp_path):
    people = tmp_path / "people.csv"
    people.write_text("email,name\n" + "".join(f"planted{n}@example.com,Planted {n}\n" for n in range(MANY)))
    with running.shop() as shop:
        shop.run("create_staff", "officer@example.com", "--role", "privacy", "--password", "a long word for files")
        told = json.loads(shop.run("import_file", "customers", str(people), "--json", "--no-wait"))
        assert told["accepted"] == MANY
        shop.run("shell", "-c", ASK)
        for part in (500, MANY // 2):
            shop.wait_for(lambda part=part: shop.scalar("SELECT max(done) FROM core_job WHERE kind = 'export'") >= part)
            shop.kill("worker")
            for path in (shop.var / "exports").iterdir():
                assert b"planted" not in path.read_bytes().lower()
        shop.wait_for(lambda: shop.scalar("SELECT state FROM core_export") == "ready")
        said = shop.run("shell", "-c", FETCH)
        rows = list(csv.DictReader(io.StringIO(said[said.index("customer.external_id") :])))
        assert len(rows) == len({row["customer.email"] for row in rows}) == MANY
        assert shop.scalar("SELECT held FROM core_export") == MANY
