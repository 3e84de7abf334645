from django.db import migrations, models


class Migration(migrations.Migration):
    """How much of a redemption was given back since, and never more than was redeemed."""

    dependencies = [("loyalty", "0002_ledger")]

    operations = [
        migrations.RemoveConstraint(model_name="hold", name="loyalty_hold_within"),
        migrations.AddField(
            model_name="hold", name="restored", field=models.DecimalField(decimal_places=4, default=0, max_digits=18)
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0),
                    ("captured__gte", 0),
                    ("captured__lte", models.F("amount")),
                    ("restored__gte", 0),
                    ("restored__lte", models.F("captured")),
                ),
                name="loyalty_hold_within",
            ),
        ),
    ]
