"""Reviews of products: how many stars of five, in whose words."""

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import OwnedModel, Placement

WAITS = models.Q(replied_at__isnull=True, settled_at__isnull=True) & (
    models.Q(rating__isnull=True)
    | models.Q(rating__lt=4)
    | models.Q(title__isnull=False)
    | models.Q(body__isnull=False)
)
"""What waits for an answer of the shop. Four stars and more without a word ask for none."""


class ReviewKey(models.Model):
    """Digest of (source, the source's number of the review) → review: what makes a review one over all customers."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    review_id = models.UUIDField()


class Review(OwnedModel):
    """One review of one product. The newest telling of it stands."""

    source = models.CharField(max_length=60)
    external_id = models.CharField(max_length=200)
    sku = models.CharField(max_length=120)
    rating = models.DecimalField(max_digits=3, decimal_places=2, null=True)  # of five, whatever scale it was given on
    title = SealedField()
    body = SealedField()
    at = models.DateTimeField()
    told_at = models.DateTimeField()
    replied_at = models.DateTimeField(null=True)
    reply = SealedField()  # what the shop answered, where it was written here
    replied_by = models.UUIDField(null=True)
    settled_at = models.DateTimeField(null=True)  # nobody has to answer it any more
    settled_by = models.UUIDField(null=True)
    resolved_by = models.BinaryField(null=True)

    @property
    def waits(self) -> bool:
        """Whether it waits for an answer of the shop (WAITS)."""
        is_done = self.replied_at is not None or self.settled_at is not None
        says_something = self.rating is None or self.rating < 4 or bool(self.title or self.body)
        return not is_done and says_something

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="surveys_review_of_five", condition=models.Q(rating__gte=Decimal(0), rating__lte=Decimal(5))
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Timeline and page of a customer, newest first.
            models.Index(fields=["customer", "-at"], name="surveys_review_customer"),
            # What all customers say of an article; INCLUDE lets the count of everything run on the index alone.
            models.Index(fields=["sku"], name="surveys_review_sku", include=["rating"]),
            # What waits for an answer, newest first: a shop that answers everything has few of many.
            models.Index(
                fields=["-id"],
                name="surveys_review_asks",
                condition=WAITS,
            ),
        ]
