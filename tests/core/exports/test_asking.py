"""A file that staff ask for: counted before, let go by another person, sealed where it lies, judged when it leaves."""

import csv
import datetime as dt
import io
import json

import duckdb
import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from cdp.core import actors, jobs, tasks
from cdp.core.exports import asking, ending, handing, keeping, leading, registry, words
from cdp.core.models import AccessEntry, AuditEntry, Export, ExportPortion, Job, Notice, User
from customers.services import erasing
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def people(settings, tmp_path):
    settings.CDP_VAR = tmp_path
    settings.CDP_EXPORT_ALONE = 2
    found = {}
    for name in ("ann", "ben", "cleo"):
        found[name] = factories.customer(
            name=name.title(), email=f"{name}@example.com", phone=f"+6681234567{len(found)}"
        )
        factories.consent(found[name], purpose="third_party", channel="any", granted=name != "cleo")
    return found


def ask(user, **changed):
    given = {
        "kind": "customers", "segment": "", "purpose": "third_party", "form": "csv", "reason": "the spring letter",
        "columns": registry.kinds().get(changed.get("kind", "customers"), registry.kinds()["customers"]).columns,
        "user": user, "at": NOW,
    }  # fmt: skip
    return asking.ask(**{**given, **changed})


def made(export):
    jobs.run_waiting()
    export.refresh_from_db()
    return export


def fetched(export, user, at=None):
    return b"".join(handing.hand(export.id, user=user, at=at or timezone.now()).streaming_content)


def rows(body):
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))


def test_a_small_file_is_made_at_once_and_lies_sealed_until_it_is_fetched(people):
    owner = factories.staff("owner")
    counted = asking.count(registry.kinds()["customers"], segment="", purpose="third_party", asker=owner.id, at=NOW)
    assert (counted.people, dict(counted.left_out), counted.needs_second) == (2, {"denied": 1}, False)
    export = made(ask(owner))
    assert (export.state, export.held, export.rows, export.left_out) == ("ready", 2, 2, {"denied": 1})
    (stored,) = (settings.CDP_VAR / "exports").iterdir()
    assert b"ann" not in stored.read_bytes()
    assert stored.stat().st_mode & 0o077 == 0
    response = handing.hand(export.id, user=owner, at=timezone.now())
    assert f"owner-{export.id.hex}.csv" in response["Content-Disposition"]
    told = rows(b"".join(response.streaming_content))
    assert {row["customer.email"] for row in told} == {"ann@example.com", "ben@example.com"}
    assert {row["export.id"] for row in told} == {str(export.id)}
    entry = AccessEntry.objects.get(view="web:export-file")
    assert (set(entry.customer_ids), entry.actor_id) == ({people["ann"].id, people["ben"].id}, owner.id)
    assert entry.reason == str(export.id)
    # Free words of staff may name somebody: they stand in no ledger, out of which nobody can take them.
    assert not AuditEntry.objects.filter(details__icontains="spring letter").exists()
    actions = AuditEntry.objects.filter(object_id=str(export.id)).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["core:export:asked", "core:export:written", "core:export:fetched"]


def test_a_list_is_for_one_channel_and_holds_whom_that_channel_may_reach_and_where(people, settings):
    settings.CDP_EXPORT_ALONE = 100
    asked = {"purpose": "marketing", "channel": "email", "segment": "", "asker": None, "at": NOW}
    kinds = registry.kinds()
    dan = factories.customer(name="Dan", phone="+66812345679")  # allows e-mail and has no address there
    for person, channel in ((people["ann"], "email"), (people["ben"], "sms"), (dan, "email")):
        factories.consent(person, purpose="marketing", channel=channel)
    factories.consent(people["cleo"], purpose="marketing", channel="email", granted=False)
    counted = asking.count(kinds["customers"], **asked)
    assert (counted.people, dict(counted.left_out)) == (1, {"never_asked": 1, "denied": 1, "no_address": 1})
    owner = factories.staff("owner")
    for wrong in ("", "file", "any", "webhook"):
        with pytest.raises(asking.UnableToAsk) as problem:
            ask(owner, purpose="marketing", channel=wrong)
        assert problem.value.field == "purpose"
    with pytest.raises(asking.UnableToAsk):  # no list by which people are written to
        ask(owner, kind="orders", purpose="marketing", channel="email")
    with pytest.raises(asking.UnableToAsk):  # the own books are about no channel: a restriction holds whatever is named
        ask(owner, purpose="service", channel="email")

    marketer, officer = factories.staff("marketer"), factories.staff("privacy")
    export = ask(marketer, purpose="marketing", channel="email")
    # A list of dots would serve nobody: somebody who may see addresses lets this one go.
    assert (export.state, export.channel, export.left_out["no_address"]) == ("waiting", "email", 1)
    assert "customer.phone" not in export.columns
    assert "customer.birth_date" not in export.columns
    asking.approve(export.id, user=officer, why="the spring letter", at=NOW)
    assert made(export).left_out == {"never_asked": 1, "denied": 1, "no_address": 1}
    (row,) = rows(fetched(export, marketer))
    assert (row["customer.email"], row["customer.name"]) == ("ann@example.com", "Ann")
    factories.consent(people["ann"], purpose="marketing", channel="email", granted=False)
    assert rows(fetched(export, marketer)) == []


