"""What becomes of orders, refunds, carts and wishes when a customer is merged, exported or erased.

Erasing keeps them: the law wants the books for years, revenue must stay true, and nothing in them tells who it was
once the customer's keys are destroyed: why money was given back is sealed with them.
"""

from cdp.core.lifecycle import OnErase, OnMerge, declare, declare_keys
from commerce.selectors import orders, wishes

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
    resolved_by="resolved_by",
    fact=("order:", "external_id"),
)
declare(
    "commerce.OrderLine",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.KEEP,
    follows=("commerce.Order", "order_id"),
    export=("order_id", "sku", "name", "category", "quantity", "unit_price", "discount", "amount"),
)
declare(
    "commerce.Refund",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.KEEP,
    follows=("commerce.Order", "order_id"),
    export=("source", "external_id", "order_id", "at", "currency", "amount", "words"),
    resolved_by="resolved_by",
    fact=("order:", "external_id"),  # a mere return in a file has the number of its order
)
declare(
    "commerce.RefundLine",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.KEEP,
    follows=("commerce.Refund", "refund_id"),
    export=("refund_id", "sku", "name", "quantity", "unit_price", "amount"),
)
declare_keys("commerce.OrderKey", owned=orders.keys_of)
declare_keys("commerce.RefundKey", owned=orders.refund_keys_of)
declare(
    "commerce.Cart",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("source", "status", "currency", "total", "started_at", "told_at", "is_recovered", "checkout_at", "step"),
    resolved_by="resolved_by",
)
declare(
    "commerce.CartLine",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    follows=("commerce.Cart", "cart_id"),
    export=("cart_id", "sku", "name", "quantity", "unit_price"),
)
declare(
    "commerce.Wish",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("source", "list_name", "sku", "name", "added_at", "removed_at"),
    resolved_by="resolved_by",
)
declare(
    "commerce.StockInterest",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("source", "sku", "name", "noted_at", "ended_at"),
    resolved_by="resolved_by",
)
declare(
    "commerce.CouponTry",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=("source", "code", "name", "action", "order_number", "discount", "reason", "at"),
    resolved_by="resolved_by",
)
declare_keys("commerce.CartKey", owned=wishes.keys_of)
declare(
    "commerce.Warranty",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=(
        "sku",
        "name",
        "typed",
        "serial",
        "place",
        "order_number",
        "bought_on",
        "months",
        "ends_on",
        "state",
        "source",
        "registered_at",
    ),
    resolved_by="resolved_by",
)
declare(
    "commerce.WarrantyClaim",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    follows=("commerce.Warranty", "warranty_id"),
    export=("warranty_id", "opened_at", "text", "closed_at", "outcome"),
)
declare(
    "commerce.PreOrder",
    on_merge=OnMerge.MOVE,
    on_erase=OnErase.DELETE,
    export=(
        "number",
        "sku",
        "name",
        "typed",
        "quantity",
        "wish_on",
        "way",
        "address",
        "note",
        "state",
        "source",
        "placed_at",
    ),
    resolved_by="resolved_by",
)
