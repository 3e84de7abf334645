"""Which events of the e-commerce specification become facts, under all the names they are sent by."""

from typing import Final

READER: Final = "commerce.book"
"""By which name events are handed to this room (events.services.handover)."""
VIEWED: Final = "viewed"
ADDED: Final = "added"
REMOVED: Final = "removed"
CART: Final = "cart"
CHECKOUT: Final = "checkout"
STEP: Final = "step"
PAYMENT: Final = "payment"
COMPLETED: Final = "completed"
UPDATED: Final = "updated"
CANCELLED: Final = "cancelled"
REFUNDED: Final = "refunded"
COUPON_ENTERED: Final = "coupon_entered"
COUPON_APPLIED: Final = "coupon_applied"
COUPON_DENIED: Final = "coupon_denied"
COUPON_REMOVED: Final = "coupon_removed"
WISHED: Final = "wished"
UNWISHED: Final = "unwished"
WISH_TO_CART: Final = "wish_to_cart"
AWAITED: Final = "awaited"
UNAWAITED: Final = "unawaited"

ORDERS: Final = frozenset({COMPLETED, UPDATED, CANCELLED})
CARTS: Final = frozenset({ADDED, REMOVED, CART, CHECKOUT, STEP, PAYMENT, WISH_TO_CART, COMPLETED})
COUPONS: Final = {
    COUPON_ENTERED: "entered",
    COUPON_APPLIED: "applied",
    COUPON_DENIED: "denied",
    COUPON_REMOVED: "removed",
}

# Version 2 first, then version 1 and spellings seen in the wild. Lists of products (viewed, filtered) are left out:
# each would teach a hundred articles that a look at one of them teaches as well.
KINDS: Final = {
    "product viewed": VIEWED,
    "viewed product": VIEWED,
    "product added": ADDED,
    "added product": ADDED,
    "product removed": REMOVED,
    "removed product": REMOVED,
    "cart viewed": CART,
    "viewed cart": CART,
    "checkout started": CHECKOUT,
    "started order": CHECKOUT,
    "started checkout": CHECKOUT,
    "checkout step viewed": STEP,
    "viewed checkout step": STEP,
    "checkout step completed": STEP,
    "completed checkout step": STEP,
    "payment info entered": PAYMENT,
    "entered payment info": PAYMENT,
    "order completed": COMPLETED,
    "completed order": COMPLETED,
    "order updated": UPDATED,
    "updated order": UPDATED,
    "order cancelled": CANCELLED,
    "order canceled": CANCELLED,
    "cancelled order": CANCELLED,
    "order refunded": REFUNDED,
    "refunded order": REFUNDED,
    "coupon entered": COUPON_ENTERED,
    "coupon applied": COUPON_APPLIED,
    "coupon denied": COUPON_DENIED,
    "coupon removed": COUPON_REMOVED,
    "product added to wishlist": WISHED,
    "product removed from wishlist": UNWISHED,
    "wishlist product added to cart": WISH_TO_CART,
    # No specification names these; the words are those of the usual back-in-stock apps.
    "back in stock requested": AWAITED,
    "back in stock subscribed": AWAITED,
    "subscribed to back in stock": AWAITED,
    "product back in stock requested": AWAITED,
    "back in stock cancelled": UNAWAITED,
    "back in stock unsubscribed": UNAWAITED,
}


def kind(name: str) -> str:
    """Which event that is; empty for one that becomes no fact."""
    return KINDS.get(" ".join(name.split()).casefold(), "")
