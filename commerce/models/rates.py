"""Exchange rates into the shop's currency: dated, importable, never fetched."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, Placement


class ExchangeRate(Model):
    """From `on` until the next dated rate, one unit of `currency` is `rate` units of the shop's currency."""

    placement = Placement.SHARED

    currency = models.CharField(_("currency"), max_length=3)
    on = models.DateField(_("from"))
    rate = models.DecimalField(_("rate"), max_digits=18, decimal_places=8)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["currency", "on"], name="commerce_exchangerate_once"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="commerce_exchangerate_positive"),
        ]
