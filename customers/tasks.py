"""Queue doors. Each is a wake-up: it looks for rows and ends when there are none."""

import time

from celery import shared_task
from django.utils import timezone

from customers.services import phone_countries, phone_endings
from customers.services.companies import linking

MOST_PHONES = 100_000
TURN_SECONDS = 20


@shared_task
def index_phones() -> None:
    """Give phones of before the number by which they are found, and their country, so many at a time; beat calls again.

    After an upgrade nobody has to remember the command. Once none waits this is one look at an empty index.
    """
    phone_endings.fill(most=MOST_PHONES)
    phone_countries.fill(most=MOST_PHONES)


@shared_task
def sweep_companies() -> None:
    """Look for the people of companies that are new, for at most TURN_SECONDS; beat calls again."""
    ends = time.monotonic() + TURN_SECONDS
    while time.monotonic() < ends and linking.sweep(now=timezone.now()):
        pass
