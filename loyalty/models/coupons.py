"""Personal coupons, and the offers they come from."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cdp.core.crypto.fields import SealedField
from cdp.core.models import Model, OwnedModel, Placement
from loyalty.rules import benefit as rules
from loyalty.rules.benefit import Benefit


class Offer(Model):
    """What a coupon of this kind is worth when it is issued; coupons that are out keep what they were promised."""

    placement = Placement.SHARED

    FIRST_ORDER: ClassVar[str] = "first-order"

    class Why(models.TextChoices):
        """For what it is given. `hand`: whenever staff or another part of the shop says so."""

        HAND = "hand", _("By hand")
        FIRST_ORDER = "first-order", _("For signing up, on the first order")
        FAVOURITE = "favourite", _("On what somebody buys most")
        WISHED = "wished", _("On what somebody wished for")
        BIRTHDAY = "birthday", _("Around the birthday")
        SURVEY = "survey", _("For answering a survey")
        DRAW = "draw", _("As a prize of a draw")

    key = models.SlugField(_("key"), max_length=40, unique=True)
    names = models.JSONField(_("names"), default=dict, blank=True)  # {"en": "Birthday treat"}
    why = models.CharField(_("given for"), max_length=12, choices=Why.choices, default=Why.HAND)
    is_on = models.BooleanField(_("coupons are issued"), default=True)
    benefit = models.JSONField(_("what it gives"))  # see loyalty.rules.benefit
    valid_days = models.PositiveSmallIntegerField(_("valid for days"), default=60)

    class Meta:
        verbose_name = _("coupon offer")
        verbose_name_plural = _("coupon offers")
        ordering: ClassVar[list[str]] = ["key"]

    def __str__(self) -> str:
        """The key."""
        return self.key

    @property
    def gives(self) -> Benefit:
        """What it gives."""
        return rules.known(self.benefit)


class CouponKey(models.Model):
    """Keyed digest of a code → coupon."""

    placement = Placement.KEY

    digest = models.BinaryField(primary_key=True)
    customer_id = models.UUIDField()
    coupon_id = models.UUIDField()


class Coupon(OwnedModel):
    """One code of one person, good once. `offer` is the key of an offer, or `reward:` and that of a reward."""

    offer = models.CharField(max_length=60)
    code = SealedField()
    code_digest = models.BinaryField()  # the row's own key, so that merging can move it
    benefit = models.JSONField()  # what was promised, frozen
    is_first_order = models.BooleanField(default=False)  # good for the first order only
    reason = models.CharField(max_length=20, blank=True)  # why this person got it, as Offer.Why, `reward` or `card`
    details = models.JSONField(null=True)  # what of theirs was the reason: {"sku": …}; told in words where it is shown
    given_for = models.UUIDField(null=True)  # the redemption (Hold) that bought it, or what else it was given for
    source = models.CharField(max_length=60, blank=True)
    issued_at = models.DateTimeField()
    valid_until = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)  # taken away unused: what it was given for came to nothing
    redeemed_at = models.DateTimeField(null=True)
    redeemed_by = models.CharField(max_length=60, blank=True)  # the source that redeemed it: a till, a store
    off = models.DecimalField(max_digits=16, decimal_places=4, null=True)  # what came off, in the sale's currency
    order_id = models.UUIDField(null=True)
    reference = models.CharField(max_length=200, blank=True)  # the till's own number of the sale
    reversed_at = models.DateTimeField(null=True)  # the last time a use was taken back
    reversed_reference = models.CharField(max_length=64, blank=True)  # of which sale: a digest of source and number
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

    @property
    def gives(self) -> Benefit:
        """What was promised with it."""
        return rules.known(self.benefit)