def test_hours_leave_nobody_out_of_a_list_by_which_others_write(people, settings):
    settings.CDP_EXPORT_ALONE = 100
    type(people["ann"]).objects.filter(id=people["ann"].id).update(country="KR")
    factories.consent(people["ann"], purpose="marketing", channel="sms")
    night = dt.datetime(2026, 6, 30, 14, tzinfo=dt.UTC)  # 23:00 in Seoul
    asked = {"purpose": "marketing", "at": night}
    assert leading.judge(registry.kinds()["customers"], [people["ann"].id], channel="sms", **asked).people
    assert not leading.judge(registry.kinds()["customers"], [people["ann"].id], channel="email", **asked).people


def test_what_staff_write_about_a_file_lies_sealed(people):
    export = ask(factories.staff("owner"), purpose="service", reason="letter for Ann Bauer")
    asking.refuse(export.id, user=factories.staff("privacy"), why="call Ann Bauer instead", at=NOW)
    export.refresh_from_db()
    assert words.of(export) == words.Words("letter for Ann Bauer", "call Ann Bauer instead")
    assert not {b"Ann", b"Bauer"} & {part for text in (export.reason, export.decided_why) for part in text.split()}


def test_more_people_wait_for_somebody_else_who_may(people):
    owner, marketer, officer = factories.staff("owner"), factories.staff("marketer"), factories.staff("privacy")
    export = ask(owner, purpose="service")
    assert (export.state, export.people, export.job_id) == ("waiting", 3, None)
    for user in (owner, marketer):
        with pytest.raises(asking.UnableToDecide):
            asking.approve(export.id, user=user, at=NOW)
        with pytest.raises(asking.UnableToDecide):
            asking.refuse(export.id, user=user, why="not like this", at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():  # not even a line of SQL does it
        Export.objects.filter(id=export.id).update(decided_by=owner.id, state="making")
    with pytest.raises(handing.UnableToHand):
        fetched(export, owner)
    asking.approve(export.id, user=officer, why="the yearly audit", at=NOW)
    made(export)
    assert (export.state, export.decided_by, len(rows(fetched(export, owner)))) == ("ready", officer.id, 3)
    with pytest.raises(handing.UnableToHand):  # who let it go does not get it
        fetched(export, officer)
    other = ask(owner, purpose="service", reason="once more")
    asking.refuse(other.id, user=officer, why="you have it already", at=NOW)
    other.refresh_from_db()
    assert (other.state, Job.objects.filter(kind="export").count()) == ("refused", 1)


def test_small_files_in_a_row_count_as_the_large_one_they_make_up(people):
    owner = factories.staff("owner")
    assert not ask(owner).needs_second
    assert not Notice.objects.exists()
    boss = factories.staff("owner", email="boss@example.com")
    assert ask(owner, reason="and again").needs_second
    # Whoever may let it go is told that something waits, and nothing of whom or why; who asks is not.
    (notice,) = Notice.objects.all()
    assert notice.kind == "second-waiting"
    key = f"second-waiting:export:{Export.objects.get(needs_second=True).id}:"
    assert notice.key.startswith(key)
    assert notice.key.endswith(str(boss.id))
    assert not ask(owner, at=NOW + dt.timedelta(days=2)).needs_second


def test_who_sees_contacts_masked_takes_them_along_masked(people):
    marketer = factories.staff("marketer")
    export = made(ask(marketer))
    assert export.is_masked
    told = rows(fetched(export, marketer))
    assert {row["customer.email"] for row in told} == {"a•••@example.com", "b•••@example.com"}
    assert all("1234567" not in row["customer.phone"] for row in told)


def test_a_file_is_given_only_with_who_may_still_leave_and_only_for_a_day(people):
    owner = factories.staff("owner")
    export = made(ask(owner))
    assert handing.count_leaving(export, at=timezone.now()) == export.held == 2
    factories.consent(people["ben"], purpose="third_party", channel="any", granted=False)
    assert handing.count_leaving(export, at=timezone.now()) == 1
    assert [row["customer.email"] for row in rows(fetched(export, owner))] == ["ann@example.com"]
    with pytest.raises(handing.UnableToHand):
        fetched(export, owner, at=timezone.now() + dt.timedelta(hours=25))
    ending.forget_old(now=timezone.now() + dt.timedelta(hours=25))
    export.refresh_from_db()
    assert (export.state, export.ended_for, keeping.stored()) == ("ended", "expired", [])


@pytest.mark.django_db(transaction=True)
def test_forgetting_somebody_ends_every_file_that_holds_them(people):
    owner = factories.staff("owner")
    with_ann = made(ask(owner))
    without = made(ask(owner, kind="products", purpose="service"))
    erasing.erase(customer=people["ann"].id, actor=actors.SYSTEM, at=timezone.now())
    with_ann.refresh_from_db()
    without.refresh_from_db()
    assert (with_ann.state, with_ann.ended_for, without.state) == ("ended", "erased", "ready")
    assert keeping.stored() == [without.id]
    assert not ExportPortion.objects.exists()


def test_a_kill_leaves_nothing_to_read_and_the_next_worker_goes_on(people, monkeypatch):
    monkeypatch.setattr("cdp.core.exports.leading.PORTION", 1)
    owner = factories.staff("owner")
    export = ask(owner)
    written = []
    append = keeping.Keeper.append

    def killed(keeper, piece):
        written.append(append(keeper, piece))
        if len(written) == 2:
            raise jobs.Interrupted  # behind the bytes, before the commit, as kill -9 would
        return written[-1]

    monkeypatch.setattr(keeping.Keeper, "append", killed)
    jobs.run(export.job_id)
    job = Job.objects.get(id=export.job_id)
    assert (job.state, job.checkpoint["position"]) == ("running", 1)
    assert keeping.path_of(export.id).stat().st_size > job.checkpoint["offset"]
    with pytest.raises(handing.UnableToHand):
        fetched(export, owner)
    monkeypatch.setattr(keeping.Keeper, "append", append)
    Job.objects.filter(id=job.id).update(claimed_by=None)
    jobs.sweep()
    made(export)
    told = [row["customer.email"] for row in rows(fetched(export, owner))]
    assert sorted(told) == ["ann@example.com", "ben@example.com"]


def test_a_file_that_would_hold_more_than_anybody_agreed_to_ends(people):
    owner = factories.staff("owner")
    export = ask(owner)
    factories.consent(people["cleo"], purpose="third_party", channel="any")
    made(export)
    assert (export.state, export.ended_for) == ("ended", "grown")
    assert "ask for it again" in jobs.sentence(Job.objects.get(id=export.job_id).error)


def test_many_small_files_do_not_grow_into_a_large_one(people, settings):
    settings.CDP_EXPORT_ALONE = 3
    owner = factories.staff("owner")
    first = ask(owner)
    for name in ("cleo",):
        factories.consent(people[name], purpose="measurement", channel="any")
    second = ask(owner, purpose="measurement")
    assert (second.people, second.needs_second) == (1, False)
    for name in ("ann", "ben"):
        factories.consent(people[name], purpose="measurement", channel="any")
    made(first)
    made(second)
    assert (first.state, second.state, second.ended_for) == ("ready", "ended", "grown")


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
def test_other_forms_name_their_export_too(people, form, tmp_path):
    owner = factories.staff("owner")
    export = made(ask(owner, form=form, columns=["customer.email"]))
    body = fetched(export, owner)
    if form == "jsonl":
        found = [tuple(json.loads(line).values()) for line in body.decode().splitlines()]
    else:
        path = tmp_path / "x.parquet"
        path.write_bytes(body)
        found = duckdb.sql(f"SELECT * FROM '{path}'").fetchall()
        kept = dict(duckdb.sql(f"SELECT key, value FROM parquet_kv_metadata('{path}')").fetchall())
        assert kept[b"asked_by"] == str(owner.id).encode()
    assert found == [("ann@example.com", str(export.id)), ("ben@example.com", str(export.id))]


def test_what_cannot_be_asked_is_refused_with_its_field(people):
    owner = factories.staff("owner")
    for field, changed in (
        ("kind", {"kind": "nonsense"}),
        ("purpose", {"purpose": "fun"}),
        ("columns", {"columns": ["customer.password"]}),
        ("reason", {"reason": " x "}),
        ("segment", {"segment": "none-such"}),
        ("form", {"form": "exe"}),
    ):
        with pytest.raises(asking.UnableToAsk) as problem:
            ask(owner, **changed)
        assert problem.value.field == field
    assert not Export.objects.exists()


def test_a_member_of_staff_who_lost_the_right_gets_nothing_more(people):
    owner = factories.staff("owner")
    export = made(ask(owner))
    User.objects.filter(id=owner.id).update(role="viewer")
    with pytest.raises(handing.UnableToHand):
        fetched(export, User.objects.get(id=owner.id))


def test_the_hourly_work_ends_what_is_over(people):
    export = ask(factories.staff("owner"), purpose="service", at=NOW - dt.timedelta(days=8))
    keeping.path_of(people["ann"].id).write_bytes(b"left by a kill")
    tasks.tidy()
    export.refresh_from_db()
    assert (export.state, keeping.stored()) == ("ended", [])
