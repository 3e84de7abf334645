"""Chains over the ledgers: new, empty tables, and word for the sealer from every insert. Nothing is rewritten."""

from typing import ClassVar

import cdp.core.ids
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

from cdp.core import appendonly
from cdp.core.chains import registry


class Migration(migrations.Migration):
    """Tables of the chains; audit and access log wait for their places."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ('core', '0017_who_looked_at_whom'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name='ChainTable',
            fields=[
                ('table', models.CharField(max_length=63, primary_key=True, serialize=False)),
                ('adopted_to', models.UUIDField(null=True)),
                ('adopted_at', models.DateTimeField(null=True)),
                ('passed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Chain',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('table', models.CharField(max_length=63)),
                ('month', models.DateField()),
                ('key', models.CharField(max_length=40)),
                ('position', models.BigIntegerField(default=0)),
                ('row_id', models.UUIDField(null=True)),
                ('mac', models.BinaryField()),
                ('sealed_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closing', models.BinaryField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('table', 'month'), name='core_chain_once')],
            },
        ),
        migrations.CreateModel(
            name='ChainCheck',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('subject', models.CharField(max_length=63)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField()),
                ('rows', models.BigIntegerField()),
                ('fault_count', models.IntegerField()),
                ('faults', models.JSONField(default=list)),
            ],
            options={
                'indexes': [models.Index(fields=['subject', '-started_at'], name='core_chaincheck_newest')],
            },
        ),
        migrations.CreateModel(
            name='ChainLink',
            fields=[
                ('pk', models.CompositePrimaryKey('chain_id', 'position', blank=True, editable=False, primary_key=True, serialize=False)),
                ('chain_id', models.IntegerField()),
                ('position', models.BigIntegerField()),
                ('row_id', models.UUIDField()),
                ('mac', models.BinaryField()),
                ('sealed_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('row_id', 'chain_id'), name='core_chainlink_row')],
            },
        ),
        migrations.CreateModel(
            name='ChainWaiting',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('table', models.CharField(max_length=63)),
                ('row_id', models.UUIDField()),
                ('fault', models.CharField(db_default='', default='', max_length=20)),
            ],
            options={
                'indexes': [models.Index(fields=['row_id'], name='core_chainwaiting_row')],
            },
        ),
        appendonly.protect("core_chainlink"),
        appendonly.protect_whole("core_chainlink"),
        registry.queue("core_auditentry"),
        registry.queue("core_accessentry"),
    ]
