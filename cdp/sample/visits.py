"""What people do on the shop's site: visits as steps of the e-commerce specification, not yet written as JSON."""

import random
from typing import Final, NamedTuple

from cdp.sample import dice, purchases
from cdp.sample.data import catalogue

SHOP: Final = "https://shop.example.com"
_SEARCHES: Final = {
    "th": ("กันแดด", "เซรั่ม", "ครีมหน้าใส", "เทียนหอม", "ผิวแพ้ง่าย", "มาสก์"),
    "ko": ("선크림", "세럼", "수분크림", "캔들", "민감성 피부", "마스크팩"),
    "en": ("sunscreen", "serum", "gift set", "candle", "sensitive skin", "cleanser"),
}
_OPINIONS: Final = (
    ("5", "ใช้ดีมาก ผิวนุ่มขึ้นภายในสัปดาห์เดียว"),
    ("5", "배송이 빠르고 향이 은은해서 좋아요."),
    ("5", "Exactly as described, will buy again."),
    ("5", ""),
    ("4", "คุณภาพดี แต่กล่องบุบเล็กน้อย"),
    ("4", "촉촉한데 용량이 조금 작아요."),
    ("4", "Nice texture, the pump is a bit stiff."),
    ("4", ""),
    ("3", "พอใช้ได้ ไม่ต่างจากของเดิมมาก"),
    ("3", "기대보다는 평범했어요."),
    ("2", "Too strong a scent for my skin."),
    ("1", "ของมาช้าและหัวปั๊มแตก"),
)
_DOUBLE_STEP: Final = 90.0


class Step(NamedTuple):
    """One thing done: seconds since the visit began, the kind of call, its name and its properties."""

    at: float
    kind: str
    name: str
    properties: dict[str, object]


def price(minor: int, currency: str) -> float | int:
    """Money as a JSON number, as the e-commerce specification has it."""
    return minor if currency == "KRW" else minor / 100


def product(item: catalogue.Product, currency: str, quantity: int = 0, position: int = 0) -> dict[str, object]:
    """The properties of a product; quantity and position only where they mean something."""
    found: dict[str, object] = {
        "product_id": item.sku,
        "sku": item.sku,
        "name": item.name,
        "brand": item.brand,
        "category": item.category,
        "price": price(item.prices[currency], currency),
        "currency": currency,
        "url": f"{SHOP}/products/{item.sku.lower()}",
    }
    if quantity:
        found["quantity"] = quantity
    if position:
        found["position"] = position
    return found


def purchase(rng: random.Random, order: purchases.Order, cart: str) -> list[Step]:
    """The visit that ended in this order. The last step is `Order Completed`."""
    currency = order.currency
    pace = _Pace(rng)
    steps = [pace.page("Home", "/")]
    for item, quantity, _ in order.lines:
        steps += [
            pace.track("Product List Viewed", _shelf(rng, item, currency)),
            pace.page(item.name, f"/products/{item.sku.lower()}"),
            pace.track("Product Viewed", product(item, currency)),
            pace.track("Product Added", product(item, currency, quantity) | {"cart_id": cart}),
        ]
    lines: list[dict[str, object]] = [product(item, currency, quantity) for item, quantity, _ in order.lines]
    steps += [
        pace.track("Cart Viewed", {"cart_id": cart, "products": lines}),
        pace.track("Checkout Started", {"order_id": order.external_id, "currency": currency, "products": lines}),
        pace.track("Checkout Step Viewed", {"checkout_id": cart, "step": 2}),
    ]
    if order.coupon:
        applied: dict[str, object] = {
            "order_id": order.external_id,
            "coupon_name": order.coupon,
            "discount": price(order.discount, currency),
        }
        steps.append(pace.track("Coupon Applied", applied))
    steps += [
        pace.track("Payment Info Entered", {"checkout_id": cart, "order_id": order.external_id, "step": 3}),
        pace.track(
            "Order Completed",
            {
                "order_id": order.external_id,
                "checkout_id": cart,
                "total": price(order.total, currency),
                "revenue": price(order.subtotal, currency),
                "shipping": price(order.shipping, currency),
                "discount": price(order.discount, currency),
                "coupon": order.coupon,
                "currency": currency,
                "products": lines,
            },
        ),
    ]
    return steps


