"""A10: a competitor is written down once, in three scripts, and found in what people wrote before and write after."""

import pytest
from django.test import Client
from django.utils import timezone

from cdp.core import pipeline
from customers.services import buckets
from surveys.models import Brand
from surveys.services import answering, reviews
from surveys.services.understanding import reading
from tests import factories
from tests.surveys import asking
from tests.surveys.rules.questionnaires import page, question, value

pytestmark = pytest.mark.django_db(transaction=True)


def write(number, text):
    now = timezone.now()
    who = factories.customer(email=f"p{number}@example.com").id
    told = reviews.ReviewInput(
        external_id=str(number), sku="CUP", rating=None, at=now, told_at=now, customer=who, body=text
    )
    reviews.write_many(reviews=[told], source="shop", now=now)
    pipeline.drain_all(now=now)


def test_a_competitor_is_found_in_old_and_new_texts_and_beside_what_people_answered(client: Client):
    buckets.ensure()
    write(1, "노스윈드보다 훨씬 좋아요 최고")
    client.force_login(factories.staff("marketer"))
    empty = client.get("/voice/mentions/")
    assert empty.status_code == 200
    told = {"name": "Northwind", "whose": "competitor", "spellings": "노스윈드\nนอร์ทวินด์"}
    assert client.post("/voice/mentions/", told).status_code == 302
    assert client.post("/voice/mentions/", told).status_code == 200  # said in words: it is in the list already
    brand = Brand.objects.get()
    reading.look_around(timezone.now())
    pipeline.drain_all(now=timezone.now())
    write(2, "ร้านนอร์ทวินด์แย่มาก ไม่ไปอีก")
    survey = asking.opened(value(page("one", question("text", "whom"))), slug="why-stop")
    left = factories.customer(email="left@example.com")
    run = asking.run(survey, invitation=asking.invited(survey, left.id))
    answering.take(run, {"whom": "Northwind"}, at=timezone.now(), is_end=True, keeps_valid=True)
    pipeline.drain_all(now=timezone.now())
    shown = client.get(f"/voice/mentions/?of={brand.id}")
    (row,) = shown.context["brands"]
    assert (row["one"].split.total, row["one"].left, sum(row["trend"])) == (3, 1, 3)
    assert client.post(f"/voice/mentions/{brand.id}/remove/").status_code == 302
    assert not Brand.objects.exists()
