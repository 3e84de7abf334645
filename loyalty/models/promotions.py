"""Codes that are nobody's own: words that everybody may use, and batches of codes for one use each."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import Model, OwnedModel, Placement
from loyalty.rules import benefit as rules
from loyalty.rules.benefit import Benefit


class Promotion(Model):
    """What its codes give, to whom, when, and how often."""

    placement = Placement.SHARED

    class Kind(models.TextChoices):
        WORD = "word", _("One code for everybody")
        BATCH = "batch", _("Codes for one use each")

    key = models.SlugField(max_length=40, unique=True)
    names = models.JSONField()
    kind = models.CharField(max_length=5, choices=Kind.choices)
    word = models.CharField(max_length=40, blank=True)  # as it is printed; of a batch empty
    size = models.PositiveIntegerField(default=1)
    ring_key = models.CharField(max_length=40, blank=True)
    wrapped = models.BinaryField(null=True)
    seed = SealedField()  # of a batch: its codes are made of it
    benefit = models.JSONField()  # see loyalty.rules.benefit
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    total = models.PositiveIntegerField(null=True, blank=True)  # None: as many as come
    # Kept in the transaction of each use; above the total only by orders whose store took the code itself.
    used = models.PositiveIntegerField(default=0, editable=False)
    each = models.PositiveSmallIntegerField(null=True, blank=True)
    has_guests = models.BooleanField(default=True)
    is_first_order = models.BooleanField(default=False)
    is_on = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("promotion")
        verbose_name_plural = _("promotions")
        ordering: ClassVar[list[str]] = ["-created_at", "key"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="loyalty_promotion_kind",
                condition=Q(kind="word", size=1) & ~Q(word="") | Q(kind="batch", word="", seed__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        """The key."""
        return self.key

    @property
    def gives(self) -> Benefit:
        """What a code of it gives."""
        return rules.known(self.benefit)


class PromotionCode(models.Model):
    """Keyed digest of a code → its promotion. `is_used` is of a batch: one use each."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    promotion_id = models.UUIDField()
    is_used = models.BooleanField(default=False)


class PromotionUse(OwnedModel):
    """One use of a code. A guest's lies with the reserved customer of the sale's number, as a guest's order does."""

    promotion_id = models.UUIDField()
    code_digest = models.BinaryField()
    sale_digest = models.BinaryField()  # the row's own key, so that merging can move it
    benefit = models.JSONField()  # what it gave, frozen
    used_at = models.DateTimeField()
    source = models.CharField(max_length=60)
    reference = models.CharField(max_length=200)
    order_id = models.UUIDField(null=True)
    off = models.DecimalField(max_digits=16, decimal_places=4, null=True)  # what came off, in the sale's currency
    currency = models.CharField(max_length=3, blank=True)
    reversed_at = models.DateTimeField(null=True)
    resolved_by = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("use of a code")
        verbose_name_plural = _("uses of codes")
        indexes: ClassVar[list[models.Index]] = [
            # How often somebody used it; their page.
            models.Index(fields=["customer", "promotion_id"], name="loyalty_promotionuse_customer"),
            # What was used of a promotion, newest first.
            models.Index(fields=["promotion_id", "-id"], name="loyalty_promotionuse_list"),
        ]


class PromotionSale(models.Model):
    """Keyed digest of a code and a sale's number → the use: told again it is the same."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    use_id = models.UUIDField()
