"""The queue of reviews without those of which nothing is to be answered: four stars and more without a word."""

from typing import ClassVar

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.models import Q

from cdp.core.migrating import AddIndexAnew


class Migration(migrations.Migration):
    """Made while others write; a run that was cut off may be run again."""

    atomic = False

    dependencies: ClassVar[list[tuple[str, str]]] = [("surveys", "0016_felt_last")]
    operations: ClassVar[list[Operation]] = [
        AddIndexAnew(
            "review",
            models.Index(
                fields=["-id"],
                name="surveys_review_asks",
                condition=Q(replied_at__isnull=True, settled_at__isnull=True)
                & (Q(rating__isnull=True) | Q(rating__lt=4) | Q(title__isnull=False) | Q(body__isnull=False)),
            ),
        ),
        RemoveIndexConcurrently("review", "surveys_review_waiting"),
    ]
