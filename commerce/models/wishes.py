"""What customers would like to have: articles on wish lists, and articles they wait for."""

from typing import ClassVar

from django.db import models

from cdp.core.models import OwnedModel


class Wish(OwnedModel):
    """An article on a wish list. `list_id` is the source's name of the list, empty for its only one.

    A removed wish stays with its time: what somebody no longer wants says something too.
    """

    source = models.CharField(max_length=60)
    list_id = models.CharField(max_length=120, blank=True)
    list_name = models.CharField(max_length=120, blank=True)
    sku = models.CharField(max_length=120)
    name = models.CharField(max_length=300, blank=True)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField()  # the newest telling: an older one changes nothing
    resolved_by = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Adding the same article again; also the index of a customer's wishes.
            models.UniqueConstraint(fields=["customer", "source", "list_id", "sku"], name="commerce_wish_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Who wishes for this article?
            models.Index(fields=["sku"], name="commerce_wish_sku", condition=models.Q(removed_at__isnull=True)),
        ]


class StockInterest(OwnedModel):
    """Somebody wants to hear when an article is back in stock, until it was said or is no longer wanted."""

    source = models.CharField(max_length=60)
    sku = models.CharField(max_length=120)
    name = models.CharField(max_length=300, blank=True)
    noted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField()
    resolved_by = models.BinaryField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Asking twice is asking once; also the index of a customer's interests.
            models.UniqueConstraint(fields=["customer", "sku"], name="commerce_stockinterest_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Who waits for this article?
            models.Index(fields=["sku"], name="commerce_stockinterest_sku", condition=models.Q(ended_at__isnull=True)),
        ]
