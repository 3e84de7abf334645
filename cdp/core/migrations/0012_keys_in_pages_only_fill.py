"""Sources whose write key stands in pages only fill what is empty. A table of tens of rows."""

from typing import ClassVar

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation


def only_fill(apps: Apps, _editor: BaseDatabaseSchemaEditor) -> None:
    """Nobody chose otherwise for them: until now it was what every source began with."""
    apps.get_model("core", "Source").objects.filter(allowed_origins__len__gt=0).update(known_people="fill")


class Migration(migrations.Migration):
    """Going back leaves them as they are: older versions know both words, and which source had which is not kept."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ('core', '0011_refused_tokens'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.AlterField(
            model_name='source',
            name='known_people',
            field=models.CharField(choices=[('update', 'The later word holds'), ('fill', 'Only what is empty is filled')], db_default='update', default='update', help_text="A write key in a web page can be read by everybody. “Only what is empty is filled” keeps names, addresses and identifiers that are known as they are, and merges nobody who is known. With “The later word holds” and origins, anybody who knows a customer's e-mail address can rename that customer.", max_length=10, verbose_name='what tracking changes about people we know'),
        ),
        migrations.RunPython(only_fill, migrations.RunPython.noop, elidable=True),
    ]
