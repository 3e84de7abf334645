"""Queue doors of this room. Each is a wake-up: it looks for rows and ends when there are none."""

from celery import shared_task
from django.utils import timezone

from surveys.services import anonymous


@shared_task
def end_days() -> None:
    """Write what is left of anonymous answers of days that are over; beat calls every quarter of an hour."""
    anonymous.write_out_before(timezone.localdate())
