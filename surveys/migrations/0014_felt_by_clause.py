"""How each key phrase of a text feels and in which clause it stands: a theme is felt where it is spoken of."""

from typing import ClassVar

import django.contrib.postgres.fields
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


def _numbers() -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(models.SmallIntegerField(), default=list, db_default=[])


class Migration(migrations.Migration):
    """Columns with a constant default: nothing is rewritten. What was read before is read again by the new version."""

    dependencies: ClassVar = [("surveys", "0013_who_said")]

    operations: ClassVar[list[Operation]] = [
        *(
            migrations.AddField(model_name=model, name=name, field=_numbers())
            for model in ("reading", "anonymousreading")
            for name in ("felt", "clauses")
        ),
        *(
            migrations.AddField(model_name="anonymousreading", name=name, field=_numbers())
            for name in ("brands_felt", "products_felt")
        ),
    ]
