"""Who wrote a message, so that it goes back with them when two are parted."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """A column without a default: nothing is rewritten."""

    dependencies: ClassVar = [("surveys", "0012_acts_by_platform")]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(model_name="ticketmessage", name="named_by", field=models.BinaryField(null=True)),
    ]
