"""Queue doors of this room. Each is a wake-up: it looks for rows and ends when there are none."""

from celery import shared_task
from django.utils import timezone

from cdp.core import locks
from consent.services import asked_links, confirming, duties, guardians, nights
from consent.services.requests import clocks, codes, copies, running

_DUTIES = 0x0CD_D071


@shared_task
def keep_house() -> None:
    """Begin what is done once a night, as jobs, and see to clocks; beat calls every quarter of an hour."""
    nights.begin_due(now=timezone.now())


@shared_task
def tidy() -> None:
    """End what nobody confirmed, and forget who asked for links."""
    confirming.sweep(now=timezone.now())
    guardians.sweep(now=timezone.now())
    asked_links.forget_old(now=timezone.now())


@shared_task
def tell_people() -> None:
    """Tell people what was noted of their word, and after two years that it still holds. One at a time."""
    with locks.alone(_DUTIES) as is_ours:
        if is_ours:
            duties.tell_results(now=timezone.now())
            duties.tell_still(now=timezone.now())


@shared_task
def send_codes() -> None:
    """Send the one-time codes that were asked for."""
    codes.send_waiting(now=timezone.now())


@shared_task
def send_links() -> None:
    """Send the links that were asked for on public pages."""
    asked_links.send_waiting(now=timezone.now())


@shared_task
def watch_requests() -> None:
    """Tell staff what is due, put right what failed, and forget copies and codes whose time is over."""
    now = timezone.now()
    running.tidy(now=now)
    clocks.watch(now=now)
    copies.forget_old(now=now)
    codes.forget_old(now=now)
