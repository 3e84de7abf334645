import pytest
from django.urls import reverse
from django.utils import timezone

from cdp.core import ids
from commerce.models import Refund
from customers.models import Customer, Status
from tests import factories


@pytest.fixture
def ann(db):
    found = factories.customer(name="Ann Ray", email="ann@example.com")
    factories.order(found)
    return found


def address(customer):
    return reverse("customers:customer-erase", args=[customer.id])


def test_the_page_says_what_goes_and_what_stays_and_asks_once_more(log_in, ann):
    client = log_in("privacy")
    assert address(ann) in client.get(reverse("customers:customer-detail", args=[ann.id])).content.decode()
    page = client.get(address(ann)).content.decode()
    assert "Ann Ray" in page
    assert "contact points" in page.lower()
    assert "orders" in page.lower()
    unsure = client.post(address(ann))
    assert (unsure.status_code, Customer.objects.get(id=ann.id).status) == (422, Status.KNOWN)
    done = client.post(address(ann), {"sure": "yes"})
    assert (done.status_code, Customer.objects.get(id=ann.id).status) == (302, Status.ERASED)
    assert client.get(address(ann)).status_code == 410
    assert client.get(reverse("customers:customer-detail", args=[ann.id])).status_code == 410


def test_a_refund_without_its_order_is_named_among_what_stays(log_in, ann):
    now = timezone.now()
    Refund.objects.create(
        id=ids.uuid7(),
        customer=ann,
        source="shop",
        external_id="R-1",
        at=now,
        currency="KRW",
        amount=29000,
        created_at=now,
    )
    assert "Refunds" in log_in("privacy").get(address(ann)).content.decode()


def test_who_may_not_forget_people_is_not_offered_to(log_in, ann):
    clerk = log_in("clerk")
    assert address(ann) not in clerk.get(reverse("customers:customer-detail", args=[ann.id])).content.decode()
    assert clerk.post(address(ann), {"sure": "yes"}).status_code == 403


def test_staff_cannot_write_down_again_who_was_forgotten(log_in, ann):
    log_in("privacy").post(address(ann), {"sure": "yes"})
    answer = log_in("steward").post(reverse("customers:customer-new"), {"email": "ann@example.com", "name": "Ann"})
    assert answer.status_code == 422
    assert "erased at their own wish" in answer.content.decode()
