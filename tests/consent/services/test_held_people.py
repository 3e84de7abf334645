"""Whatever takes something of people away asks the one register of holds; a test for each of them (months of events are
tried with the other months).
"""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from cdp.core import actors, holds, jobs
from cdp.core.imports import touched, undoing
from cdp.core.models import Job
from cdp.core.retention import Action, Term, Unit
from consent.models import LegalHold
from consent.services import holding, restricting
from consent.services.retention import deciding, running
from customers.models import Customer, MergeLog, Note
from customers.services import emptying, erasing, merging
from tests import factories

pytestmark = pytest.mark.django_db
LONG_AGO = dt.timedelta(days=4000)


@pytest.fixture
def held():
    """Somebody under a legal hold, who was merged of two."""
    now = timezone.now()
    first = factories.customer(name="Ann", email="ann@example.com", education="bachelor")
    second = factories.customer(name="Ann", phone="0812345678")
    merging.merge(survivor=first.id, absorbed=second.id, reason="steward", actor=actors.SYSTEM, at=now)
    holding.place(customer=first.id, ground=holding.Ground.CLAIM, why="Case 12", actor=actors.SYSTEM, at=now)
    assert holds.everybody() == {first.id, second.id}
    return first


def test_retention_and_emptying_pass_them_by(held):
    now = timezone.now()
    other = factories.customer(name="Ben", education="master")
    restricted = factories.customer(name="Cat", education="master")
    restricting.restrict(customer=restricted.id, reason=restricting.Reason.ASKED, actor=actors.CUSTOMER, at=now)
    for who in (held, other, restricted):
        Note.objects.create(customer=who, kind="note", at=now - LONG_AGO)
    deciding.decide(kind="customers.notes", term=Term(5, Unit.YEARS), action=Action.DELETE, actor=actors.SYSTEM, at=now)
    run = running.begin(as_of=now, is_dry=False, actor=actors.SYSTEM, at=now, only=["customers.notes"])
    jobs.run(run.job_id)
    assert set(Note.objects.values_list("customer_id", flat=True)) == {held.id, restricted.id}
    emptying.empty(field="education", after=uuid.UUID(int=0), at=now)
    assert set(Customer.objects.exclude(education="").values_list("id", flat=True)) == {held.id, restricted.id}


def test_they_are_neither_erased_nor_parted_until_it_is_lifted(held):
    with pytest.raises(erasing.UnableToErase) as unable:
        erasing.erase(customer=held.id, actor=actors.SYSTEM, at=timezone.now())
    assert unable.value.reason is erasing.Reason.HELD
    log = MergeLog.objects.get()
    with pytest.raises(merging.UnableToUnmerge) as refused:
        merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=timezone.now())
    assert refused.value.reason is merging.Reason.HELD
    hold = LegalHold.objects.get()
    holding.lift(customer=held.id, hold=hold.id, actor=actors.SYSTEM, at=timezone.now())
    merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=timezone.now())


def test_an_import_that_told_of_them_is_not_taken_back(held, monkeypatch):
    job = Job.objects.create(kind="import", state="done", params={"dry_run": False, "kind": "people", "source": "shop"})
    monkeypatch.setattr(undoing, "why_not", lambda *_args, **_how: "")
    monkeypatch.setattr(touched, "people", lambda _import: iter([[uuid.uuid4()], [held.id]]))
    with pytest.raises(undoing.UnableToUndo, match="legal hold"):
        undoing.begin(job, actor=actors.SYSTEM, at=timezone.now())
    work = Job.objects.create(kind="import_undo", params={"actor": ["system", None], "import": str(job.id)})
    jobs.run(work.id)
    work.refresh_from_db()
    assert work.state == "failed"
