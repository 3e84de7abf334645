"""Queue doors of the room."""

from celery import shared_task
from django.utils import timezone

from analytics.services import membership


@shared_task
def refresh_segments() -> None:
    """Judge anew what time has changed; finds nothing to do most of the time."""
    membership.refresh_due(timezone.now())
