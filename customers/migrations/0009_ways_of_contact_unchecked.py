"""Ways of contact without a foreign key; see ADR 9. Going back checks every row again."""

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


def _customer(*, is_checked: bool) -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=is_checked,
        db_index=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to="customers.customer",
    )


class Migration(migrations.Migration):
    """Ways of contact without a foreign key; see ADR 9. Going back checks every row again."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0008_names_for_people")]
    operations: ClassVar[list[Operation]] = [
        migrations.AlterField(model_name=model, name="customer", field=_customer(is_checked=False))
        for model in ("contactpoint", "address")
    ]
