"""What members can have for their points, and how many of it there are."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cdp.core.models import Model, Placement
from loyalty.rules import benefit as rules
from loyalty.rules.benefit import Benefit


class Reward(Model):
    """One reward of the catalogue. Who took it keeps what it gave then."""

    placement = Placement.SHARED

    class How(models.TextChoices):
        NOW = "now", _("At once, at the till")
        VOUCHER = "voucher", _("As a coupon for later")

    class Per(models.TextChoices):
        EVER = "ever", _("in all")
        DAY = "day", _("a day")
        WEEK = "week", _("a week")
        MONTH = "month", _("a month")
        YEAR = "year", _("a year")

    key = models.SlugField(max_length=40, unique=True)
    names = models.JSONField()  # {"en": "Free coffee"}
    texts = models.JSONField(default=dict, blank=True)
    wallet = models.CharField(max_length=20, default="points")
    cost = models.DecimalField(max_digits=18, decimal_places=4)
    benefit = models.JSONField()  # see loyalty.rules.benefit
    how = models.CharField(max_length=8, choices=How.choices, default=How.VOUCHER)
    valid_days = models.PositiveSmallIntegerField(default=60)
    stock = models.PositiveIntegerField(null=True, blank=True)  # None: as many as are wanted
    taken = models.PositiveIntegerField(default=0, editable=False)  # kept by holds, in their transaction
    by_card = models.PositiveIntegerField(default=0, editable=False)  # for full cards: none of the stock
    each = models.PositiveSmallIntegerField(null=True, blank=True)
    per = models.CharField(max_length=5, choices=Per.choices, default=Per.EVER)
    tiers = models.JSONField(default=list, blank=True)  # keys; all where empty
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    is_on = models.BooleanField(default=True)
    position = models.PositiveSmallIntegerField(default=100)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reward")
        verbose_name_plural = _("rewards")
        ordering: ClassVar[list[str]] = ["position", "cost", "key"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(name="loyalty_reward_cost", condition=Q(cost__gt=0)),
            models.CheckConstraint(
                name="loyalty_reward_stock", condition=Q(stock__isnull=True) | Q(stock__gte=F("taken"))
            ),
        ]

    def __str__(self) -> str:
        """The key."""
        return self.key

    @property
    def gives(self) -> Benefit:
        """What it gives now."""
        return rules.known(self.benefit)
