"""The topics of Shopify that we understand."""

from collections.abc import Mapping

from commerce.hooks import customers
from commerce.hooks.shopify import carts, catalogue, orders, people, privacy
from commerce.hooks.stores import Reader

READERS: Mapping[str, Reader] = {
    "customers/create": people.told,
    "customers/update": people.told,
    "customers/enable": people.told,
    "customers/disable": people.told,
    "customers/delete": customers.deleted,
    "orders/create": orders.told,
    "orders/updated": orders.told,
    "orders/paid": orders.told,
    "orders/cancelled": orders.told,
    "orders/fulfilled": orders.told,
    "orders/partially_fulfilled": orders.told,
    "orders/edited": orders.edited,
    "orders/delete": orders.deleted,
    "refunds/create": orders.refunded,
    "products/create": catalogue.told,
    "products/update": catalogue.told,
    "products/delete": catalogue.deleted,
    "carts/create": carts.cart,
    "carts/update": carts.cart,
    "checkouts/create": carts.checkout,
    "checkouts/update": carts.checkout,
    "checkouts/delete": carts.deleted,
    "app/uninstalled": privacy.uninstalled,
    "customers/data_request": privacy.data_request,
    "customers/redact": privacy.customer_redact,
    "shop/redact": privacy.shop_redact,
}
