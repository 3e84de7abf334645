"""Personal coupons, and the offers they come from."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import Model, OwnedModel, Placement


class Offer(Model):
    """What a coupon of this kind is worth when it is issued; coupons that are out keep what they were promised."""

    placement = Placement.SHARED

    FIRST_ORDER: ClassVar[str] = "first-order"

    key = models.SlugField(_("key"), max_length=40, unique=True)
    is_on = models.BooleanField(_("coupons are issued"), default=True)
    percent = models.DecimalField(_("percent off"), max_digits=5, decimal_places=2, null=True, blank=True)
    amount = models.DecimalField(_("amount off"), max_digits=16, decimal_places=4, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)  # of amount and minimum
    minimum = models.DecimalField(_("smallest basket"), max_digits=16, decimal_places=4, null=True, blank=True)
    valid_days = models.PositiveSmallIntegerField(_("valid for days"), default=60)

    class Meta:
        verbose_name = _("coupon offer")
        verbose_name_plural = _("coupon offers")
        ordering: ClassVar[list[str]] = ["key"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="loyalty_offer_percent_or_amount",
                condition=Q(percent__gt=0, percent__lte=100, amount__isnull=True)
                | Q(percent__isnull=True, amount__gt=0),
            ),
        ]

    def __str__(self) -> str:
        """The key."""
        return self.key


class CouponKey(models.Model):
    """Keyed digest of a code → coupon."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    coupon_id = models.UUIDField()


class Coupon(OwnedModel):
    """One code of one person, good once."""

    offer = models.CharField(max_length=40)
    code = SealedField()
    code_digest = models.BinaryField()  # the row's own key, so that merging can move it
    percent = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    amount = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    currency = models.CharField(max_length=3, blank=True)
    minimum = models.DecimalField(max_digits=16, decimal_places=4, null=True)
    is_first_order = models.BooleanField(default=False)  # good for the first order only
    source = models.CharField(max_length=60, blank=True)
    issued_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    redeemed_at = models.DateTimeField(null=True)
    redeemed_by = models.CharField(max_length=60, blank=True)  # the source that redeemed it: a till, a store
    order_id = models.UUIDField(null=True)
    reference = models.CharField(max_length=200, blank=True)  # the till's own number of the sale
    resolved_by = models.BinaryField(null=True)  # by which identifier the person was known

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        indexes: ClassVar[list[models.Index]] = [
            # Page and timeline of a customer, newest first.
            models.Index(fields=["customer", "-issued_at"], name="loyalty_coupon_customer"),
            # The pipeline looks for orders that used an open coupon.
            models.Index(fields=["customer"], name="loyalty_coupon_open", condition=Q(redeemed_at__isnull=True)),
            # Coupons nobody used are forgotten some time after they ended.
            models.Index(fields=["valid_until"], name="loyalty_coupon_ended", condition=Q(redeemed_at__isnull=True)),
        ]
