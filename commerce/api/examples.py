"""What calls about orders and products look like, for the OpenAPI document."""

from cdp.core.api.schema import Example, page

LINE = {"sku": "CUP", "name": "Cup", "category": "Kitchen", "quantity": "2", "unit_price": "10.25"}
ORDER_BODY = {
    "external_id": "1001",
    "customer": {"email": "mali@example.com", "name": "Mali Srisuk"},
    "placed_at": "2026-11-20T16:30:00+07:00",
    "currency": "THB",
    "shipping": "40",
    "coupon": "HELLO",
    "lines": [LINE],
}
ORDER = {
    "id": "019a4f40-0c11-7e02-8a3b-6a5f2c9d1e44",
    "external_id": "1001",
    "source": "shop",
    "customer": "019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70",
    "placed_at": "2026-11-20T16:30:00+07:00",
    "status": "paid",
    "currency": "THB",
    "total": "60.50",
    "amount": "60.50",
    "discount": "0.00",
    "shipping": "40.00",
    "tax": "0.00",
    "coupon": "HELLO",
    "channel": "",
    "store": "",
    "lines": [
        {
            "sku": "CUP",
            "name": "Cup",
            "category": "Kitchen",
            "quantity": "2",
            "unit_price": "10.25",
            "discount": "0.00",
            "amount": "20.50",
        }
    ],
    "refunds": [],
    "warnings": [],
    "created_at": "2026-11-20T16:30:02+07:00",
    "updated_at": "2026-11-20T16:30:02+07:00",
}
REFUND_BODY = {"external_id": "R-1", "amount": "10.25", "reason": "broken"}
REFUND = {
    "id": "019a4f51-3d90-7a18-b1c7-90e4d2f7a613",
    "external_id": "R-1",
    "source": "shop",
    "order": ORDER["id"],
    "at": "2026-11-21T10:00:00+07:00",
    "currency": "THB",
    "amount": "10.25",
    "reason": "broken",
    "lines": [],
    "created_at": "2026-11-21T10:00:00+07:00",
}
BATCH = {
    "created": 1,
    "updated": 0,
    "same": 0,
    "stale": 0,
    "failed": 0,
    "results": [
        {
            "index": 0,
            "status": 201,
            "external_id": "1001",
            "id": ORDER["id"],
            "customer": ORDER["customer"],
            "outcome": "created",
        }
    ],
}
PRODUCT_BODY = {"name": "Cup", "category": "Kitchen", "price": "10.25", "currency": "THB"}
PRODUCT = {
    "sku": "CUP",
    "name": "Cup",
    "category": "Kitchen",
    "brand": "",
    "price": "10.25",
    "currency": "THB",
    "created_at": "2026-11-20T16:30:02+07:00",
    "updated_at": "2026-11-20T16:30:02+07:00",
}
ORDERS = {
    "list": Example(response=page(ORDER)),
    "create": Example(request=ORDER_BODY, response=ORDER),
    "retrieve": Example(response=ORDER),
    "batch": Example(request={"orders": [ORDER_BODY]}, response=BATCH),
    "refunds": Example(request=REFUND_BODY, response=REFUND),
}
PRODUCTS = {
    "list": Example(response=page(PRODUCT)),
    "retrieve": Example(response=PRODUCT),
    "update": Example(request=PRODUCT_BODY, response=PRODUCT),
}
INTEREST = {
    "id": "019a4f43-5b10-7c2e-9f61-2a7d3c8e4b55",
    "customer": "019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70",
    "sku": "CUP",
    "name": "Cup",
    "source": "shop",
    "noted_at": "2026-11-20T16:30:00+07:00",
    "ended_at": None,
}
LINE_LINKS = {
    "create": Example(
        request={"customer": INTEREST["customer"]},
        response={
            "nonce": "AAAAAAAHoWQ3nS0fJc9cQ4yk2VbWm1uXr8TzLd6pEoGhKiNvBqAxMwYsCtUjRfZlPeDgHaIkObVnXmQcWyErTuJpSdFhGw",
            "customer": INTEREST["customer"],
            "expires_at": "2026-11-20T17:30:00+07:00",
        },
    )
}
INTERESTS = {
    "list": Example(response=page(INTEREST)),
    "create": Example(request={"customer": {"email": "mali@example.com"}, "sku": "CUP"}, response=INTEREST),
}
