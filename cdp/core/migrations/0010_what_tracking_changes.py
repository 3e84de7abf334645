"""What tracking may change about people who are known, per source. A small table gets a column with a default."""

from typing import ClassVar

from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """As before unless somebody says otherwise."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ('core', '0009_source_tokens'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name='source',
            name='known_people',
            field=models.CharField(choices=[('update', 'The later word holds'), ('fill', 'Only what is empty is filled')], db_default='update', default='update', help_text='A write key in a web page can be read by everybody. “Only what is empty is filled” keeps names, addresses and identifiers that are known as they are, and merges nobody who is known.', max_length=10, verbose_name='what tracking changes about people we know'),
        ),
    ]
