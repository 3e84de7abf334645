"""What calls about points look like, for the OpenAPI document."""

from typing import Any

from cdp.core.api.schema import Example, page

CUSTOMER = "019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70"
REDEMPTION_ID = "019aa0c2-1f5e-7c35-8d11-6a0b8f7c2d91"
NOTHING = {"pending": 0, "held": 0, "owed": 0, "expires_at": None, "expiring": 0}
ACCOUNT: dict[str, Any] = {
    "customer": CUSTOMER,
    "is_member": True,
    "joined_at": "2026-03-02T10:15:00+07:00",
    "tier": "gold",
    "balance": 340,
    "pending": 25,
    "held": 0,
    "stamps": 3,
    "store_credit": "120.00",
    "currency": "THB",
    "household": {"members": 3, "own": 40},
    "wallets": [
        {
            **NOTHING,
            "wallet": "credit",
            "kind": "credit",
            "currency": "THB",
            "balance": "120.00",
            "pending": "0.00",
            "held": "0.00",
            "owed": "0.00",
            "expiring": "0.00",
        },
        {
            **NOTHING,
            "wallet": "points",
            "kind": "points",
            "currency": None,
            "balance": 340,
            "pending": 25,
            "expires_at": "2027-04-01T00:00:00+07:00",
            "expiring": 40,
        },
        {**NOTHING, "wallet": "stamps", "kind": "stamps", "currency": None, "balance": 3},
    ],
}
ENTRY = {
    "id": "019aa0c2-1f5f-7d02-9b77-0d3f5e8a4c10",
    "at": "2026-11-22T11:05:00+07:00",
    "kind": "redeem",
    "wallet": "points",
    "points": -60,
    "balance_change": -60,
    "reason": None,
    "words": None,
    "source": "till",
    "external_id": "T-1001",
    "fact": REDEMPTION_ID,
}
GIVEN = {
    "id": "019aa0c0-88a1-7a11-b3d4-5c2e9f1a7b60",
    "customer": CUSTOMER,
    "wallet": "points",
    "points": 50,
    "balance": 400,
}
REDEEMED = {
    "id": REDEMPTION_ID,
    "customer": CUSTOMER,
    "wallet": "points",
    "state": "captured",
    "points": 60,
    "redeemed": 60,
    "reversed": 0,
    "value": "15.00",
    "currency": "THB",
    "reward": None,
    "benefit": None,
    "coupon": None,
    "until": None,
    "external_id": "T-1001",
    "balance": 340,
}
HELD = REDEEMED | {"state": "open", "redeemed": 0, "value": "0.00", "until": "2026-11-22T11:35:00+07:00"}
RELEASED = HELD | {"state": "released", "until": None, "balance": 400}
BASKET = {"lines": [{"sku": "CUP", "quantity": "2", "unit_price": "450.00"}, {"sku": "MUG", "unit_price": "90.00"}]}
QUOTE = {
    "customer": CUSTOMER,
    "is_member": True,
    "points": 39,
    "most_points": 400,
    "wallets": [{"wallet": "points", "points": 39, "by_line": [36, 3]}],
    "reasons": [
        {"rule": "spend", "name": "Purchases", "wallet": "points", "points": 39, "why_not": None, "detail": None},
        {
            "rule": "friday",
            "name": "Friday evening",
            "wallet": "points",
            "points": 0,
            "why_not": "window",
            "detail": "Not at this time.",
        },
    ],
}
ACCOUNTS = {
    "quote": Example(request=BASKET, response=QUOTE),
    "quote_guest": Example(request=BASKET, response=QUOTE | {"customer": None, "is_member": False, "most_points": 0}),
    "retrieve": Example(response=ACCOUNT),
    "entries": Example(response=page(ENTRY)),
    "earn": Example(request={"points": 50, "reason": "Workshop", "external_id": "W-7"}, response=GIVEN),
    "adjust": Example(
        request={"points": -5, "reason": "mistake", "words": "Counted twice"},
        response=GIVEN | {"points": -5, "balance": 395},
    ),
    "redeem": Example(request={"points": 60, "external_id": "T-1001"}, response=REDEEMED),
    "hold": Example(request={"points": 60, "external_id": "T-1001", "minutes": 30}, response=HELD),
    "capture": Example(request={"points": 60}, response=REDEEMED),
    "release": Example(request={}, response=RELEASED),
    "reverse": Example(
        request={"sale": "T-1001", "points": 20, "external_id": "R-12"},
        response=REDEEMED | {"reversed": 20, "balance": 360},
    ),
}
