"""What becomes of coupons when a customer is merged, exported or erased."""

from cdp.core.lifecycle import OnErase, OnMerge, declare, declare_keys
from loyalty.selectors import coupons

declare(
    "loyalty.Coupon",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=(
        "offer",
        "code",
        "percent",
        "amount",
        "currency",
        "minimum",
        "is_first_order",
        "issued_at",
        "valid_until",
        "redeemed_at",
        "redeemed_by",
    ),
    resolved_by="resolved_by",
)
declare_keys("loyalty.CouponKey", owned=coupons.keys_of)
