"""What they buy; one file per aggregate."""

from commerce.models.orders import Order, OrderKey, OrderLine
from commerce.models.products import Product
from commerce.models.rates import ExchangeRate
from commerce.models.refunds import Refund, RefundKey, RefundLine

__all__ = ["ExchangeRate", "Order", "OrderKey", "OrderLine", "Product", "Refund", "RefundKey", "RefundLine"]
