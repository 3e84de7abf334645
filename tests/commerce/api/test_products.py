"""Products over REST."""

import pytest

from commerce.api import answers
from commerce.models import Product


def test_a_product_is_made_then_changed_by_its_sku(shop):
    made = shop.put("products/A-1", {"name": "Cup", "category": "Kitchen", "price": "9.5", "currency": "thb"})
    assert made.status_code == 201
    assert {name: made.json()[name] for name in ("sku", "name", "category", "brand", "price", "currency")} == {
        "sku": "A-1",
        "name": "Cup",
        "category": "Kitchen",
        "brand": "",
        "price": "9.50",
        "currency": "THB",
    }
    changed = shop.put("products/A-1", {"name": "Mug", "category": None})
    assert (changed.status_code, changed.json()["name"], changed.json()["category"]) == (200, "Mug", "")
    assert changed.json()["price"] == "9.50"
    assert shop.get("products/A-1").json() == changed.json()
    assert set(changed.json()) == set(answers.ProductAnswer().fields)
    assert Product.objects.count() == 1


@pytest.mark.parametrize("sku", ["a/b", "a b", "ถ้วย", "a.b", "a/b/", "100%"])
def test_a_sku_may_hold_anything_that_prints(shop, sku):
    from urllib.parse import quote

    address = f"products/{quote(sku, safe='')}"
    assert shop.put(address, {"name": "x"}).status_code == 201
    assert shop.get(address).json()["sku"] == sku.rstrip("/")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"name": "x" * 301}, "/name"),
        ({"price": "-1", "currency": "THB"}, "/price"),
        ({"price": "1.23456", "currency": "THB"}, "/price"),
        ({"price": "1"}, "/currency"),
        ({"price": "1", "currency": "XYZ"}, "/currency"),
        ({"colour": "red"}, "/colour"),
        ({"name": ["x"]}, "/name"),
    ],
)
def test_nonsense_is_422_at_its_place(shop, body, pointer):
    response = shop.put("products/A", body)
    assert response.status_code == 422
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]
    assert Product.objects.count() == 0


@pytest.mark.parametrize("sku", ["x" * 121, "a%00b", "%20a"])
def test_a_sku_that_cannot_be_kept_is_422(shop, sku):
    assert shop.put(f"products/{sku}", {"name": "x"}).status_code == 422


def test_an_unknown_product_is_404(shop):
    assert shop.get("products/nothing").status_code == 404
    assert shop.get("products/a%00b").status_code == 404


def test_products_are_listed_page_by_page_and_by_category(shop):
    for number in range(3):
        shop.put(f"products/{number}", {"category": "even" if number % 2 == 0 else "odd"})
    page = shop.get("products", page_size=2).json()
    assert [one["sku"] for one in page["results"]] == ["2", "1"]
    assert [one["sku"] for one in shop.client.get(page["next"]).json()["results"]] == ["0"]
    assert [one["sku"] for one in shop.get("products", category="even").json()["results"]] == ["2", "0"]
    assert shop.get("products", colour="red").status_code == 422


def test_keys_need_the_scope_of_products(shop, reader, outsider):
    shop.put("products/A", {"name": "Cup"})
    assert reader.get("products").status_code == reader.get("products/A").status_code == 200
    assert reader.put("products/A", {"name": "x"}).status_code == 403
    assert outsider.get("products").status_code == outsider.get("products/A").status_code == 403
