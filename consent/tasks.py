"""Queue doors. Each is a wake-up: it looks whether something is due and ends when nothing is."""

from celery import shared_task
from django.utils import timezone

from consent.services import confirming, nights


@shared_task
def keep_house() -> None:
    """Begin what is done once a night, as jobs, and see to clocks; beat calls every quarter of an hour."""
    nights.begin_due(now=timezone.now())


@shared_task
def tidy() -> None:
    """End what nobody confirmed."""
    confirming.sweep(now=timezone.now())
