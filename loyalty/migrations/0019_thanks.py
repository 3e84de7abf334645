"""What staff thank for; redemptions that stand in the report on staff; a shared payment card as a doubt."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from cdp.core.migrating import AddIndexAnew


class Migration(migrations.Migration):
    """A column with a default that PostgreSQL keeps itself, words of a choice, and an index made while others write."""

    atomic = False  # CREATE INDEX CONCURRENTLY
    dependencies: ClassVar[list[tuple[str, str]]] = [("loyalty", "0021_cards_counted")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="adjustment",
            name="about",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        migrations.AlterField(
            model_name="referral",
            name="doubt",
            field=models.CharField(
                blank=True,
                choices=[
                    ("mailbox", "The same mailbox in another spelling"),
                    ("phone", "The same phone number"),
                    ("card", "A payment card or another identifier of both"),
                    ("home", "The same address"),
                    ("many", "Too many in one month"),
                ],
                max_length=10,
            ),
        ),
        AddIndexAnew(
            model_name="hold",
            index=models.Index(
                condition=models.Q(("flag", ""), _negated=True), fields=["-flagged_at"], name="loyalty_hold_flagged"
            ),
        ),
    ]
