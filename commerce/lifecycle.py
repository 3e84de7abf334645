"""What becomes of orders, refunds, carts and wishes when a customer is merged, exported or erased.

Erasing keeps them: the law wants the books for years, revenue must stay true, and nothing in them tells who it was
once the customer's keys are destroyed: why money was given back is sealed with them.
"""

from django.utils.translation import gettext_lazy as _

from cdp.core import retention
from cdp.core.lifecycle import OnErase, OnMerge, declare, declare_keys
from cdp.core.retention import Action, Follow, Kind, Start, Term, Unit
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

# --- how long it is kept ---

LINES = Follow("commerce.OrderLine", "order_id")
RETURNED = Follow("commerce.RefundLine", "refund_id", parent="commerce.Refund")
RETURN_KEYS = Follow("commerce.RefundKey", "refund_id", parent="commerce.Refund", is_key=True)
retention.declare(
    Kind(
        key="commerce.orders",
        label=_("Orders, with refunds"),
        about=_("Kept without the person they stay in revenue, products and forecasts."),
        model="commerce.Order",
        moment="r.placed_at",
        follows=(
            LINES,
            Follow("commerce.Refund", "order_id"),
            RETURNED,
            Follow("commerce.OrderKey", "order_id", is_key=True),
            RETURN_KEYS,
        ),
        actions=(Action.DETACH, Action.DELETE),
        term=Term(10, Unit.YEARS),
        careful=True,
        portion=500,
    ),
    Kind(
        key="commerce.returns",
        label=_("Returns without an order"),
        about=_("Money given back on a receipt that we have no order for."),
        model="commerce.Refund",
        moment="r.at",
        where="r.order_id IS NULL",
        follows=(
            Follow("commerce.RefundLine", "refund_id"),
            Follow("commerce.RefundKey", "refund_id", is_key=True),
        ),
        actions=(Action.DETACH, Action.DELETE),
        term=Term(10, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="commerce.carts",
        label=_("Carts"),
        about=_("What was in a cart that nobody touched any more."),
        model="commerce.Cart",
        moment="r.told_at",
        follows=(
            Follow("commerce.CartLine", "cart_id"),
            Follow("commerce.CartKey", "cart_id", is_key=True),
        ),
        term=Term(2, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="commerce.wishes",
        label=_("Articles taken off wish lists"),
        about=_("What somebody no longer wants."),
        model="commerce.Wish",
        moment="r.removed_at",
        start=Start.ENDED,
        term=Term(2, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="commerce.interests",
        label=_("Back-in-stock notes"),
        about=_("Who wanted to hear of an article, once that is over."),
        model="commerce.StockInterest",
        moment="r.ended_at",
        start=Start.ENDED,
        term=Term(1, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="commerce.coupon_tries",
        label=_("Coupons tried at a checkout"),
        about=_("Which code somebody tried, and whether it was taken."),
        model="commerce.CouponTry",
        moment="r.at",
        term=Term(2, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="commerce.warranties",
        label=_("Warranty cards and claims"),
        about=_("Counted from the end of the warranty."),
        model="commerce.Warranty",
        moment="r.ends_on::timestamp AT TIME ZONE 'UTC'",
        start=Start.ENDED,
        follows=(Follow("commerce.WarrantyClaim", "warranty_id"),),
        term=Term(3, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="commerce.preorders",
        label=_("Pre-orders that were handed over or cancelled"),
        about=_("With address and note."),
        model="commerce.PreOrder",
        moment="r.state_at",
        where="r.state IN ('collected', 'cancelled')",
        start=Start.ENDED,
        term=Term(1, Unit.YEARS),
        careful=True,
    ),
    Kind(
        key="commerce.notices",
        label=_("Requests that stores passed on"),
        about=_("That a store asked for data or for erasure, and when it was done."),
        model="commerce.StoreNotice",
        owner="person_id",
        moment="r.closed_at",
        start=Start.ENDED,
        term=Term(3, Unit.YEARS),
    ),
)
retention.sign_of_life(
    "commerce.order",
    "EXISTS (SELECT 1 FROM commerce_order t WHERE t.customer_id = r.id AND t.placed_at >= %(before)s)",
)
retention.sign_of_life(
    "commerce.cart",
    "EXISTS (SELECT 1 FROM commerce_cart t WHERE t.customer_id = r.id AND t.told_at >= %(before)s)",
)
retention.sign_of_life(
    "commerce.warranty",
    "EXISTS (SELECT 1 FROM commerce_warranty t WHERE t.customer_id = r.id AND t.ends_on >= (%(before)s)::date)",
)
retention.sign_of_life(
    "commerce.preorder",
    "EXISTS (SELECT 1 FROM commerce_preorder t WHERE t.customer_id = r.id AND t.state_at >= %(before)s)",
)
retention.brief("commerce.HookDelivery", _("What stores told us"), Term(7, Unit.DAYS))
retention.brief("commerce.BookingFault", _("Events that made no order"), Term(30, Unit.DAYS))
retention.exempt("counts per store, without people", "commerce.HookTally")
