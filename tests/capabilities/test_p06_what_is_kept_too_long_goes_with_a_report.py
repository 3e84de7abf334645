"""P6: a privacy officer puts rules in force, tries them, and the night takes exactly what was listed; a field that nobody
uses is named and stopped.
"""

import datetime as dt
import io
import json

import pytest
from django.core.management import call_command
from django.utils import timezone

from cdp.core import jobs
from cdp.core.models import User
from consent.models import RetentionRun
from consent.selectors import minimisation
from consent.services import nights
from customers.models import Customer, Note
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _collects_everything():
    minimisation.forget()
    yield
    minimisation.forget()


def test_what_is_kept_too_long_goes_with_a_report(client, settings, tmp_path, django_capture_on_commit_callbacks):
    settings.CDP_VAR = tmp_path
    now = timezone.now()
    ann = factories.customer(name="Ann", email="ann@example.com", education="bachelor")
    old = factories.order(ann, placed_at=now - dt.timedelta(days=4000), amount=100)
    young = factories.order(ann, placed_at=now - dt.timedelta(days=40), amount=50)
    for days in (3000, 10):
        Note.objects.create(customer=ann, kind="note", at=now - dt.timedelta(days=days))
    client.force_login(factories.staff("privacy"))
    User.objects.update(created_at=now - dt.timedelta(days=10))  # the shop is not of today
    client.post("/consent/retention/confirm/")
    jobs.run_waiting()
    assert b"2 rows go in the next night" in client.get("/consent/retention/confirm/").content
    client.post("/consent/retention/confirm/", {"run": RetentionRun.objects.get().id})

    out = io.StringIO()
    call_command("purge_expired", "--dry-run", "--json", stdout=out)
    listed = {one["kind"]: one for one in json.loads(out.getvalue())["kinds"]}
    assert (listed["commerce.orders"]["rows"], listed["customers.notes"]["rows"]) == (1, 1)

    night = now.replace(hour=20, minute=0)  # three o'clock in Bangkok
    nights.begin_due(now=night)
    nights.begin_due(now=night)
    jobs.run_waiting()
    run = RetentionRun.objects.get(night__isnull=False)
    lines = {line.kind: line for line in run.lines.all()}
    for kind in ("commerce.orders", "customers.notes"):
        assert (lines[kind].removed, lines[kind].removed_checksum) == (1, listed[kind]["checksum"])
    assert "As listed" in client.get(f"/consent/retention/runs/{run.id}/").content.decode()
    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.customer.status, old.amount, young.customer_id) == ("bucket", 100, ann.id)
    assert Note.objects.count() == 1

    # The same night has counted the fields: nothing uses the education of anybody.
    page = client.get("/consent/minimisation/").content.decode()
    assert 'action="/consent/minimisation/education/"' in page
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/consent/minimisation/education/", {"decision": "purge"})
    jobs.run_waiting()
    factories.customer(name="Ann", email="ann@example.com", education="master")
    assert Customer.objects.get(id=ann.id).education == ""
