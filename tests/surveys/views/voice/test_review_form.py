"""`/feedback/`: a review of the counter or the parcel's QR code, from whoever wants to say something."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from commerce.models import Product
from customers.models import Customer
from surveys.models import Review, Ticket
from tests import factories, filling

pytestmark = pytest.mark.django_db
ANN = {"name": "Ann Smith", "email": "ann@example.com"}


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    cache.clear()


def test_a_review_by_form_waits_for_an_answer_and_changes_nothing_of_who_is_known(client: Client) -> None:
    mali = factories.customer(email="mali@example.com", name="Mali Somsri")
    product = Product.objects.create(sku="P-1", name="Soap", created_at=timezone.now(), updated_at=timezone.now())
    assert filling.send(client, "feedback", "?lang=en", **ANN, product="soap", words="x").status_code == 422  # no stars
    assert filling.send(client, "feedback", stars="6", **ANN).status_code == 422
    assert filling.send(client, "feedback", stars="5", name="Ann").status_code == 422  # nobody we could answer
    assert not Review.objects.exists()
    token = filling.token("feedback")
    said = {"stars": "1", "words": "Broken, <b>twice</b>", "product": "the blue one", "form_token": token}
    sent = filling.send(client, "feedback", name="Somebody Else", email="mali@example.com", **said)
    assert sent.status_code == 302
    thanks = client.get(sent["Location"]).content
    filling.send(client, "feedback", name="Somebody Else", email="mali@example.com", **said)  # pressed twice
    review = Review.objects.get()
    assert (review.customer_id, review.sku, review.rating, review.replied_at) == (mali.id, "", 1, None)
    assert Ticket.objects.get().about_id == review.id
    again = filling.send(client, "feedback", **ANN, stars="5", words="Smells of rain", product=product.name)
    assert client.get(again["Location"]).content == thanks  # known or not, the same words
    assert Review.objects.get(sku="P-1").source == "feedback"
    assert Customer.objects.filter(status="known").count() == 2
    client.force_login(factories.staff("owner"))
    queue = client.get("/voice/?state=waiting").content.decode()
    assert all(text in queue for text in ("the blue one", "Smells of rain", "Broken, &lt;b&gt;twice", "The shop"))
    assert "Mali Somsri" in queue
    assert "Somebody Else" not in queue
    shown = client.get("/forms/").content.decode()
    assert "/feedback/" in shown
    assert client.get("/forms/feedback/poster/").status_code == 200
