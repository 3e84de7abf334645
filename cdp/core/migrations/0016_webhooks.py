"""What other systems are told: subscriptions, facts on their way, deliveries."""

import cdp.core.ids
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0015_keys_of_the_ring'),
    ]

    operations = [
        migrations.CreateModel(
            name='Webhook',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('url', models.CharField(max_length=500, verbose_name='address')),
                ('events', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('purpose', models.CharField(default='third_party', max_length=30, verbose_name='purpose')),
                ('ring_key', models.CharField(max_length=40)),
                ('wrapped', models.BinaryField()),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('failing_since', models.DateTimeField(null=True)),
                ('paused_until', models.DateTimeField(null=True)),
                ('disabled_at', models.DateTimeField(null=True)),
                ('disabled_for', models.CharField(blank=True, max_length=20)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.CharField(blank=True, max_length=60)),
            ],
            options={
                'verbose_name': 'webhook',
                'verbose_name_plural': 'webhooks',
                'ordering': ['-id'],
            },
        ),
        migrations.CreateModel(
            name='WebhookFact',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('event', models.CharField(max_length=40)),
                ('customer_id', models.UUIDField(null=True)),
                ('at', models.DateTimeField()),
                ('sealed', models.BinaryField()),
            ],
            options={
                'indexes': [models.Index(fields=['customer_id'], name='core_webhookfact_customer')],
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('fact_id', models.UUIDField()),
                ('event', models.CharField(max_length=40)),
                ('customer_id', models.UUIDField(null=True)),
                ('at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('delivered', 'Delivered'), ('denied', 'Not allowed'), ('failed', 'Given up')], default='waiting', max_length=10)),
                ('reason', models.CharField(blank=True, max_length=60)),
                ('rule', models.CharField(blank=True, max_length=60)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
                ('status_code', models.PositiveSmallIntegerField(null=True)),
                ('sealed', models.BinaryField(null=True)),
                ('webhook', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='core.webhook')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['webhook', 'fact_id'], name='core_webhookdelivery_waits'), models.Index(fields=['webhook', '-fact_id'], name='core_webhookdelivery_list'), models.Index(fields=['customer_id'], name='core_webhookdelivery_customer')],
                'constraints': [models.UniqueConstraint(fields=('fact_id', 'webhook'), name='core_webhookdelivery_once')],
            },
        ),
    ]
