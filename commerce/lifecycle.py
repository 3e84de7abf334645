"""What becomes of orders and refunds when a customer is merged, exported or erased.

Erasing keeps them: the law wants the books for years, revenue must stay true, and nothing in them tells who it was
once the customer's keys are destroyed.
"""

from cdp.core.lifecycle import OnErase, OnMerge, declare

declare(
    "commerce.Order",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.KEEP,
    export=(
        "source",
        "external_id",
        "placed_at",
        "status",
        "currency",
        "total",
        "discount",
        "shipping",
        "tax",
        "amount",
        "coupon",
        "channel",
        "store",
    ),
)
declare(
    "commerce.OrderLine",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.KEEP,
    export=("order_id", "sku", "name", "category", "quantity", "unit_price", "discount", "amount"),
)
declare(
    "commerce.Refund",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.KEEP,
    export=("source", "external_id", "order_id", "at", "currency", "amount", "reason"),
)
declare(
    "commerce.RefundLine",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.KEEP,
    export=("refund_id", "sku", "name", "quantity", "unit_price", "amount"),
)
