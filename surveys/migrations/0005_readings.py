"""What is read in texts: readings, mentions, brands, themes."""

from typing import ClassVar

import cdp.core.ids
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """New tables only."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ('customers', '0021_phone_countries'),
        ('surveys', '0004_social'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name='Vocabulary',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=10, unique=True)),
                ('secret', models.BinaryField()),
                ('ring_key', models.CharField(max_length=40)),
                ('wrapped', models.BinaryField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AnonymousReading',
            fields=[
                ('model', models.CharField(max_length=20)),
                ('names', models.BigIntegerField()),
                ('language', models.CharField(blank=True, max_length=2)),
                ('sentiment', models.CharField(blank=True, choices=[('negative', 'Negative'), ('neutral', 'Neutral'), ('positive', 'Positive')], max_length=8)),
                ('negative', models.PositiveSmallIntegerField(default=0)),
                ('neutral', models.PositiveSmallIntegerField(default=0)),
                ('positive', models.PositiveSmallIntegerField(default=0)),
                ('terms', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('survey_id', models.UUIDField()),
                ('at', models.DateField()),
                ('brands', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('products', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=120), default=list, size=None)),
            ],
            options={
                'verbose_name': 'reading of an anonymous answer',
                'verbose_name_plural': 'readings of anonymous answers',
                'indexes': [models.Index(fields=['survey_id', '-at'], name='surveys_anonymousreading_of'), django.contrib.postgres.indexes.GinIndex(fields=['terms'], name='surveys_anonymousreading_terms')],
            },
        ),
        migrations.CreateModel(
            name='Brand',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('whose', models.CharField(choices=[('ours', 'Ours'), ('competitor', 'Competitor'), ('other', 'Another we sell or watch')], default='competitor', max_length=10, verbose_name='whose')),
                ('spellings', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=80), default=list, size=None)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.CharField(blank=True, max_length=60)),
            ],
            options={
                'verbose_name': 'brand',
                'verbose_name_plural': 'brands',
                'ordering': ['name'],
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='surveys_brand_once')],
            },
        ),
        migrations.CreateModel(
            name='Theme',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('terms', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('words', models.BinaryField(null=True)),
                ('name', models.CharField(blank=True, max_length=80, verbose_name='name')),
                ('owner_id', models.UUIDField(null=True)),
                ('task', models.CharField(blank=True, max_length=300, verbose_name='task')),
                ('solved_at', models.DateTimeField(null=True)),
                ('is_hidden', models.BooleanField(default=False)),
                ('found_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'theme',
                'verbose_name_plural': 'themes',
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['terms'], name='surveys_theme_terms')],
            },
        ),
        migrations.CreateModel(
            name='Mention',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=12)),
                ('text_id', models.UUIDField()),
                ('parent_id', models.UUIDField()),
                ('about', models.CharField(choices=[('brand', 'Brand'), ('product', 'Article')], max_length=8)),
                ('ref', models.CharField(max_length=120)),
                ('sentiment', models.CharField(blank=True, choices=[('negative', 'Negative'), ('neutral', 'Neutral'), ('positive', 'Positive')], max_length=8)),
                ('at', models.DateTimeField()),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'mention',
                'verbose_name_plural': 'mentions',
                'indexes': [models.Index(fields=['about', 'ref', '-at'], include=('sentiment', 'kind'), name='surveys_mention_of')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'kind', 'text_id', 'about', 'ref'), name='surveys_mention_once')],
            },
        ),
        migrations.CreateModel(
            name='Reading',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('model', models.CharField(max_length=20)),
                ('names', models.BigIntegerField()),
                ('language', models.CharField(blank=True, max_length=2)),
                ('sentiment', models.CharField(blank=True, choices=[('negative', 'Negative'), ('neutral', 'Neutral'), ('positive', 'Positive')], max_length=8)),
                ('negative', models.PositiveSmallIntegerField(default=0)),
                ('neutral', models.PositiveSmallIntegerField(default=0)),
                ('positive', models.PositiveSmallIntegerField(default=0)),
                ('terms', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), default=list, size=None)),
                ('kind', models.CharField(max_length=12)),
                ('text_id', models.UUIDField()),
                ('parent_id', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('told_at', models.DateTimeField()),
                ('read_at', models.DateTimeField()),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'reading of a text',
                'verbose_name_plural': 'readings of texts',
                'indexes': [models.Index(fields=['text_id'], name='surveys_reading_text'), models.Index(fields=['at'], include=('kind', 'sentiment'), name='surveys_reading_at'), models.Index(condition=models.Q(('sentiment', ''), _negated=True), fields=['customer', '-at'], name='surveys_reading_felt'), django.contrib.postgres.indexes.GinIndex(fields=['terms'], name='surveys_reading_terms')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'kind', 'text_id'), name='surveys_reading_once')],
            },
        ),
    ]
