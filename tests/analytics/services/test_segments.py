"""Defining segments: names, keys, circles, archive, the ready-made ones, and what other rooms see of them."""

import pytest

from analytics.models import Segment, SegmentChange, SegmentMember
from analytics.rules.problems import InvalidRules
from analytics.selectors import segments as reading
from analytics.services import membership, ready_made, segments
from cdp.core import actors, audiences, reference, timeline
from cdp.core.crypto import subjects
from cdp.core.models import AuditEntry
from customers.models import Customer
from tests import factories
from tests.analytics.people import NOW

pytestmark = pytest.mark.django_db
EVERYBODY = {"all": []}


def define(key: str, document=EVERYBODY, **rest) -> Segment:
    return segments.create(key=key, name=key, rules=document, actor=actors.SYSTEM, at=NOW, **rest)


def test_a_key_is_made_from_the_name():
    first = segments.create(name="Best Friends!", rules=EVERYBODY, actor=actors.SYSTEM, at=NOW)
    second = segments.create(name="Best Friends!", rules=EVERYBODY, actor=actors.SYSTEM, at=NOW)
    thai = segments.create(name="ลูกค้าประจำ", rules=EVERYBODY, actor=actors.SYSTEM, at=NOW)
    assert first.key == "best-friends"
    assert second.key.startswith("best-friends-")
    assert thai.key.startswith("segment-")


def test_a_taken_key_is_refused():
    define("vip")
    with pytest.raises(segments.UnableToCreateSegment):
        define("vip")


def test_saving_is_audited_with_the_version_of_the_rules():
    segment = define("vip")
    entry = AuditEntry.objects.get(action="analytics:segment:saved")
    assert (entry.object_id, entry.details) == (str(segment.id), {"key": "vip", "version": segment.version})


def test_new_rules_make_a_segment_due_and_a_new_name_does_not():
    segment = define("vip")
    membership.refresh(segment, NOW)
    renamed = segments.change(segment, name="VIP", actor=actors.SYSTEM, at=NOW)
    assert (renamed.name, renamed.refreshed_at, renamed.version) == ("VIP", NOW, segment.version)
    changed = segments.change(segment, rules={"field": "tags", "op": "=", "value": "vip"}, actor=actors.SYSTEM, at=NOW)
    assert (changed.refreshed_at, changed.version != segment.version) == (None, True)


def test_wrong_rules_are_not_saved():
    with pytest.raises(InvalidRules):
        define("vip", {"field": "city"})
    assert not Segment.objects.filter(key="vip").exists()


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"segment": "a"}, "/segment"),
        ({"any": [EVERYBODY, {"not": {"segment": "c"}}]}, "/any/1/not/segment"),
    ],
)
def test_a_circle_is_refused_at_its_place(document, place):
    define("a")
    define("b", {"segment": "a"})
    define("c", {"all": [{"segment": "b"}, EVERYBODY]})
    with pytest.raises(InvalidRules) as caught:
        segments.change(reading.find("a"), rules=document, actor=actors.SYSTEM, at=NOW)
    assert [problem.pointer for problem in caught.value.problems] == [place]


def test_everybody_leaves_an_archived_segment_and_it_may_come_back():
    factories.customer()
    segment = define("all-of-us")
    membership.refresh(segment, NOW)
    segments.archive(segment, actor=actors.SYSTEM, at=NOW)
    assert reading.find("all-of-us") is None
    assert not SegmentMember.objects.filter(segment_id=segment.id).exists()
    assert list(SegmentChange.objects.order_by("id").values_list("entered", flat=True)) == [True, False]
    assert membership.refresh(segment, NOW) == (0, 0)  # who still holds it cannot fill it
    again = define("all-of-us")
    assert (again.id, again.archived_at, again.refreshed_at) == (segment.id, None, None)


def test_a_segment_others_stand_on_is_not_archived():
    base = define("base")
    define("upper", {"not": {"segment": "base"}})
    with pytest.raises(segments.UnableToArchiveSegment, match="upper"):
        segments.archive(base, actor=actors.SYSTEM, at=NOW)


def test_a_new_shop_starts_with_ready_made_segments_that_stay_as_staff_leaves_them():
    keys = {row[0] for row in ready_made.READY_MADE}
    assert keys <= set(reading.live().values_list("key", flat=True))
    segments.archive(reading.find("lapsed"), actor=actors.SYSTEM, at=NOW)
    segments.change(reading.find("new-this-month"), name="Fresh", actor=actors.SYSTEM, at=NOW)
    reference.ensure()
    assert reading.find("lapsed") is None
    assert reading.find("new-this-month").name == "Fresh"


def test_the_ready_made_segments_find_whom_they_name():
    lead, buyer = factories.customer(), factories.customer()
    factories.order(buyer)
    factories.consent(lead)
    run = [lead.id, buyer.id]
    from cdp.core import pipeline

    pipeline.run_for(run, now=NOW)
    assert {segment.key for segment, _at in reading.of_customer(lead.id)} == {
        "leads",
        "email-reachable",
        "new-this-month",
    }
    assert {segment.key for segment, _at in reading.of_customer(buyer.id)} == {"customers", "new-this-month"}


def test_other_rooms_ask_for_an_audience_by_key():
    somebody = factories.customer()
    membership.refresh(define("all-of-us"), NOW)
    assert list(Customer.objects.filter(id__in=audiences.audience("all-of-us"))) == [somebody]
    with pytest.raises(audiences.UnknownAudience):
        audiences.audience("nobody")


def test_the_timeline_tells_of_entering_and_leaving():
    somebody = factories.customer()
    membership.refresh(define("all-of-us"), NOW)
    question = timeline.Question([somebody.id], before=None, limit=5, keyring=subjects.load([somebody.id]))
    (entry,) = timeline.entries(question, only=["segment"])
    assert (entry.title, entry.at, entry.data["segment"]) == ("Entered “all-of-us”", NOW, "all-of-us")
