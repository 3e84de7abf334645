"""Calls and visits with their topics; what is asked of customers and what they said."""

from typing import ClassVar

import cdp.core.crypto.fields
import cdp.core.ids
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Calls and visits with their topics; what is asked of customers and what they said."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ('customers', '0011_phones_without_ending'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name='InteractionTopic',
            fields=[
                ('key', models.SlugField(max_length=40, primary_key=True, serialize=False, verbose_name='key')),
                ('name', models.JSONField(default=dict, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'verbose_name': 'topic of calls and visits',
                'verbose_name_plural': 'topics of calls and visits',
                'ordering': ['position', 'key'],
            },
        ),
        migrations.CreateModel(
            name='ProfileQuestion',
            fields=[
                ('key', models.SlugField(max_length=40, primary_key=True, serialize=False, verbose_name='key')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('level', models.PositiveSmallIntegerField(default=0, help_text='0 anybody, 1 acquainted, 2 known, 3 trusted', verbose_name='trust level')),
                ('contexts', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), default=list, size=None, verbose_name='asked at')),
                ('stale_after_days', models.PositiveIntegerField(default=0, help_text='0: is never asked again', verbose_name='still right after days')),
                ('ask', models.JSONField(default=dict, verbose_name='sentence')),
                ('still', models.JSONField(default=dict, verbose_name='sentence when it is known')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
            ],
            options={
                'verbose_name': 'question to customers',
                'verbose_name_plural': 'questions to customers',
                'ordering': ['position', 'key'],
            },
        ),
        migrations.CreateModel(
            name='Asked',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('question', models.CharField(max_length=40)),
                ('reply', models.CharField(choices=[('told', 'Told'), ('confirmed', 'Still right'), ('declined', 'Rather not say'), ('postponed', 'Not now')], max_length=10)),
                ('at', models.DateTimeField()),
                ('context', models.CharField(max_length=10)),
                ('source', models.CharField(blank=True, max_length=60)),
                ('author_id', models.UUIDField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'answer to a question',
                'verbose_name_plural': 'answers to questions',
                'constraints': [models.UniqueConstraint(fields=('customer', 'question'), name='customers_asked_once')],
            },
        ),
        migrations.CreateModel(
            name='Interaction',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('call', 'Call'), ('visit', 'Visit'), ('chat', 'Chat')], max_length=10)),
                ('direction', models.CharField(choices=[('in', 'They came to us'), ('out', 'We went to them')], default='in', max_length=3)),
                ('topic', models.CharField(blank=True, max_length=40)),
                ('outcome', models.CharField(blank=True, choices=[('solved', 'Solved'), ('promised', 'We get back to them'), ('passed_on', 'Passed on'), ('sold', 'Sold'), ('not_reached', 'Not reached'), ('open', 'Still open')], max_length=12)),
                ('text', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('author_id', models.UUIDField(null=True)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('follow_up_on', models.DateField(null=True)),
                ('followed_up_at', models.DateTimeField(null=True)),
                ('source', models.CharField(blank=True, max_length=60)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'call or visit',
                'verbose_name_plural': 'calls and visits',
                'indexes': [models.Index(fields=['customer', '-started_at'], name='customers_interaction_story'), models.Index(fields=['started_at', 'topic'], name='customers_interaction_topics'), models.Index(condition=models.Q(('follow_up_on__isnull', False), ('followed_up_at__isnull', True)), fields=['follow_up_on'], name='customers_interaction_due')],
            },
        ),
    ]
