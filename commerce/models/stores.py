"""Where the shop sells: its stores, and which website tells of which store's orders."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, Placement, Source


class Store(Model):
    """A branch, a till, a market stall, a website: whatever orders name as their store.

    Orders keep the code, as they were told; this row says what people call it. Made when an order names it first.
    """

    placement = Placement.SHARED

    code = models.CharField(_("code"), max_length=80, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    place = models.CharField(_("place"), max_length=120, blank=True)
    channel = models.CharField(_("channel"), max_length=40, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("store")
        verbose_name_plural = _("stores")
        ordering: ClassVar[list[str]] = ["code"]

    def __str__(self) -> str:
        """The name, else the code: stores are no personal data."""
        return self.name or self.code


class Storefront(Model):
    """A website or app whose tracking tells of orders: whose numbers they have, and whether they are taken.

    Without a row, orders are taken under the source's own key.
    """

    placement = Placement.SHARED

    source = models.OneToOneField(Source, models.CASCADE, related_name="+", verbose_name=_("tracking source"))
    orders_of = models.ForeignKey(
        Source,
        models.CASCADE,
        related_name="+",
        verbose_name=_("numbers its orders like"),
        help_text=_("The source under which the store itself, its files or the REST API tell the same orders."),
    )
    number_prefix = models.CharField(
        _("what stands before its numbers there"),
        max_length=10,
        blank=True,
        help_text=_("For example # where the website says 1001 and Shopify says #1001."),
    )
    takes_orders = models.BooleanField(
        _("orders count from tracking too"),
        default=True,
        help_text=_("Switched off, an order counts only when the store itself tells it."),
    )

    class Meta:
        verbose_name = _("storefront")
        verbose_name_plural = _("storefronts")


class BookingFault(Model):
    """An event of which no fact could be made: which, where in it, and why. Never a value of it."""

    placement = Placement.LOCAL

    event_id = models.UUIDField(unique=True)
    source = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    code = models.CharField(max_length=60)
    place = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    noted_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The list of staff, newest first; forgetting old ones.
            models.Index(fields=["-noted_at"], name="commerce_bookingfault_noted"),
        ]
