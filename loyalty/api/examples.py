"""What calls about coupons look like, for the OpenAPI document."""

from cdp.core.api.schema import Example, page

COUPON = {
    "code": "7KM3P-Q9XW2",
    "kind": "personal",
    "offer": "first-order",
    "state": "open",
    "customer": "019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70",
    "benefit": {"gives": "percent", "percent": "10"},
    "text": "10% off",
    "percent": "10",
    "amount": None,
    "currency": None,
    "minimum": None,
    "first_order_only": True,
    "issued_at": "2026-11-20T16:30:00+07:00",
    "valid_from": None,
    "valid_until": "2027-01-20T00:00:00+07:00",
    "left": None,
    "each": None,
    "redeemed_at": None,
    "redeemed_by": None,
    "order": None,
    "external_id": None,
}
REDEEM = {"customer": {"phone": "+66812345678"}, "external_id": "T-1001", "amount": "450.00", "currency": "THB"}
REDEEMED = COUPON | {
    "state": "redeemed",
    "redeemed_at": "2026-11-22T11:05:00+07:00",
    "redeemed_by": "till",
    "external_id": "T-1001",
    "discount": "45.00",
    "by_line": [],
}
SONGKRAN = COUPON | {
    "code": "SONGKRAN26",
    "kind": "word",
    "offer": "songkran",
    "customer": None,
    "first_order_only": False,
    "valid_from": "2027-04-01T00:00:00+07:00",
    "valid_until": "2027-05-01T00:00:00+07:00",
    "left": 412,
    "each": 1,
}
LINES = [{"sku": "CUP", "quantity": "2", "unit_price": "200.00"}, {"sku": "MUG", "unit_price": "50.00"}]
TRIED = SONGKRAN | {
    "discount": "45.00",
    "by_line": ["40.00", "5.00"],
    "can_redeem": True,
    "why_not": None,
    "detail": None,
}
COUPONS = {
    "list": Example(response=page(COUPON)),
    "retrieve": Example(response=COUPON),
    "redeem": Example(request=REDEEM, response=REDEEMED),
    "quote": Example(request={"lines": LINES, "currency": "THB"}, response=TRIED),
    "reverse": Example(request={"external_id": "T-1001"}, response=COUPON),
}
