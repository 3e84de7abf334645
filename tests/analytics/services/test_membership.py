"""Membership: whole refresh and pipeline step agree, only changes are written, and both may meet."""

import datetime as dt
import threading
from decimal import Decimal

import pytest
from django.db import connection, connections
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analytics.models import Segment, SegmentChange, SegmentGrowth, SegmentMember
from analytics.services import membership, metrics, segments
from cdp.core import actors, ids
from customers.models import Customer
from customers.services import merging
from tests.analytics import people
from tests.analytics.people import NOW, Bought, Person
from tests.analytics.selectors.test_audiences import populations, rules

pytestmark = pytest.mark.django_db
thorough = hypothesis_settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
LAPSED = {"metric": "days_since_last_order", "op": ">", "value": 90}


def define(key: str, document) -> Segment:
    return segments.create(key=key, name=key.title(), rules=document, actor=actors.SYSTEM, at=NOW)


def stored() -> set:
    return set(SegmentMember.objects.values_list("segment_id", "customer_id"))


def replayed() -> set:
    """Who should be in by the history alone."""
    found = set()
    for change in SegmentChange.objects.order_by("id"):
        pair = (change.segment_id, change.customer_id)
        assert (pair in found) is not change.entered
        (found.add if change.entered else found.remove)(pair)
    return found


def run(customers, now=NOW) -> None:
    metrics.update(customers, now)
    segments.update(customers, now)


@thorough
@given(populations, st.lists(rules, min_size=1, max_size=2), populations, st.data())
def test_step_by_step_equals_a_whole_refresh(population, documents, others, data):
    with people.undone():
        Segment.objects.all().delete()
        people.write(population, {})
        define("others", {"field": "gender", "op": "is_set"})
        for number, document in enumerate(documents):
            define(f"s{number}", document)
        define("not-s0", {"not": {"segment": "s0"}})
        run([person.id for person in population])
        for person, other in zip(population, others, strict=False):
            people.forget_facts(person)
            person.orders, person.events, person.consents = other.orders, other.events, other.consents
            people.write_facts(person)
            status = data.draw(st.sampled_from(["known", "known", "merged"]))
            Customer.objects.filter(id=person.id).update(status=status, gender=other.gender, tags=other.tags)
            run([person.id])
        incremental = stored()
        assert replayed() == incremental
        assert set(membership.refresh_all(NOW).values()) == {(0, 0)}
        assert stored() == incremental
        SegmentMember.objects.all().delete()
        SegmentChange.objects.all().delete()
        membership.refresh_all(NOW)
        assert stored() == incremental == replayed()
        for segment in Segment.objects.all():
            assert segment.size == SegmentMember.objects.filter(segment_id=segment.id).count()


@pytest.fixture
def buyers() -> list[Person]:
    """Last orders 89, 90, 91 and 92 days ago; one never. No segments but the test's own."""
    Segment.objects.all().delete()
    found = [Person(orders=[Bought(NOW - dt.timedelta(days=days), "THB", Decimal(5))]) for days in (89, 90, 91, 92)]
    found.append(Person())
    people.write(found, {})
    metrics.update([person.id for person in found], NOW)
    return found


def members(segment: Segment) -> set:
    return set(SegmentMember.objects.filter(segment_id=segment.id).values_list("customer_id", flat=True))


def test_time_alone_makes_customers_enter(buyers):
    segment = define("lapsed-now", LAPSED)
    assert membership.refresh(segment, NOW) == (2, 0)
    assert membership.refresh(segment, NOW) == (0, 0)
    assert membership.refresh(segment, NOW + dt.timedelta(days=1)) == (1, 0)
    assert members(segment) == {person.id for person in buyers[1:4]}
    assert membership.refresh(segment, NOW - dt.timedelta(days=1)) == (0, 2)
    segment.refresh_from_db()
    assert (segment.size, segment.refreshed_at) == (1, NOW - dt.timedelta(days=1))


def test_history_tells_who_entered_and_left_and_by_which_rules(buyers):
    segment = define("lapsed-now", LAPSED)
    membership.refresh(segment, NOW)
    membership.refresh(segment, NOW - dt.timedelta(days=2))
    rows = list(SegmentChange.objects.order_by("id").values_list("customer_id", "entered", "at", "version"))
    last = buyers[3].id
    assert [row for row in rows if row[0] == last] == [
        (last, True, NOW, segment.version),
        (last, False, NOW - dt.timedelta(days=2), segment.version),
    ]
    assert [row[1] for row in rows] == [True, True, False, False]  # ids sort by run


def test_rows_get_version_7_ids_of_the_moment_of_writing(buyers):
    before = ids.uuid7()
    membership.refresh(define("lapsed-now", LAPSED), NOW)
    after = ids.uuid7()
    for row in (*SegmentMember.objects.all(), *SegmentChange.objects.all()):
        assert row.id.version == 7
        assert before < row.id < after


def test_members_that_stay_are_not_written_again(buyers):
    segment = define("lapsed-now", LAPSED)
    membership.refresh(segment, NOW)

    def versions():
        with connection.cursor() as cursor:
            cursor.execute("SELECT ctid::text, xmin::text, xmax::text FROM analytics_segmentmember ORDER BY 1")
            return cursor.fetchall()

    before = versions()
    membership.refresh(segment, NOW)
    segments.update([person.id for person in buyers], NOW)
    assert versions() == before


def test_a_segment_on_a_segment_is_judged_after_it(buyers):
    base = define("z-lapsed", LAPSED)
    upper = define("a-upper", {"not": {"segment": "z-lapsed"}})
    assert list(membership.refresh_many(["z-lapsed"], NOW)) == ["z-lapsed", "a-upper"]
    assert members(base) | members(upper) == {person.id for person in buyers}
    assert not members(base) & members(upper)
    assert list(membership.refresh_many(["a-upper"], NOW)) == ["a-upper"]


