"""Postal addresses: the street line is sealed, the rest is coarse."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel


class Address(OwnedModel):
    """One postal address of a customer."""

    # No foreign key in the database: looking up the customer of each row was a third of what an import costs
    # PostgreSQL, and customers are never deleted (ADR 9).
    customer = models.ForeignKey(
        "customers.Customer", models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    street = SealedField()
    digest = models.BinaryField()  # of the normalised whole, so that the same address is kept once
    city = models.CharField(max_length=120, blank=True)
    province = models.CharField(max_length=10, blank=True)
    postcode = models.CharField(max_length=12, blank=True)
    country = models.CharField(max_length=2, blank=True)
    is_primary = models.BooleanField(default=True)
    source = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["customer", "digest"], name="customers_address_once"),
            models.UniqueConstraint(
                fields=["customer"], name="customers_address_one_primary", condition=Q(is_primary=True)
            ),
        ]
