"""Notices to people. A new, empty table."""

from typing import ClassVar

import cdp.core.crypto.fields
import cdp.core.ids
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """What the shop has to tell somebody."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ('core', '0013_roles'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField()),
                ('kind', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=120)),
                ('purpose', models.CharField(max_length=30)),
                ('channel', models.CharField(max_length=10)),
                ('language', models.CharField(max_length=5)),
                ('address', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('address_digest', models.BinaryField()),
                ('data', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sending', 'Sending'), ('sent', 'Sent'), ('failed', 'Failed'), ('dropped', 'Not sent')], default='waiting', max_length=10)),
                ('reason', models.CharField(blank=True, max_length=60)),
                ('rule', models.CharField(blank=True, max_length=80)),
                ('created_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('valid_until', models.DateTimeField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('claimed_by', models.BigIntegerField(null=True)),
                ('attempted_at', models.DateTimeField(null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'notice',
                'verbose_name_plural': 'notices',
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['channel', 'due_at'], name='core_notice_queue'), models.Index(condition=models.Q(('state', 'sending')), fields=['claimed_by'], name='core_notice_claims'), models.Index(fields=['address_digest', 'kind', 'created_at'], name='core_notice_address')],
                'constraints': [models.UniqueConstraint(fields=('customer_id', 'key'), name='core_notice_once')],
            },
        ),
    ]
