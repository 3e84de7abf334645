"""Visits follow their events, whatever order these come in and whoever they turn out to belong to."""

import datetime as dt
import uuid

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp.core import actors, pipeline
from customers.models import MergeLog
from customers.services import buckets, merging
from events.models import Event, Handover, Session
from events.rules import sessions as rules
from events.services import recording, sessions, stretches
from tests import factories

NOW = dt.datetime(2026, 11, 22, 12, 30, tzinfo=dt.UTC)
pytestmark = pytest.mark.django_db
slow = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def row(who, minutes: float, kind: str = "page", name: str = "Page", *, is_bot=False, **properties):
    return recording.EventRow(
        customer=getattr(who, "id", who),
        kind=kind,
        name=name,
        source="web",
        message_id=uuid.uuid4().hex,
        occurred_at=NOW - dt.timedelta(days=3) + dt.timedelta(minutes=minutes),
        properties=properties,
        is_bot=is_bot,
    )


def write(*rows):
    recording.record_many(rows, now=NOW)


def told(*customers):
    """Every visit of these customers as plain values, without what a row is called."""
    wanted = Session.objects.filter(customer_id__in=[getattr(one, "id", one) for one in customers])
    fields = [field.attname for field in Session._meta.concrete_fields if field.name != "id"]
    return sorted(wanted.values_list(*fields), key=lambda line: (str(line[0]), line[1]))


def clean(*customers):
    """The same after one derivation from nothing."""
    ids = [getattr(one, "id", one) for one in customers]
    Session.objects.filter(customer_id__in=ids).delete()
    sessions.derive(ids)
    return told(*ids)


def test_a_visit_is_derived_with_everything_it_says():
    who = factories.customer()
    write(
        row(who, 0, path="/", title="Home", referrer="https://www.google.com/", **{"$context": {"device": "phone"}}),
        row(who, 1, "track", "Signed In"),
        row(who, 2, path="/cart", title="Cart"),
        row(who, 90, path="/"),
    )
    sessions.update([who.id], NOW)
    first, second = Session.objects.filter(customer=who).order_by("started_at")
    assert (first.pages, first.events, first.seconds, first.entry_path, first.exit_path) == (2, 3, 120, "/", "/cart")
    assert (first.channel, first.referrer_host, first.device, first.source) == ("search", "google.com", "phone", "web")
    assert (first.signed_in_at, second.signed_in_at) == (NOW - dt.timedelta(days=3) + dt.timedelta(minutes=1), None)
    assert [step.get("path", step.get("name")) for step in first.steps] == ["/", "Signed In", "/cart"]
    assert second.channel == "direct"


def test_what_stands_is_not_written_again(django_assert_num_queries):
    who = factories.customer()
    write(row(who, 0, path="/"), row(who, 100, path="/a"))
    sessions.update([who.id], NOW)
    before = list(Session.objects.order_by("started_at").values_list("id", flat=True))
    write(row(who, 101, path="/b"))
    sessions.update([who.id], NOW)
    assert list(Session.objects.order_by("started_at").values_list("id", flat=True)) == before
    with django_assert_num_queries(3):  # begin, one question, end
        sessions.update([who.id], NOW)


def test_robots_mails_and_news_of_an_order_are_no_visit():
    who = factories.customer()
    write(
        row(who, 0, is_bot=True),
        row(who, 60, "track", "Email Opened"),
        row(who, 120, "track", "Order Refunded"),
        row(buckets.IDS[0], 0),
    )
    sessions.update([who.id, buckets.IDS[0]], NOW)
    assert not Session.objects.exists()
    assert Event.objects.count() == 4


def test_a_month_that_is_gone_takes_its_visits_along():
    who = factories.customer()
    write(row(who, 0), row(who, 100))
    sessions.update([who.id], NOW)
    Event.objects.filter(customer=who).earliest("occurred_at").delete()
    stretches.whole([who.id])
    sessions.update([who.id], NOW)
    assert Session.objects.get().started_at == NOW - dt.timedelta(days=3) + dt.timedelta(minutes=100)


