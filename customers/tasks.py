"""Queue doors. Each is a wake-up: it looks for rows and ends when there are none."""

from celery import shared_task

from customers.services import phone_endings

MOST_PHONES = 100_000


@shared_task
def index_phones() -> None:
    """Give phones of before the number by which they are found, so many at a time; beat calls again.

    After an upgrade nobody has to remember the command. Once none waits this is one look at an empty index.
    """
    phone_endings.fill(most=MOST_PHONES)
