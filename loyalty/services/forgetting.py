"""Coupons that nobody used go some time after their end."""

from datetime import datetime, timedelta

from django.db import transaction

from loyalty.models import Coupon, CouponKey, Offer

KEPT_AFTER_END = timedelta(days=90)
LONGEST_PERIOD = timedelta(days=400)
ONCE_A_PERIOD = (Offer.Why.FAVOURITE, Offer.Why.WISHED, Offer.Why.BIRTHDAY, Offer.Why.SURVEY)
FORGOTTEN_AT_ONCE = 1000


def forget_old(*, now: datetime) -> int:
    """Delete coupons that nobody used some time after their end. Returns how many, at most FORGOTTEN_AT_ONCE.

    Those that are given once are how we know that it was given: they stay for as long as one can be.
    """
    ended = Coupon.objects.filter(valid_until__lt=now - KEPT_AFTER_END, redeemed_at__isnull=True).exclude(
        reason__in=ONCE_A_PERIOD, issued_at__gte=now - LONGEST_PERIOD
    )
    rows = list(ended.order_by("valid_until").values_list("customer_id", "id", "code_digest")[:FORGOTTEN_AT_ONCE])
    with transaction.atomic():
        CouponKey.objects.filter(digest__in=[bytes(digest) for _, _, digest in rows]).delete()
        for customer, coupon, _digest in rows:
            Coupon.objects.filter(customer_id=customer, id=coupon, redeemed_at__isnull=True).delete()
    return len(rows)
