"""The OpenAPI document tells all of this room's addresses, without a warning."""

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator


@pytest.fixture(scope="module")
def schema():
    GENERATOR_STATS.reset()
    return SchemaGenerator().get_schema(request=None, public=True)


def test_no_view_of_this_room_gives_a_warning(schema):
    told = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
    assert [line for line in told if "commerce" in line] == []


def test_every_address_is_told_as_the_documentation_writes_it(schema):
    ours = {
        path: set(calls)
        for path, calls in schema["paths"].items()
        if "/orders" in path or "/products" in path or "/stock-" in path or "/line-" in path
    }
    assert ours == {
        "/api/v1/line-links": {"post"},
        "/api/v1/orders": {"get", "post"},
        "/api/v1/orders/batch": {"post"},
        "/api/v1/orders/{id}": {"get"},
        "/api/v1/orders/{id}/refunds": {"post"},
        "/api/v1/products": {"get"},
        "/api/v1/products/{sku}": {"get", "put"},
        "/api/v1/stock-interests": {"get", "post"},
        "/api/v1/stock-interests/{id}": {"delete"},
    }


def test_a_buyer_is_an_object_or_an_id(schema):
    body = schema["components"]["schemas"]["OrderBodyRequest"]["properties"]
    forms = body["customer"]["oneOf"]
    assert {"type": "string", "format": "uuid"} in forms
    assert {"$ref": "#/components/schemas/BuyerBodyRequest"} in forms
