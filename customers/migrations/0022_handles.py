"""What people are called on social platforms is a way of contact like their number on LINE."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """One more choice: nothing changes in the database."""

    dependencies: ClassVar[list[tuple[str, str]]] = [("customers", "0021_phone_countries")]
    operations: ClassVar[list[Operation]] = [
        migrations.AlterField(
            model_name="contactpoint",
            name="kind",
            field=models.CharField(
                choices=[
                    ("email", "E-mail"),
                    ("phone", "Phone"),
                    ("line", "LINE"),
                    ("external_id", "Customer number"),
                    ("member_number", "Member number"),
                    ("handle", "Social account"),
                ],
                max_length=20,
            ),
        ),
    ]
