"""What waits for a second step, and what was told to whom. New, empty tables."""

from typing import ClassVar

import cdp.core.crypto.fields
import cdp.core.ids
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Confirmations by mail, wishes of how often, guardians, duties to tell."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ('consent', '0012_privacy_requests'),
        ('customers', '0019_merges_of_people'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('result', 'What was noted'), ('still', 'That it still holds')], max_length=10)),
                ('record_id', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('notice_id', models.UUIDField(null=True)),
                ('channel', models.CharField(blank=True, max_length=10)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'confirmation to a customer',
                'verbose_name_plural': 'confirmations to customers',
                'constraints': [models.UniqueConstraint(fields=('customer', 'kind', 'record_id', 'at'), name='consent_confirmation_once')],
            },
        ),
        migrations.CreateModel(
            name='ContactWish',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('frequency', models.CharField(choices=[('usual', 'As often as there is news'), ('weekly', 'At most once a week'), ('monthly', 'At most once a month')], default='usual', max_length=10)),
                ('paused_until', models.DateTimeField(null=True)),
                ('changed_at', models.DateTimeField()),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'wish of how often',
                'verbose_name_plural': 'wishes of how often',
                'indexes': [models.Index(fields=['customer'], name='consent_contactwish_customer')],
            },
        ),
        migrations.CreateModel(
            name='Guardianship',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('channel', models.CharField(max_length=10)),
                ('address', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('name', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('boxes', models.JSONField(default=list)),
                ('told', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('language', models.CharField(blank=True, max_length=5)),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('confirmed', 'Agreed'), ('refused', 'Refused'), ('expired', 'Never answered'), ('ended', 'The child decides now')], default='asked', max_length=10)),
                ('method', models.CharField(blank=True, max_length=40)),
                ('verified_by', models.UUIDField(null=True)),
                ('asked_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('decided_at', models.DateTimeField(null=True)),
                ('ends_on', models.DateField()),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'word of a guardian',
                'verbose_name_plural': 'words of guardians',
                'indexes': [models.Index(fields=['customer', '-asked_at'], name='consent_guardian_customer'), models.Index(condition=models.Q(('state', 'asked')), fields=['expires_at'], name='consent_guardian_asked'), models.Index(condition=models.Q(('state', 'confirmed')), fields=['ends_on'], name='consent_guardian_ends')],
            },
        ),
        migrations.CreateModel(
            name='Pending',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('boxes', models.JSONField(default=list)),
                ('source', models.CharField(max_length=60)),
                ('method', models.CharField(max_length=30)),
                ('policy_version', models.CharField(blank=True, max_length=20)),
                ('language', models.CharField(blank=True, max_length=5)),
                ('address_digest', models.BinaryField()),
                ('told', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('state', models.CharField(choices=[('waiting', 'Waiting for the confirmation'), ('confirmed', 'Confirmed'), ('expired', 'Never confirmed')], default='waiting', max_length=10)),
                ('at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'pending confirmation',
                'verbose_name_plural': 'pending confirmations',
                'db_table': 'consent_pending',
                'indexes': [models.Index(fields=['customer', '-at'], name='consent_pending_customer'), models.Index(condition=models.Q(('state', 'waiting')), fields=['expires_at'], name='consent_pending_waiting'), models.Index(condition=models.Q(('settled_at__isnull', False)), fields=['settled_at'], name='consent_pending_settled')],
            },
        ),
    ]
