"""What the storefront of these tests sends and gets back."""

import copy

ORDER = {
    "external_id": "1001",
    "customer": {"email": "ada@example.com", "name": "Ada Lovelace"},
    "placed_at": "2026-11-20T16:30:00+07:00",
    "currency": "THB",
    "shipping": "40",
    "coupon": "HELLO",
    "lines": [
        {"sku": "CUP", "name": "Cup", "category": "Kitchen", "quantity": 2, "unit_price": "10.25"},
        {"sku": "POT", "quantity": "1", "unit_price": 25.5, "discount": "0.5"},
    ],
}


def order(**changes):
    body = copy.deepcopy(ORDER) | changes
    return {name: value for name, value in body.items() if value is not ...}


def places(response):
    body = response.json()
    assert (response.status_code, body["status"], body["code"]) == (422, 422, "invalid"), body
    assert response.headers["Content-Type"] == "application/problem+json"
    return [error["pointer"] for error in body["errors"]]
