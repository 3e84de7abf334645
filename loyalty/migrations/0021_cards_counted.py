"""How often a reward was given for a full card. Those given before are counted where they stand, reward by reward."""

from typing import Any, ClassVar

from django.db import migrations, models
from django.db.models import Count


def count(apps: Any, _editor: Any) -> None:
    """One statement to read, one for each reward that a full card brings: a handful."""
    hold, reward = apps.get_model("loyalty", "Hold"), apps.get_model("loyalty", "Reward")
    given = hold.objects.filter(source="card", state="captured", restored=0).order_by()
    for key, number in given.values_list("reward").annotate(number=Count("id")):
        reward.objects.filter(key=key).update(by_card=number)


class Migration(migrations.Migration):
    dependencies: ClassVar[list[tuple[str, str]]] = [("loyalty", "0006_suggestion_as_reason")]
    operations: ClassVar[list[Any]] = [
        migrations.AddField("reward", "by_card", models.PositiveIntegerField(default=0, editable=False)),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
