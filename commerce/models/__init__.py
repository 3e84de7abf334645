"""What they buy; one file per aggregate."""

from commerce.models.carts import Cart, CartKey, CartLine
from commerce.models.coupons import CouponTry
from commerce.models.hooks import HookDelivery, HookTally, StoreMark, StoreNotice
from commerce.models.orders import Order, OrderKey, OrderLine
from commerce.models.preorders import PreOrder
from commerce.models.products import Product
from commerce.models.rates import ExchangeRate
from commerce.models.refunds import Refund, RefundKey, RefundLine
from commerce.models.stores import BookingFault, Store, Storefront
from commerce.models.warranties import Warranty, WarrantyClaim
from commerce.models.wishes import StockInterest, Wish

__all__ = [
    "BookingFault",
    "Cart",
    "CartKey",
    "CartLine",
    "CouponTry",
    "ExchangeRate",
    "HookDelivery",
    "HookTally",
    "Order",
    "OrderKey",
    "OrderLine",
    "PreOrder",
    "Product",
    "Refund",
    "RefundKey",
    "RefundLine",
    "StockInterest",
    "Store",
    "StoreMark",
    "StoreNotice",
    "Storefront",
    "Warranty",
    "WarrantyClaim",
    "Wish",
]