def browsing(
    rng: random.Random,
    favourites: tuple[catalogue.Product, ...],
    *,
    currency: str,
    language: str,
    cart: str,
    signed_in: bool,
) -> list[Step]:
    """A visit that ended in nothing: some look, some fill a cart and leave it."""
    chance = rng.random
    pace = _Pace(rng)
    steps = [pace.page("Home", "/")]
    if signed_in and chance() < 0.35:
        steps.append(pace.track("Signed In", {"method": "password" if chance() < 0.6 else "line"}))
    if chance() < 0.3:
        words = _SEARCHES.get(language, _SEARCHES["en"])
        steps.append(pace.track("Products Searched", {"query": dice.pick(rng, words)}))
    viewed: list[catalogue.Product] = []
    while not viewed or (len(viewed) < 6 and chance() < 0.55):
        item = dice.pick(rng, favourites if chance() < 0.3 else catalogue.BY_POPULARITY)
        if not viewed or chance() < 0.4:
            steps.append(pace.track("Product List Viewed", _shelf(rng, item, currency)))
        steps.append(pace.page(item.name, f"/products/{item.sku.lower()}"))
        steps.append(pace.track("Product Viewed", product(item, currency)))
        viewed.append(item)
    if chance() < 0.12:
        steps.append(
            pace.track("Product Added to Wishlist", {"wishlist_name": "Favourites", **product(viewed[-1], currency)})
        )
    if chance() < 0.05:
        steps.append(pace.track("Product Shared", {"share_via": "line", **product(viewed[-1], currency)}))
    if chance() < 0.24:
        in_cart = product(viewed[-1], currency, 1)
        steps.append(pace.track("Product Added", in_cart | {"cart_id": cart}))
        if chance() < 0.6:
            steps.append(pace.track("Cart Viewed", {"cart_id": cart, "products": [in_cart]}))
            if chance() < 0.5:
                steps.append(
                    pace.track("Checkout Started", {"checkout_id": cart, "currency": currency, "products": [in_cart]})
                )
        if chance() < 0.15:
            steps.append(pace.track("Product Removed", in_cart | {"cart_id": cart}))
    return steps


def opinion(rng: random.Random, order: purchases.Order) -> list[Step]:
    """A visit some days after an order: a look at what was bought, and how many stars it is worth."""
    pace = _Pace(rng)
    item, _quantity, _price = dice.pick(rng, order.lines)
    stars, words = dice.pick(rng, _OPINIONS)
    review: dict[str, object] = {
        "product_id": item.sku,
        "sku": item.sku,
        "review_id": f"{order.external_id}-{item.sku}",
        "rating": stars,
    }
    if words:
        review["review_body"] = words
    return [
        pace.page(item.name, f"/products/{item.sku.lower()}"),
        pace.track("Product Viewed", product(item, order.currency)),
        pace.track("Product Reviewed", review),
    ]


class _Pace:
    """Gives each next step its time."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._at = 0.0

    def track(self, name: str, properties: dict[str, object]) -> Step:
        return self._step("track", name, properties)

    def page(self, name: str, path: str) -> Step:
        return self._step("page", name, {"path": path, "url": f"{SHOP}{path}", "title": name})

    def _step(self, kind: str, name: str, properties: dict[str, object]) -> Step:
        step = Step(self._at, kind, name, properties)
        self._at += 2.0 + self._rng.random() * _DOUBLE_STEP
        return step


def _shelf(rng: random.Random, item: catalogue.Product, currency: str) -> dict[str, object]:
    """A list of the item's category in which the item stands somewhere near the top."""
    shown = [other for other in catalogue.PRODUCTS if other.category == item.category][:3]
    return {
        "list_id": item.category.lower().replace(" & ", "-").replace(" ", "-"),
        "category": item.category,
        "products": [product(other, currency, position=place) for place, other in enumerate(shown, start=1)],
    }
