"""Queue doors. Each is a wake-up: it looks for rows and ends when there are none."""

from celery import shared_task
from django.utils import timezone

from loyalty.services import coupons


@shared_task
def forget_coupons() -> None:
    """Forget coupons that nobody used, some time after their end."""
    coupons.forget_old(now=timezone.now())
