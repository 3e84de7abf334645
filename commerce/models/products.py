"""What the shop sells."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, Placement


class Product(Model):
    """One article by its stock-keeping unit. Lines keep the name as sold; this row has the current one."""

    placement = Placement.SHARED

    sku = models.CharField(_("SKU"), max_length=120, unique=True)
    name = models.CharField(_("name"), max_length=300, blank=True)
    category = models.CharField(_("category"), max_length=200, blank=True)
    brand = models.CharField(_("brand"), max_length=120, blank=True)
    price = models.DecimalField(_("price"), max_digits=16, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    url = models.CharField(_("page"), max_length=500, blank=True, db_default="")
    image_url = models.CharField(_("picture"), max_length=500, blank=True, db_default="")
    # When somebody who answers for the catalogue wrote it (store, REST, staff): from then on browsers only fill blanks.
    written_at = models.DateTimeField(null=True, editable=False)
    # The newest tracked event that changed anything here: an older one changes nothing.
    tracked_at = models.DateTimeField(null=True, editable=False)
    # How long the maker answers for it; empty means the shop's default, see commerce.rules.warranties.
    warranty_months = models.PositiveSmallIntegerField(_("warranty in months"), null=True, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering: ClassVar[list[str]] = ["sku"]
        indexes: ClassVar[list[models.Index]] = [
            # What customers type into the forms for warranties and pre-orders is looked up by name.
            models.Index(Upper("name"), name="commerce_product_name"),
        ]

    def __str__(self) -> str:
        """The SKU."""
        return self.sku