def test_a_rebuild_of_everybody_finds_nothing_to_change():
    people = [factories.customer() for _ in range(3)]
    write(*(row(who, minutes, path="/") for who in people for minutes in (0, 10, 50)))
    sessions.update([who.id for who in people], NOW)
    before = told(*people)
    assert len(before) == 6
    assert sessions.rebuild() == 3
    assert told(*people) == before


minutes = st.integers(0, 200)
acts = st.tuples(st.integers(0, 1), minutes, st.sampled_from(["page", "track"]), st.booleans())
steps = st.lists(
    st.one_of(st.lists(acts, min_size=1, max_size=6), st.sampled_from(["merge", "unmerge", "drain"])), max_size=8
)


@pytest.mark.long
@slow
@given(steps)
def test_any_course_of_events_gives_what_one_clean_derivation_gives(course):
    with transaction.atomic():
        people = [factories.customer(), factories.customer()]
        log: MergeLog | None = None
        for step in course:
            if isinstance(step, list):
                holder = people[0] if log else None
                write(
                    *(
                        row(
                            holder or people[place],
                            at,
                            kind,
                            "Signed In" if kind == "track" else "P",
                            is_bot=robot,
                            path=f"/{at}",
                        )
                        for place, at, kind, robot in step
                    )
                )
            elif step == "merge" and log is None:
                log = merging.merge(
                    survivor=people[0].id, absorbed=people[1].id, reason="test", actor=actors.SYSTEM, at=NOW
                )
                assert told(*people) == clean(*people)  # at once, in the same transaction
            elif step == "unmerge" and log is not None:
                merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=NOW)
                log = None
                assert told(*people) == clean(*people)
            elif step == "drain":
                sessions.update([one.id for one in people], NOW)
        sessions.update([one.id for one in people], NOW)
        found = told(*people)
        assert found == clean(*people)
        for who in people:
            times = (
                Event.objects.filter(customer=who, is_visit=True)
                .order_by("occurred_at")
                .values_list("occurred_at", flat=True)
            )
            cut = [(visit[0], visit[-1]) for visit in rules.split(list(times))]
            assert (
                list(Session.objects.filter(customer=who).order_by("started_at").values_list("started_at", "ended_at"))
                == cut
            )
        transaction.set_rollback(True)


tenths = st.integers(0, 60)
near = st.sampled_from([0, 1, -1, 400, 1500])  # microseconds: a pause of exactly half an hour, just less, just more
batches = st.lists(st.lists(st.tuples(tenths, near, st.booleans()), min_size=1, max_size=6), max_size=6)


@settings(slow, max_examples=15)
@given(batches, st.sampled_from([3, 20]), st.sampled_from([90, 10_000]), st.sampled_from([2, 20]))
def test_cutting_the_time_around_new_events_gives_what_cutting_all_of_it_gives(told_of, most, longest, runs):
    """In whatever portions and order they come, across the border of two months, and where nobody ever pauses."""
    with transaction.atomic(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "MOST_EVENTS", most)
        patch.setattr(rules, "LONGEST", dt.timedelta(minutes=longest))
        patch.setattr(stretches, "FIRST_LOOK", rules.GAP + dt.timedelta(minutes=11))
        patch.setattr(stretches, "WIDER", 2)
        patch.setattr(stretches, "MOST", runs)
        who = factories.customer()
        begin = -18 * 24 * 60 - 15 * 60 - 30  # November began three hours later
        for batch in told_of:
            write(
                *(
                    row(who, begin + 10 * tenth + few / 60e6, path=f"/{tenth}", is_bot=is_bot and few == 1)
                    for tenth, few, is_bot in batch
                )
            )
            sessions.update([who.id], NOW)
            assert not Handover.objects.exists()
        found = told(who)
        assert found == clean(who)
        assert sum(visit[4] for visit in found) == Event.objects.filter(customer=who, is_visit=True).count()
        transaction.set_rollback(True)