def test_a_segment_is_due_once_a_day_of_the_shop_and_after_its_rules_changed(buyers):
    segment = define("lapsed-now", LAPSED)
    assert list(membership.refresh_due(NOW)) == ["lapsed-now"]
    assert membership.refresh_due(NOW + dt.timedelta(minutes=10)) == {}
    midnight = dt.datetime(2026, 3, 16, 17, tzinfo=dt.UTC)  # in Bangkok
    assert membership.refresh_due(midnight - dt.timedelta(seconds=1)) == {}
    assert list(membership.refresh_due(midnight)) == ["lapsed-now"]
    segment.refresh_from_db()
    segments.change(segment, rules=LAPSED | {"value": 91}, actor=actors.SYSTEM, at=midnight)
    assert list(membership.refresh_due(midnight)) == ["lapsed-now"]


def test_rules_that_cannot_be_read_any_more_do_not_stop_the_others(buyers):
    broken, fine = define("broken", LAPSED), define("fine", LAPSED)
    Segment.objects.filter(id=broken.id).update(rules={"field": "gone", "op": "=", "value": 1})
    assert "broken" not in membership.refresh_all(NOW)
    segments.update([person.id for person in buyers], NOW)
    assert len(members(fine)) == 2


def test_the_size_follows_the_pipeline_when_it_commits(buyers, django_capture_on_commit_callbacks):
    segment = define("lapsed-now", LAPSED)
    with django_capture_on_commit_callbacks(execute=True):
        segments.update([person.id for person in buyers], NOW)
    segment.refresh_from_db()
    assert segment.size == 2


def really(segment: Segment) -> int:
    """The size as it is shown, which must be the number of members."""
    segment.refresh_from_db()
    assert segment.size == len(members(segment))
    assert not SegmentGrowth.objects.exists()
    return segment.size


@pytest.mark.django_db(transaction=True)
def test_a_refresh_between_a_drain_and_its_adding_up_counts_nobody_twice(buyers, monkeypatch):
    segment, real = define("lapsed-now", LAPSED), membership._add_up

    def overtaken(grown) -> None:
        membership.refresh(segment, NOW)
        real(grown)

    monkeypatch.setattr(membership, "_add_up", overtaken)
    segments.update([person.id for person in buyers], NOW)
    assert really(segment) == 2


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_drain_did_not_add_up_the_next_one_does(buyers, monkeypatch):
    segment = define("lapsed-now", LAPSED)
    with monkeypatch.context() as patch:
        patch.setattr(membership, "_add_up", lambda grown: None)
        segments.update([person.id for person in buyers], NOW)
    segment.refresh_from_db()
    assert segment.size + SegmentGrowth.objects.get().by == 2
    segments.update([person.id for person in buyers], NOW + dt.timedelta(days=1))
    assert really(segment) == 3


@pytest.mark.django_db(transaction=True)
def test_a_segment_changed_while_the_pipeline_works_keeps_its_true_size(buyers):
    segment = define("lapsed-now", LAPSED)
    stale = Segment.objects.get(id=segment.id)
    segments.update([person.id for person in buyers], NOW)
    segments._write(stale, name="Other", description="", rules=LAPSED, actor=actors.SYSTEM, at=NOW)
    assert really(segment) == 2


@pytest.mark.django_db(transaction=True)
def test_an_archived_segment_is_empty_and_counts_rightly_when_it_comes_back(buyers):
    segment = define("lapsed-now", LAPSED)
    membership.refresh(segment, NOW)
    segments.archive(segment, actor=actors.SYSTEM, at=NOW)
    assert really(segment) == 0
    back = define("lapsed-now", LAPSED)
    assert back.size == 0
    segments.update([person.id for person in buyers], NOW)
    assert really(back) == 2


@pytest.mark.django_db(transaction=True)
def test_drains_and_refreshes_at_once_leave_the_true_size(buyers):
    segment, days = define("lapsed-now", LAPSED), [0, 1, 2, -1]
    start, faults = threading.Barrier(3), []

    def work(step) -> None:
        try:
            start.wait(60)
            for day in days * 3:
                step(NOW + dt.timedelta(days=day))
        except Exception as fault:  # noqa: BLE001  (the test looks at it)
            faults.append(fault)
        finally:
            connections.close_all()

    steps = [
        lambda now: segments.update([person.id for person in buyers[:3]], now),
        lambda now: segments.update([person.id for person in buyers[2:]], now),
        lambda now: membership.refresh(Segment.objects.get(id=segment.id), now),
    ]
    threads = [threading.Thread(target=work, args=[step]) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    really(segment)


def test_nobody_to_judge_is_no_work(django_assert_num_queries):
    with django_assert_num_queries(0):
        metrics.update([], NOW)
        segments.update([], NOW)


def test_the_size_stays_the_number_of_members_when_people_are_merged_and_parted(
    buyers, django_capture_on_commit_callbacks
):
    segment = define("lapsed-now", LAPSED)
    membership.refresh(segment, NOW)
    first, second = sorted(members(segment))
    with django_capture_on_commit_callbacks(execute=True):
        log = merging.merge(survivor=first, absorbed=second, reason="steward", actor=actors.SYSTEM, at=NOW)
    assert members(segment) == {first}
    assert really(segment) == 1
    with django_capture_on_commit_callbacks(execute=True):
        merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=NOW)
    assert really(segment) == len(members(segment)) == 2
