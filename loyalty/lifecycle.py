"""What becomes of coupons when a customer is merged, exported or erased."""

from django.utils.translation import gettext_lazy as _

from cdp.core import retention
from cdp.core.lifecycle import OnErase, OnMerge, declare, declare_keys
from cdp.core.retention import Follow, Kind, Start, Term, Unit
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

# --- how long it is kept ---

retention.declare(
    Kind(
        key="loyalty.coupons",
        label=_("Coupons that were used"),
        about=_("Unused ones are forgotten 90 days after their end."),
        model="loyalty.Coupon",
        moment="r.redeemed_at",
        start=Start.ENDED,
        follows=(Follow("loyalty.CouponKey", "coupon_id", is_key=True),),
        term=Term(5, Unit.YEARS),
        careful=True,
    ),
)
retention.sign_of_life(
    "loyalty.coupon",
    "EXISTS (SELECT 1 FROM loyalty_coupon t WHERE t.customer_id = r.id"
    " AND (t.redeemed_at >= %(before)s OR t.issued_at >= %(before)s))",
)
