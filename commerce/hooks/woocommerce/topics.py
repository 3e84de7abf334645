"""The topics of WooCommerce that we understand."""

from collections.abc import Mapping

from commerce.hooks import customers
from commerce.hooks.stores import Reader
from commerce.hooks.woocommerce import catalogue, orders, people

READERS: Mapping[str, Reader] = {
    "customer.created": people.told,
    "customer.updated": people.told,
    "customer.deleted": customers.deleted,
    "order.created": orders.told,
    "order.updated": orders.told,
    "order.restored": orders.told,
    "order.deleted": orders.deleted,
    "product.created": catalogue.told,
    "product.updated": catalogue.told,
    "product.restored": catalogue.told,
    "product.deleted": catalogue.deleted,
}
