"""The commands: one-line summaries, --now, unknown keys."""

import datetime as dt
import io

import pytest
from django.core.management import CommandError, call_command

from analytics import tasks
from analytics.models import CustomerMetrics, Segment, SegmentMember
from analytics.selectors import segments as reading
from cdp.core import pipeline
from tests import factories
from tests.analytics.people import NOW

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out, stderr=io.StringIO())
    return out.getvalue().strip()


@pytest.fixture
def buyer():
    found = factories.customer()
    factories.order(found, placed_at=NOW)
    pipeline.mark([found.id], cause="test")
    return found


def test_everybody_is_recomputed_and_the_segments_follow(buyer):
    assert run("recompute_metrics", "--all") == "1 customers changed; 5 segments refreshed."
    assert run("recompute_metrics", "--all") == "0 customers changed; 5 segments refreshed."
    assert SegmentMember.objects.filter(segment_id=reading.find("customers").id).count() == 1


def test_only_waiting_customers_are_recomputed_and_stay_marked(buyer):
    waiting = pipeline.pending()
    assert run("recompute_metrics") == "1 waiting customers recomputed."
    assert CustomerMetrics.objects.get(customer_id=buyer.id).orders_count == 1
    assert pipeline.pending() == waiting


def test_segments_are_refreshed_as_of_a_moment(buyer):
    run("recompute_metrics", "--all", "--now", NOW.isoformat())
    in_time = (NOW + dt.timedelta(days=91)).isoformat()
    assert run("refresh_segments", "lapsed", "--now", in_time) == "1 segments refreshed: 1 entered, 0 left."
    assert run("refresh_segments", "lapsed", "--now", "2026-03-16") == "1 segments refreshed: 0 entered, 1 left."
    assert run("refresh_segments").startswith("5 segments refreshed: ")


def test_an_unknown_segment_and_an_unreadable_moment_fail():
    with pytest.raises(CommandError, match="no segment nobody"):
        run("refresh_segments", "nobody")
    with pytest.raises(CommandError, match="no moment"):
        run("refresh_segments", "--now", "soon")


def test_the_beat_refreshes_what_is_due(buyer):
    tasks.refresh_segments()
    assert not Segment.objects.filter(archived_at=None, refreshed_at=None).exists()
