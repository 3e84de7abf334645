"""Reviews: from events and files, each once, the newest telling, sealed words, with the person who wrote them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.db import DataError
from django.utils import timezone

from cdp.core import pipeline
from cdp.core.actors import SYSTEM
from cdp.core.crypto import subjects
from commerce.models import BookingFault
from customers.models import Customer
from customers.selectors import profiles
from customers.services import buckets, erasing, merging
from events.services import recording
from surveys.models import Review, ReviewKey
from surveys.selectors import reviews as reading
from surveys.services import reviews
from tests import factories, running
from tests.importing import Importer

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


@pytest.fixture
def ada():
    return factories.customer(email="ada@example.com", name="Ada Byron")


def tell(who, minute=0, *, hidden=None, **told):
    factories.source("web")
    row = recording.EventRow(
        customer=who.id if who else buckets.IDS[1],
        kind="track",
        name="Product Reviewed",
        source="web",
        message_id=f"m{minute}",
        occurred_at=NOON + dt.timedelta(minutes=minute),
        properties={"product_id": "CUP", **told},
        personal={"properties": hidden} if hidden else None,
        resolved_by=b"who",
    )
    recording.record_many([row], now=timezone.now())
    pipeline.drain_all(now=timezone.now())


def read(who):
    return reading.newest([who.id], subjects.load([who.id]), limit=9)


def test_a_tracked_review_is_kept_with_its_words_sealed(ada):
    tell(ada, review_id="r1", rating="4", title="Nice", hidden={"review_body": "Keeps the tea warm"})
    row = Review.objects.get()
    assert (row.customer_id, row.sku, row.rating, row.at, bytes(row.resolved_by)) == (ada.id, "CUP", 4, NOON, b"who")
    assert b"tea" not in bytes(row.body)
    (shown,) = read(ada)
    assert (shown.title, shown.body, shown.stars) == ("Nice", "Keeps the tea warm", 4)


def test_the_newest_telling_of_a_review_stands_whichever_arrives_last(ada):
    tell(ada, 5, review_id="r1", rating="2", hidden={"review_body": "Broke"})
    tell(ada, 3, review_id="r1", rating="5", hidden={"review_body": "Great"})
    assert [(one.rating, one.body) for one in read(ada)] == [(2, "Broke")]
    tell(ada, 9, review_id="r1", rating="8", bestRating=10, hidden={"review_body": "Mended"})
    assert [(one.rating, one.body) for one in read(ada)] == [(4, "Mended")]
    assert ReviewKey.objects.count() == 1


def test_a_review_of_nobody_keeps_its_rating_and_becomes_the_persons_who_is_named(ada):
    tell(None, 0, review_id="r1", rating=3, hidden={"review_body": "Mine"})
    assert Review.objects.get().body is None
    tell(ada, 1, review_id="r1", rating=3, hidden={"review_body": "Mine"})
    assert [(one.rating, one.body) for one in read(ada)] == [(3, "Mine")]
    assert Review.objects.count() == 1


def test_nobody_overwrites_what_somebody_else_wrote(ada):
    bea = factories.customer(email="bea@example.com")
    tell(ada, 0, review_id="r1", rating=5, hidden={"review_body": "Mine"})
    for minute, who in ((5, bea), (6, None)):
        tell(who, minute, review_id="r1", rating=1, hidden={"review_body": "Not mine"})
    assert [(one.rating, one.body) for one in read(ada)] == [(5, "Mine")]
    assert not read(bea)
    assert Review.objects.count() == ReviewKey.objects.count() == 1
    assert list(BookingFault.objects.values_list("code", "place")) == [("review_of_another", "review_id")] * 2


def test_a_review_that_the_database_refuses_holds_up_nobody_elses(ada, monkeypatch):
    write = reviews.write_many

    def refused(*, reviews, **more):
        if any(one.external_id == "bad" for one in reviews):
            raise DataError
        return write(reviews=reviews, **more)

    monkeypatch.setattr(reviews, "write_many", refused)
    with monkeypatch.context() as held:
        held.setattr(pipeline, "drain_all", lambda **_: 0)
        for minute, number in enumerate(("r1", "bad", "r2")):
            tell(ada, minute, review_id=number, rating=5)
    pipeline.drain_all(now=timezone.now())
    assert sorted(Review.objects.values_list("external_id", flat=True)) == ["r1", "r2"]
    assert list(BookingFault.objects.values_list("code", flat=True)) == ["not_written"]


def test_of_two_who_tell_one_review_together_it_is_the_first_ones(ada):
    bea = factories.customer(email="bea@example.com")
    told = [
        reviews.ReviewInput("r1", "CUP", Decimal(rating), NOON, NOON + dt.timedelta(minutes=minute), who, body=body)
        for minute, (who, rating, body) in enumerate(
            [(None, 3, ""), (ada.id, 5, "Mine"), (bea.id, 1, "No"), (None, 2, "")]
        )
    ]
    assert reviews.write_many(reviews=told, source="web", now=NOON).foreign == [2, 3]
    assert [(one.rating, one.body) for one in read(ada)] == [(5, "Mine")]


@pytest.mark.parametrize(
    ("told", "code", "place"),
    [
        ({"rating": "great"}, "not_a_number", "rating"),
        ({"rating": 6}, "beyond_scale", "rating"),
        ({}, "missing", "rating"),
        ({"product_id": ""}, "missing", "product_id"),
    ],
)
def test_what_cannot_be_read_is_told_to_staff(ada, told, code, place):
    tell(ada, **told)
    assert (BookingFault.objects.get().code, BookingFault.objects.get().place) == (code, place)
    assert not Review.objects.exists()


def test_reviews_go_with_the_person_and_come_back_when_two_are_parted(ada):
    visitor = factories.customer(external_id="v")
    Customer.objects.filter(id=visitor.id).update(status="anonymous")
    tell(visitor, 0, review_id="r1", rating=5, hidden={"review_body": "Lovely"})
    log = merging.merge(survivor=ada.id, absorbed=visitor.id, reason="test", actor=SYSTEM, at=timezone.now())
    assert [one.body for one in read(ada)] == ["Lovely"]
    assert ReviewKey.objects.get().customer_id == ada.id
    tell(ada, 5, review_id="r1", rating=4, hidden={"review_body": "Good"})
    assert [one.body for one in read(ada)] == ["Good"]
    merging.unmerge(merge_log=log.id, actor=SYSTEM, at=timezone.now())
    assert Review.objects.get().customer_id == visitor.id
    assert [one.body for one in read(visitor)] == ["Good"]


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def imports(tmp_path, monkeypatch):
    return Importer(tmp_path, monkeypatch)


HEADER = "review id,sku,rating,title,review,date,email,name\n"


def test_a_file_of_reviews_brings_people_and_what_they_wrote_once(imports, ada):
    content = (
        HEADER + "1,CUP,5,Nice,<p>Warm &amp; round</p>,2026-01-02 10:00,ada@example.com,Ada\n"
        "2,PEN,8/10,,,2026-01-03,new@example.com,Bea\n"
        "3,PEN,,,,2026-01-03,x@example.com,X\n"
        "4,,5,,ok,2026-01-03,x@example.com,X\n"
        "5,PEN,many,,ok,2026-01-03,x@example.com,X\n"
        "6,PEN,2,,nobody said this,2026-01-03,,\n"
    )
    report = imports("reviews", content)
    assert (report["created"], report["updated"], len(report["rejected"])) == (3, 0, 3)
    assert imports.problems() == [(4, "rating", "missing"), (5, "sku", "missing"), (6, "rating", "not_a_number")]
    assert [(one.rating, one.title, one.body) for one in read(ada)] == [(5, "Nice", "Warm & round")]
    assert Review.objects.get(external_id="6").customer_id in buckets.IDS
    again = imports("reviews", content)
    assert (again["created"], again["updated"], Review.objects.count()) == (0, 0, 3)
    edited = imports("reviews", content.replace("round", "square"))
    assert (edited["created"], edited["updated"]) == (0, 1)


def test_a_file_says_which_reviews_were_answered_and_takes_no_review_from_its_writer(imports, ada, client):
    header = HEADER.replace("date,", "date,reply date,")
    imports("reviews", header + "1,CUP,5,Nice,Warm,2026-01-02 10:00,,ada@example.com,Ada\n")
    assert [one.is_replied for one in read(ada)] == [False]
    imports("reviews", header + "1,CUP,5,Nice,Warm,2026-01-02 10:00,2026-01-04,ada@example.com,Ada\n")
    assert [one.is_replied for one in read(ada)] == [True]
    client.force_login(factories.staff("steward"))
    assert "Answered" in client.get(f"/customers/{ada.id}/").content.decode()
    report = imports("reviews", header + "1,CUP,1,Bad,Cold,2026-01-05,,bea@example.com,Bea\n")
    assert [(one["column"], one["code"]) for one in report["rejected"]] == [("review id", "review_of_another")]
    assert [(one.rating, one.body, one.is_replied) for one in read(ada)] == [(5, "Warm", True)]


def test_what_somebody_wrote_who_was_forgotten_is_left_out_with_that_reason(imports, ada):
    erasing.erase(customer=ada.id, actor=SYSTEM, at=timezone.now())
    report = imports("reviews", HEADER + "1,CUP,5,Nice,Warm,2026-01-02 10:00,ada@example.com,Ada\n")
    assert [one["code"] for one in report["rejected"]] == ["suppressed"]
    assert not Review.objects.exists()


def test_a_guest_who_types_the_address_of_somebody_known_changes_nothing_of_theirs(imports):
    known = factories.customer(email="ada@example.com", name="Ada Lovelace", city="Bangkok")
    header = HEADER.replace("name", "name,city,phone")
    imports("reviews", header + "1,CUP,5,Nice,Warm,2026-01-02,ada@example.com,Rude Word,Nowhere,+66812345678\n")
    assert [one.body for one in read(known)] == ["Warm"]
    person = profiles.one(known.id)
    assert (person.name, person.phone, person.customer.city) == ("Ada Lovelace", "", "Bangkok")


def test_the_scale_of_ratings_belongs_to_their_column(imports):
    header = "review id,sku,rating,date\n"
    rows = [f"{number},CUP,{rating},2026-01-02" for number, rating in enumerate((5, 4, 6, 3, 1, 5), 1)]
    imports.chunk("reviews", 2)
    imports("reviews", header + "\n".join(rows))
    assert imports.problems() == [(4, "rating", "beyond_scale")]
    assert imports.job.result["measured"] == {"review.scale": "5"}
    ten = header + "11,CUP,4,2026-01-02\n12,CUP,9,2026-01-02\n13,CUP,10,2026-01-02\n"
    imports("reviews", ten)
    assert imports.remarks() == {"review.scale=10"}
    told = (
        header.replace("\n", ",max rating\n") + "21,CUP,4,2026-01-02,5\n22,CUP,8,2026-01-02,10\n23,CUP,1,2026-01-02,x\n"
    )
    imports("reviews", told)
    assert imports.problems() == [(4, "max rating", "no_scale")]
    mapped = {"columns": {"sku": "review.sku", "rating": "review.rating", "date": "review.at"}}
    imports("reviews", "sku,rating,date\nCUP,3,2026-01-05\n", mapping=mapped | {"constants": {"review.scale": "10"}})
    kept = dict(Review.objects.values_list("external_id", "rating"))
    assert {number: kept[number] for number in ("1", "11", "12", "13", "21", "22")} == {
        "1": 5, "11": 2, "12": Decimal("4.5"), "13": 5, "21": 4, "22": 4,
    }  # fmt: skip
    assert Decimal("1.5") in kept.values()
    assert "3" not in kept  # the row above its scale left nothing


@pytest.mark.skipif(not running.DATA.exists(), reason="the fixtures are not beside this checkout")
def test_reviews_of_woocommerce_import_as_they_are(imports):
    report = imports("reviews", running.DATA / "woocommerce_json" / "product-reviews_02.json", source="woo")
    assert report["rejected"] == []
    assert Review.objects.filter(external_id="22", sku="22", rating=Decimal(5)).exists()
    who = Customer.objects.get(id=Review.objects.get(external_id="22").customer_id)
    assert "Nice album!" in [one.body for one in read(who)]


def test_writing_many_takes_a_fixed_number_of_statements(ada, django_assert_max_num_queries):
    told = [reviews.ReviewInput(f"r{n}", "CUP", Decimal(4), NOON, NOON, ada.id, body="x") for n in range(50)]
    with django_assert_max_num_queries(12):
        assert reviews.write_many(reviews=told, source="web", now=NOON).created == 50
