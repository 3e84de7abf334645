"""The REST resources under /api/v1/, gathered from the rooms."""

from rest_framework.routers import SimpleRouter

from commerce.api import orders, products


class Router(SimpleRouter):
    """`/orders` is the address; `/orders/` is answered too, because a POST cannot be redirected."""

    def __init__(self) -> None:
        """An optional last slash."""
        super().__init__(trailing_slash=False)
        self.trailing_slash = "/?"


router = Router()
router.register("orders", orders.OrderViewSet, basename="order")
router.register("products", products.ProductViewSet, basename="product")
