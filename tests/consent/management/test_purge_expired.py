import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command

from cdp.core import actors
from cdp.core.retention import Action, Term, Unit
from consent.selectors import retention as reading
from consent.services.retention import deciding
from customers.models import Note
from tests import factories

NOW = dt.datetime(2026, 11, 20, 19, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db


def purge(*args):
    out = io.StringIO()
    call_command("purge_expired", *args, stdout=out)
    return out.getvalue()


def test_the_dry_run_and_the_run_print_the_same_rows():
    Note.objects.create(customer=factories.customer(), kind="note", at=NOW - dt.timedelta(days=400))
    deciding.decide(kind="customers.notes", term=Term(1, Unit.YEARS), action=Action.DELETE, actor=actors.SYSTEM, at=NOW)
    early = json.loads(purge("--dry-run", "--json", "--now", "2026-01-01T00:00:00Z"))
    assert {one["kind"]: one["rows"] for one in early["kinds"]}["customers.notes"] == 0
    dry, real = (json.loads(purge("--json", "--now", NOW.isoformat(), *more)) for more in (("--dry-run",), ()))
    found, taken = (next(one for one in told["kinds"] if one["kind"] == "customers.notes") for told in (dry, real))
    assert (found["rows"], found["removed"], dry["removed"]) == (1, 0, 0)
    assert (taken["removed"], taken["removed_checksum"]) == (1, found["checksum"])
    told = purge("--dry-run", "--now", NOW.isoformat())
    assert "0 removed" in told
    assert f"The rules of {reading.waiting()} kinds are only proposed" in told


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(CommandError, match="zone"):
        purge("--now", "2026-11-20")
