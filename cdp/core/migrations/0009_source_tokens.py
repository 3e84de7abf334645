"""Whose webhooks a secret signs, and tokens to ask a platform with. A small table gets a column; a new, empty table."""

from typing import ClassVar

import cdp.core.ids
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Vendors of secrets; tokens of sources."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ('core', '0008_form_receipt'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.AddField(
            model_name='sourcesecret',
            name='vendor',
            field=models.CharField(blank=True, max_length=20, verbose_name='kind'),
        ),
        migrations.CreateModel(
            name='SourceToken',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=20)),
                ('ring_key', models.CharField(editable=False, max_length=40)),
                ('wrapped', models.BinaryField()),
                ('set_at', models.DateTimeField(verbose_name='set')),
                ('source', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.source', verbose_name='source')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('source', 'name'), name='core_sourcetoken_once')],
            },
        ),
    ]