def test_a_page_view_costs_nothing_of_what_lies_a_pause_away(django_assert_num_queries):
    who, other = factories.customer(), factories.customer()
    write(*(row(who, minutes, path="/") for minutes in (0, 500, 525, 1000)), row(other, 0, path="/"))
    sessions.update([who.id, other.id], NOW)
    Session.objects.update(pages=99, fingerprint=1)  # whoever looks at them derives them anew
    write(row(who, 510, path="/new"))
    sessions.update([who.id, other.id], NOW)
    pages = Session.objects.order_by("customer_id", "started_at").values_list("customer_id", "pages")
    assert sorted(pages) == sorted([(who.id, 99), (who.id, 3), (who.id, 99), (other.id, 99)])
    with django_assert_num_queries(3):  # begin, whether anything is due, end
        sessions.update([who.id, other.id], NOW)


def test_a_visit_that_was_cut_just_before_its_events_were_fetched_goes_along():
    ada, bea = factories.customer(), factories.customer()
    write(row(ada, 0, path="/"))
    merging.merge(survivor=ada.id, absorbed=bea.id, reason="test", actor=actors.SYSTEM, at=NOW)
    write(row(bea, 10, path="/late"))
    sessions.update([bea.id], NOW)
    assert Session.objects.filter(customer=bea).exists()
    pipeline.drain_all(now=NOW)
    assert [visit[4] for visit in told(ada, bea)] == [2]
    assert told(ada, bea) == clean(ada, bea)


def cut_of(who):
    """Start, end and number of events of each visit."""
    return list(
        Session.objects.filter(customer=who).order_by("started_at").values_list("started_at", "ended_at", "events")
    )


def test_what_never_pauses_is_cut_into_days_and_parts_whatever_order_it_arrives_in(monkeypatch):
    monkeypatch.setattr(rules, "MOST_EVENTS", 20)
    who = factories.customer()
    rows = [row(who, minutes, path=f"/{minutes}") for minutes in range(0, 3 * 24 * 60 - 30, 20)]
    rows += [row(who, 40, "track", "Same moment") for _ in range(45)]
    moments = sorted(one.occurred_at for one in rows)
    for some in (rows[1::2], rows[::2]):
        write(*some)
        sessions.update([who.id], NOW)
    expected = [(part[0], part[-1], len(part)) for part in rules.split(moments)]
    assert cut_of(who) == expected
    assert all(last - first < rules.LONGEST for first, last, _ in expected)
    assert sorted(count for *_, count in expected)[-2] <= 20  # but for what happened in one moment
    before = list(Session.objects.order_by("started_at").values_list("id", flat=True))
    sessions.update([who.id], NOW)
    assert list(Session.objects.order_by("started_at").values_list("id", flat=True)) == before


def test_of_a_visit_only_as_many_events_are_read_as_one_may_have(monkeypatch):
    monkeypatch.setattr(rules, "MOST_EVENTS", 3)
    who = factories.customer()
    write(*(row(who, 5, path=f"/{n}") for n in range(10)))
    sessions.update([who.id], NOW)
    visit = Session.objects.get()
    assert (visit.events, visit.pages, visit.ended_at) == (10, 3, visit.started_at)


def test_what_the_script_measured_is_read():
    who = factories.customer()
    write(
        row(who, 0, path="/", view="a"),
        row(who, 1, "track", "Page Engaged", view="a", seconds=12),
        row(who, 2, path="/cart", view="b"),
        row(who, 3, "track", "Page Engaged", view="b", seconds=8.4),
    )
    sessions.update([who.id], NOW)
    assert [step["seconds"] for step in Session.objects.get().steps] == [12, 8]
