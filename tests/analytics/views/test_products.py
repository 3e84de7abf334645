"""The pages of products."""

import uuid

import pytest
from django.utils import timezone

from analytics.services import products
from commerce.models import OrderLine, Product
from tests import factories

NOW = timezone.now()


@pytest.fixture
def owner(db, client):
    client.force_login(factories.staff("owner"))
    return client


@pytest.fixture
def tea(db) -> Product:
    found = Product.objects.create(sku="A/1", name="Green tea", category="Tea", created_at=NOW, updated_at=NOW)
    ann = factories.customer(email="a@example.com", gender="female")
    order = factories.order(ann, placed_at=NOW)
    OrderLine.objects.create(customer_id=ann.id, order=order, sku="A/1", quantity=3, unit_price=10, amount=30)
    products.count(now=NOW)
    return found


@pytest.mark.parametrize("language", ["en", "th", "ko"])
def test_the_list_and_a_product_say_how_it_sells(owner, tea, language):
    page = owner.get(f"/products/?lang={language}").content.decode()
    assert "Green tea" in page
    assert f"/products/{tea.id}/" in page
    detail = owner.get(f"/products/{tea.id}/?lang={language}")
    assert detail.status_code == 200
    assert [one["id"] for one in detail.context["who"]] == ["who-gender"]


def test_filters_narrow_the_list_and_say_so(owner, tea):
    assert "Green tea" in owner.get("/products/?q=a/&category=Tea&sort=name").content.decode()
    assert "No product passes these filters" in owner.get("/products/?q=coffee").content.decode()
    assert [chip["value"] for chip in owner.get("/products/?q=a/&category=Tea").context["chips"]] == ["a/", "Tea"]


def test_an_empty_shop_says_where_products_come_from(owner):
    assert "first orders" in owner.get("/products/").content.decode()


@pytest.mark.parametrize("query", ["sort=price", "after=x", "after=[1,2]", 'after=["a","b"]', "after=%00", "q=%00"])
def test_nonsense_is_no_error(owner, tea, query):
    assert owner.get(f"/products/?{query}").status_code in {200, 404}
    assert owner.get(f"/products/{uuid.uuid4()}/").status_code == 404


def test_the_buyers_of_a_product_become_a_segment(owner, tea):
    link = "/segments/new/?sku=A%2F1"
    assert link in owner.get(f"/products/{tea.id}/").content.decode()
    assert '"sku": "A/1"' in owner.get(link).context["builder"].document


def test_the_rail_leads_to_products(owner):
    assert 'href="/products/"' in owner.get("/").content.decode()


@pytest.mark.parametrize(
    ("role", "offered"), [("owner", (True, True)), ("steward", (True, False)), ("clerk", (False, False))]
)
def test_a_shop_without_products_offers_what_brings_them(db, client, role, offered):
    client.force_login(factories.staff(role))
    answer = client.get("/products/")
    words = answer.content.decode()
    below = words[words.index("No products yet") :]
    assert ("Import orders" in below, "Connect a store" in below) == offered
