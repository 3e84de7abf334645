"""The offer that a fresh installation starts with. It is a start for the shop to make its own: what is there stays."""

from decimal import Decimal

from django.db import connection

from loyalty.models import Offer


def ensure() -> None:
    """Ten percent off the first order. Safe to repeat; does nothing where the table was migrated away."""
    if Offer._meta.db_table not in connection.introspection.table_names():
        return
    Offer.objects.bulk_create([Offer(key=Offer.FIRST_ORDER, percent=Decimal(10))], ignore_conflicts=True)
