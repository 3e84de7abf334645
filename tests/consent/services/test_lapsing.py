"""A "yes" that is older than its purpose lets it hold counts no more, at once; the night writes it down."""

import datetime as dt
import importlib
import types
import uuid

import pytest
from django.db import connection

from cdp.core import actors, jobs
from cdp.core.models import AuditEntry, Job
from consent.models import ConsentRecord, ConsentState, Purpose
from consent.rules import gate as gate_rules
from consent.services import expiring, gate, lapsing, proving
from customers.services import merging
from tests import factories

pytestmark = pytest.mark.django_db
LEAP = dt.datetime(2028, 2, 29, 12, tzinfo=dt.UTC)


def judged(customer, at):
    decision = gate.decide(customer=customer, purpose="marketing", channel="email", at=at)
    condition, params = gate.allowed_condition("marketing", "email", "c", at=at)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM customers_customer c WHERE c.id = %s AND {condition}", [customer, *params]
        )
        assert cursor.fetchone() == (0 if decision.is_denied else 1,)
    return decision.reason


def test_a_yes_counts_to_the_last_moment_of_its_months_and_not_a_moment_longer(say):
    ann = factories.customer().id
    say(ann, channel="email", at=LEAP)
    Purpose.objects.filter(key="marketing").update(lapses_after=12)
    last = LEAP.replace(year=2029, month=3, day=1) - dt.timedelta(days=1)
    assert judged(ann, last) == ""
    assert judged(ann, last + dt.timedelta(days=1)) == "expired"
    Purpose.objects.filter(key="marketing").update(lapses_after=None)
    assert judged(ann, last + dt.timedelta(days=9999)) == ""


def test_the_night_writes_down_what_ran_out_and_tells_how_many(say, now, monkeypatch):
    monkeypatch.setattr(expiring, "PAGE", 2)
    old, new = now - dt.timedelta(days=800), now - dt.timedelta(days=10)
    people = [factories.customer().id for _ in range(5)]
    for one in people:
        say(one, channel="email", at=old)
    say(people[0], channel="sms", at=new)
    say(people[1], channel="sms", at=old, granted=False)
    assert lapsing.begin(as_of=now, actor=actors.SYSTEM) is None
    Purpose.objects.filter(key="marketing").update(lapses_after=24)
    job = lapsing.begin(as_of=now, actor=actors.SYSTEM)
    jobs.run(job.id)
    job.refresh_from_db()
    assert (job.state, job.done, job.checkpoint["lapsed"]) == (Job.State.DONE, 5, {"marketing": 5})
    assert set(ConsentRecord.objects.filter(status="expired").values_list("customer_id", "method")) == {
        (one, "lapsed") for one in people
    }
    assert list(ConsentState.objects.filter(is_granted=True).values_list("customer_id", "channel")) == [
        (people[0], "sms")
    ]
    assert AuditEntry.objects.get(action="consent:purpose:lapsed").details == {"marketing": 5}
    assert judged(people[0], now) == "expired", "too old, and the gate says so"
    # What a new meaning ended is told as that, by the gate of one and by the statement of all, also after a merge.
    expiring.expire(
        purpose="marketing",
        said_before=now,
        reason=gate_rules.BY_MEANING,
        actor=actors.SYSTEM,
        now=now,
        channels=["sms"],
    )
    other = factories.customer().id
    merging.merge(survivor=other, absorbed=people[0], reason="steward", actor=actors.SYSTEM, at=now)
    state = ConsentState.objects.get(customer_id=other, channel="sms")
    assert (state.status, state.ended_by) == ("expired", "meaning")
    decision = gate.decide(customer=other, purpose="marketing", channel="sms", at=now)
    assert (decision.reason, decision.rule.partition(":")[2]) == ("outdated", "meaning")
    parts = gate.denials("marketing", "sms", "c", at=now)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {parts.reason} FROM customers_customer c{parts.join} WHERE c.id = %(one)s",
            parts.params | {"one": other},
        )
        assert cursor.fetchone() == ("outdated",)
    assert not proving._different([other, *people[1:]])
    # Filled by an upgrade: why it ended, and never over a word said since it was read.
    upgrade = importlib.import_module("consent.migrations.0032_why_ended_told")
    theirs = ConsentState.objects.filter(customer_id=other, channel="sms")
    for record_id, ended_by in ((uuid.uuid4(), ""), (state.record_id, "meaning")):
        theirs.update(ended_by="")
        assert not proving._different([other]), "an older version wrote it meanwhile: nothing is wrong with the person"
        with connection.cursor() as cursor:
            cursor.execute(upgrade._WRITE, [[other], [state.id], [record_id], ["meaning"]])
        assert theirs.get().ended_by == ended_by
    upgrade.fill(None, types.SimpleNamespace(connection=connection))
    theirs.update(ended_by="age")
    assert proving._different([other]) == [other]
    theirs.update(ended_by="meaning")
    assert lapsing.latest("marketing") == {"at": job.finished_at, "count": 5}


def test_a_night_that_was_killed_goes_on_behind_its_checkpoint_and_counts_each_once(say, now, monkeypatch):
    monkeypatch.setattr(expiring, "PAGE", 2)
    for _ in range(5):
        say(factories.customer().id, channel="email", at=now - dt.timedelta(days=800))
    Purpose.objects.filter(key="marketing").update(lapses_after=24)
    job = lapsing.begin(as_of=now, actor=actors.SYSTEM)
    pages, written = [], expiring.grants.record_many

    def killed(rows, **how):
        pages.append(len(rows))
        if len(pages) == 2:
            raise KeyboardInterrupt
        return written(rows, **how)

    monkeypatch.setattr(expiring.grants, "record_many", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.id)
    Job.objects.filter(id=job.id).update(state=Job.State.WAITING, claimed_by=None)
    jobs.run(job.id)
    job.refresh_from_db()
    assert job.checkpoint["lapsed"] == {"marketing": 5}
    assert ConsentRecord.objects.filter(status="expired").count() == 5
    assert pages == [2, 2, 2, 1]
