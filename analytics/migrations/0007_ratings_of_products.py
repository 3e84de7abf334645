"""How products are rated, counted with their sales. Counted anew every ten minutes: nothing to fill in."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Ratings beside the figures of a product."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ('analytics', '0006_visits_and_logins'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name='productfigures',
            name='rating',
            field=models.DecimalField(decimal_places=2, max_digits=3, null=True),
        ),
        migrations.AddField(
            model_name='productfigures',
            name='reviews',
            field=models.IntegerField(db_default=0, default=0),
        ),
    ]
