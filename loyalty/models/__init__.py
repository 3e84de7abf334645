"""What they have earned; one file per aggregate."""

from loyalty.models.coupons import Coupon, CouponKey, Offer

__all__ = ["Coupon", "CouponKey", "Offer"]
