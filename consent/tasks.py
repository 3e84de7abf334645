"""Queue doors. Each is a wake-up: it looks whether something is due and ends when nothing is."""

from celery import shared_task
from django.utils import timezone

from cdp.core import locks
from consent.services import confirming, duties, guardians, nights

_DUTIES = 0x0CD_D071


@shared_task
def keep_house() -> None:
    """Begin what is done once a night, as jobs, and see to clocks; beat calls every quarter of an hour."""
    nights.begin_due(now=timezone.now())


@shared_task
def tidy() -> None:
    """End what nobody confirmed."""
    confirming.sweep(now=timezone.now())
    guardians.sweep(now=timezone.now())


@shared_task
def tell_people() -> None:
    """Tell people what was noted of their word, and after two years that it still holds. One at a time."""
    with locks.alone(_DUTIES) as is_ours:
        if is_ours:
            duties.tell_results(now=timezone.now())
            duties.tell_still(now=timezone.now())
