"""Where a phone is from stands beside it in clear, and on the customer that of the phone that comes first."""

import pytest

from cdp.core import actors
from customers import tasks
from customers.models import ContactPoint, Customer
from customers.rules import phones
from customers.services import merging, older_phones, phone_countries
from tests import factories

pytestmark = pytest.mark.django_db


def of(customer):
    return Customer.objects.get(id=customer.id).phone_country


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("+4915123456789", "DE"),
        ("+821023456789", "KR"),
        ("+66812345678", "TH"),
        ("+12125550123", "US"),
        ("+14165550123", "CA"),
        ("+447400123456", "GB"),
        ("+447797712345", "JE"),
        ("+77012345678", "KZ"),
        ("+80012345678", None),
    ],
)
def test_the_code_of_a_number_tells_its_country(number, country):
    assert phones.country(number) == country


def test_what_was_told_last_corrected_and_joined_decides():
    ann = factories.customer(external_id="1", phone="+4915123456789", email="a@example.com")
    assert of(ann) == "DE"
    factories.customer(external_id="1", phone="+821023456789")
    assert of(ann) == "KR"
    assert set(ContactPoint.objects.filter(kind="phone").values_list("country", flat=True)) == {"DE", "KR"}
    assert ContactPoint.objects.get(kind="email").country is None
    bob = factories.customer(external_id="2", source_key="other", email="b@example.com")
    assert of(bob) == ""
    log = merging.merge(survivor=bob.id, absorbed=ann.id, reason="same", actor=actors.SYSTEM, at=bob.created_at)
    assert (of(bob), of(ann)) == ("KR", "")
    merging.unmerge(merge_log=log.id, actor=actors.SYSTEM, at=bob.created_at)
    assert (of(bob), of(ann)) == ("", "KR")
    assert (of(bob), of(ann)) == ("", "KR")


def test_phones_of_before_are_looked_at_by_beat_so_many_at_a_time(monkeypatch):
    made = [factories.customer(phone=number) for number in ("+4915123456789", "+821023456789", "+66812345678")]
    ContactPoint.objects.update(country=None)
    Customer.objects.update(phone_country="")
    monkeypatch.setattr(older_phones, "BATCH", 1)
    monkeypatch.setattr(tasks, "MOST_PHONES", 2)
    tasks.index_phones()
    assert sorted(map(of, made)) == ["", "DE", "KR"]
    tasks.index_phones()
    assert [of(one) for one in made] == ["DE", "KR", "TH"]
    assert phone_countries.fill() == 0
