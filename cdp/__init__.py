"""The house: what assembles the rooms of the customer data platform."""

from cdp.celery import app as celery_app

__all__ = ["celery_app"]
