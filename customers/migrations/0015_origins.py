"""Who told what of a customer, when and by which fact. Nullable, so nothing is rewritten; rows of before have none."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Origins of a customer's fields, and of what they are recognised and reached by."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0014_arrivals_and_choices")]
    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name="customer",
            name="origins",
            field=models.JSONField(editable=False, null=True),
        ),
        *(
            migrations.AddField(
                model_name=model,
                name="told_by",
                field=models.CharField(blank=True, editable=False, max_length=200, null=True),
            )
            for model in ("contactpoint", "identifier")
        ),
    ]
