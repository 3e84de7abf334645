"""Queue doors of the room."""

import structlog
from celery import shared_task
from django.utils import timezone

from analytics.services import membership, products, turns

log = structlog.get_logger("segments")


@shared_task
def refresh_segments() -> None:
    """Judge anew what time has changed; finds nothing to do most of the time."""
    try:
        membership.refresh_due(timezone.now())
    except turns.NoTurn:
        log.warning("segments wait for the next round: the pipeline is busy")


@shared_task
def count_products() -> None:
    """Count anew what was sold of each product and who bought it."""
    products.count(now=timezone.now())
