"""What they buy; one file per aggregate."""

from commerce.models.hooks import HookDelivery, HookTally, StoreMark, StoreNotice
from commerce.models.orders import Order, OrderKey, OrderLine
from commerce.models.products import Product
from commerce.models.rates import ExchangeRate
from commerce.models.refunds import Refund, RefundKey, RefundLine

__all__ = [
    "ExchangeRate",
    "HookDelivery",
    "HookTally",
    "Order",
    "OrderKey",
    "OrderLine",
    "Product",
    "Refund",
    "RefundKey",
    "RefundLine",
    "StoreMark",
    "StoreNotice",
]
