"""What is known about each product from everything that was sold and returned."""

from typing import ClassVar

from django.db import models

from cdp.core.models import Model, Placement


class ProductFigures(Model):
    """The figures of one SKU, counted together by `analytics.services.products`; never edited.

    Money is in the shop's currency; `is_unrated` says that some of it was left out because no rate is known.
    """

    placement = Placement.SHARED

    sku = models.CharField(max_length=120, unique=True)
    units = models.DecimalField(max_digits=18, decimal_places=3, default=0)
    revenue = models.DecimalField(max_digits=20, decimal_places=4, default=0)
    is_unrated = models.BooleanField(default=False)
    returned = models.DecimalField(max_digits=18, decimal_places=3, default=0)
    last_sold_at = models.DateTimeField(null=True)
    reviews = models.IntegerField(default=0, db_default=0)  # ratings told, by customers and by nobody we know
    rating = models.DecimalField(max_digits=3, decimal_places=2, null=True)  # their mean, of five
    months = models.JSONField(default=dict)  # {"2026-10": units}, the last twelve
    buyers = models.JSONField(default=dict)  # {"gender": {"female": units}, "age": {"30": units}, "country": …}
    counted_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # When they were counted last.
            models.Index(fields=["counted_at"], name="analytics_product_counted"),
        ]
