"""Tickets with their messages and rules, and what the shop answered to reviews."""

from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import cdp.core.crypto.fields
import cdp.core.ids
import cdp.core.models.base


class Migration(migrations.Migration):
    """New tables, and columns that may be empty."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ('customers', '0021_phone_countries'),
        ('surveys', '0002_questionnaires'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name='TicketKey',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField()),
                ('ticket_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='TicketRules',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('week', models.JSONField(default=dict)),
                ('holidays', django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), default=list, size=None)),
                ('targets', models.JSONField(default=dict)),
                ('own_addresses', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=254), default=list, size=None)),
                ('saved_at', models.DateTimeField()),
                ('saved_by', models.CharField(blank=True, max_length=60)),
            ],
            options={
                'verbose_name': 'hours and targets of tickets',
                'verbose_name_plural': 'hours and targets of tickets',
            },
        ),
        migrations.AddField(
            model_name='review',
            name='replied_by',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='review',
            name='reply',
            field=cdp.core.crypto.fields.SealedField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='review',
            name='settled_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='review',
            name='settled_by',
            field=models.UUIDField(null=True),
        ),
        migrations.CreateModel(
            name='Ticket',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=60)),
                ('external_id', models.CharField(max_length=200)),
                ('channel', models.CharField(choices=[('email', 'E-mail'), ('phone', 'Phone'), ('line', 'LINE'), ('chat', 'Chat'), ('counter', 'In the shop'), ('web', 'Website'), ('social', 'Social network'), ('other', 'Another way')], max_length=10)),
                ('topic', models.CharField(blank=True, max_length=60)),
                ('priority', models.CharField(choices=[('low', 'Low'), ('normal', 'Normal'), ('high', 'High'), ('urgent', 'Urgent')], default='normal', max_length=10)),
                ('subject', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('about_kind', models.CharField(blank=True, max_length=20)),
                ('about_id', models.UUIDField(null=True)),
                ('assigned_to', models.UUIDField(null=True)),
                ('opened_at', models.DateTimeField()),
                ('opened_by', models.CharField(blank=True, max_length=60)),
                ('named_by', models.BinaryField(null=True)),
                ('status', models.CharField(choices=[('open', 'Open'), ('waiting', 'Waits for the customer'), ('resolved', 'Resolved')], default='open', max_length=10)),
                ('spoken_at', models.DateTimeField()),
                ('first_reply_at', models.DateTimeField(null=True)),
                ('resolved_at', models.DateTimeField(null=True)),
                ('running_since', models.DateTimeField(null=True)),
                ('spent_seconds', models.PositiveIntegerField(default=0)),
                ('first_reply_seconds', models.PositiveIntegerField(null=True)),
                ('first_due_at', models.DateTimeField(null=True)),
                ('resolve_due_at', models.DateTimeField(null=True)),
                ('next_due_at', models.DateTimeField(null=True)),
                ('escalated_at', models.DateTimeField(null=True)),
                ('escalated_by', models.CharField(blank=True, max_length=60)),
                ('escalated_for', models.DateTimeField(null=True)),
                ('satisfaction', models.PositiveSmallIntegerField(null=True)),
                ('satisfaction_at', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'ticket',
                'verbose_name_plural': 'tickets',
            },
        ),
        migrations.CreateModel(
            name='TicketMessage',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('direction', models.CharField(choices=[('in', 'From the customer'), ('out', 'From us'), ('note', 'Note for colleagues'), ('act', 'What was done')], max_length=4)),
                ('act', models.CharField(blank=True, max_length=20)),
                ('status', models.CharField(blank=True, choices=[('open', 'Open'), ('waiting', 'Waits for the customer'), ('resolved', 'Resolved')], max_length=10)),
                ('words', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('more', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('at', models.DateTimeField()),
                ('author', models.CharField(blank=True, max_length=60)),
                ('key_digest', models.BinaryField(null=True)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
                ('ticket', cdp.core.models.base.OwnedForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='messages', to='surveys.ticket')),
            ],
            options={
                'verbose_name': 'message of a ticket',
                'verbose_name_plural': 'messages of tickets',
            },
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['customer', '-opened_at'], name='surveys_ticket_customer'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['status', '-id'], name='surveys_ticket_status'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(condition=models.Q(('next_due_at__isnull', False)), fields=['next_due_at'], name='surveys_ticket_due'),
        ),
        migrations.AddIndex(
            model_name='ticket',
            index=models.Index(fields=['opened_at'], include=('channel', 'topic', 'first_reply_seconds', 'spent_seconds', 'status', 'satisfaction'), name='surveys_ticket_report'),
        ),
        migrations.AddConstraint(
            model_name='ticket',
            constraint=models.CheckConstraint(condition=models.Q(('satisfaction__isnull', True), models.Q(('satisfaction__gte', 1), ('satisfaction__lte', 5)), _connector='OR'), name='surveys_ticket_of_five'),
        ),
        migrations.AddIndex(
            model_name='ticketmessage',
            index=models.Index(fields=['customer', 'ticket', 'at'], name='surveys_ticketmessage_ticket'),
        ),
        migrations.AddIndex(
            model_name='ticketmessage',
            index=models.Index(fields=['customer', '-at'], name='surveys_ticketmessage_story'),
        ),
    ]
