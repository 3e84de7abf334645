"""One row of facts per customer, kept by the pipeline and rebuilt by the same statement."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from cdp.core.models import Placement


class CustomerMetrics(models.Model):
    """Fact metrics of one customer. Clock metrics (days since …) are expressions over these, never stored."""

    placement = Placement.OWNED

    # Derived from facts whose own keys are checked; a check per row would cost a rebuild a third of its time and lock
    # every customer.
    customer = models.OneToOneField(
        "customers.Customer", models.DO_NOTHING, primary_key=True, related_name="+", db_constraint=False
    )
    orders_count = models.IntegerField(default=0)
    revenue_by_currency = models.JSONField(default=dict)
    refunds_by_currency = models.JSONField(default=dict)
    # In the shop's currency; null with `missing_rate` when a rate is not known.
    revenue_total = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    refunds_total = models.DecimalField(max_digits=20, decimal_places=4, null=True)
    missing_rate = models.CharField(max_length=3, blank=True)
    first_order_at = models.DateTimeField(null=True)
    last_order_at = models.DateTimeField(null=True)
    last_seen_at = models.DateTimeField(null=True)
    sessions_count = models.IntegerField(default=0, db_default=0)
    last_login_at = models.DateTimeField(null=True)
    followers = models.BigIntegerField(null=True)
    sentiment = models.CharField(max_length=8, null=True)  # noqa: DJ001  (nothing read is no value, as in all columns)
    tickets_open = models.IntegerField(default=0, db_default=0)
    last_satisfaction = models.PositiveSmallIntegerField(null=True)
    # Of members, NULL for everybody else: what they have, and every later moment (`purse_at`, the first of which is
    # `purse_next_at`) at which time alone changes which wallet (`purse_of`) by how much (`purse_by`).
    member_since = models.DateTimeField(null=True)
    tier = models.CharField(max_length=40, null=True)  # noqa: DJ001  (as above)
    points_balance = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    stamps_balance = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    store_credit = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    points_ending_at = models.DateTimeField(null=True)
    purse_next_at = models.DateTimeField(null=True)
    purse_at = ArrayField(models.DateTimeField(), null=True)
    purse_of = ArrayField(models.TextField(), null=True)
    purse_by = ArrayField(models.DecimalField(max_digits=18, decimal_places=4), null=True)
    coupons_used = models.IntegerField(default=0, db_default=0)
    computed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # The inactivity trigger walks the customers whose last order is older than a date.
            models.Index(fields=["last_order_at"], name="analytics_metrics_last_order"),
            # Whose points end soon: the trigger before they do.
            models.Index(
                fields=["points_ending_at"],
                name="analytics_metrics_ending",
                condition=models.Q(points_ending_at__isnull=False),
            ),
        ]
