"""Interviews: guides, talks, notes, quotes, and what of them may be shown to everybody."""

import uuid
from typing import ClassVar

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import cdp.core.crypto.fields
import cdp.core.ids
import cdp.core.models.base
from cdp.core import appendonly


class Migration(migrations.Migration):
    """New tables only; a published guide cannot be changed, whoever tries."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ('customers', '0021_phone_countries'),
        ('surveys', '0006_promised'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name='Guide',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('slug', models.SlugField(max_length=40, unique=True, verbose_name='address')),
                ('draft', models.JSONField(default=dict)),
                ('draft_at', models.DateTimeField()),
                ('draft_by', models.CharField(blank=True, max_length=60)),
                ('version', models.PositiveIntegerField(default=0)),
                ('is_away', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.CharField(blank=True, max_length=60)),
            ],
            options={
                'verbose_name': 'interview guide',
                'verbose_name_plural': 'interview guides',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Interview',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('guide_id', models.UUIDField()),
                ('version', models.PositiveIntegerField()),
                ('kind', models.CharField(choices=[('single', 'One person'), ('group', 'Group')], max_length=6)),
                ('language', models.CharField(max_length=2)),
                ('held_on', models.DateField()),
                ('held_by', models.CharField(blank=True, max_length=60)),
                ('place', models.CharField(blank=True, max_length=120)),
                ('is_done', models.BooleanField(default=False)),
                ('ring_key', models.CharField(max_length=40)),
                ('wrapped', models.BinaryField()),
            ],
            options={
                'verbose_name': 'interview',
                'verbose_name_plural': 'interviews',
                'indexes': [models.Index(fields=['-held_on', 'id'], name='surveys_interview_newest'), models.Index(fields=['guide_id', '-held_on'], name='surveys_interview_guide')],
            },
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('interview_id', models.UUIDField()),
                ('guide_id', models.UUIDField()),
                ('seat', models.PositiveSmallIntegerField()),
                ('disclosure', models.CharField(blank=True, max_length=20)),
                ('language', models.CharField(max_length=2)),
                ('held_on', models.DateField()),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'person in an interview',
                'verbose_name_plural': 'people in interviews',
            },
        ),
        migrations.CreateModel(
            name='InterviewNote',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('interview_id', models.UUIDField()),
                ('question', models.CharField(max_length=40)),
                ('words', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('held_on', models.DateField()),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
                ('participant', cdp.core.models.base.OwnedForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='notes', to='surveys.participant')),
            ],
            options={
                'verbose_name': 'note of an interview',
                'verbose_name_plural': 'notes of interviews',
            },
        ),
        migrations.CreateModel(
            name='Quote',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('interview_id', models.UUIDField()),
                ('guide_id', models.UUIDField()),
                ('version', models.PositiveIntegerField()),
                ('question', models.CharField(max_length=40)),
                ('words', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('language', models.CharField(max_length=2)),
                ('themes', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=40), default=list, size=None)),
                ('held_on', models.DateField()),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
                ('participant', cdp.core.models.base.OwnedForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='quotes', to='surveys.participant')),
            ],
            options={
                'verbose_name': 'quote',
                'verbose_name_plural': 'quotes',
            },
        ),
        migrations.CreateModel(
            name='Testimonial',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('words', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('name', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('language', models.CharField(max_length=2)),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('allowed', 'Allowed'), ('published', 'Published'), ('refused', 'Refused'), ('withdrawn', 'Taken back')], max_length=10)),
                ('asked_at', models.DateTimeField()),
                ('asked_by', models.CharField(blank=True, max_length=60)),
                ('decided_at', models.DateTimeField(null=True)),
                ('consent_id', models.UUIDField(null=True)),
                ('published_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
                ('quote', cdp.core.models.base.OwnedForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='testimonials', to='surveys.quote')),
            ],
            options={
                'verbose_name': 'testimonial',
                'verbose_name_plural': 'testimonials',
            },
        ),
        migrations.CreateModel(
            name='GuideVersion',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('definition', models.JSONField()),
                ('published_at', models.DateTimeField()),
                ('published_by', models.CharField(blank=True, max_length=60)),
                ('guide', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='versions', to='surveys.guide')),
            ],
            options={
                'verbose_name': 'published guide',
                'verbose_name_plural': 'published guides',
                'constraints': [models.UniqueConstraint(fields=('guide', 'number'), name='surveys_guideversion_once')],
            },
        ),
        migrations.AddIndex(
            model_name='participant',
            index=models.Index(fields=['customer', '-held_on'], name='surveys_participant_customer'),
        ),
        migrations.AddIndex(
            model_name='participant',
            index=models.Index(fields=['interview_id', 'seat'], name='surveys_participant_interview'),
        ),
        migrations.AddIndex(
            model_name='interviewnote',
            index=models.Index(fields=['customer', 'participant'], name='surveys_note_participant'),
        ),
        migrations.AddIndex(
            model_name='interviewnote',
            index=models.Index(fields=['interview_id'], name='surveys_note_interview'),
        ),
        migrations.AddIndex(
            model_name='quote',
            index=models.Index(fields=['customer', 'participant'], name='surveys_quote_participant'),
        ),
        migrations.AddIndex(
            model_name='quote',
            index=models.Index(fields=['interview_id'], name='surveys_quote_interview'),
        ),
        migrations.AddIndex(
            model_name='quote',
            index=models.Index(fields=['-held_on', 'id'], name='surveys_quote_newest'),
        ),
        migrations.AddIndex(
            model_name='quote',
            index=django.contrib.postgres.indexes.GinIndex(fields=['themes'], name='surveys_quote_themes'),
        ),
        migrations.AddIndex(
            model_name='testimonial',
            index=models.Index(fields=['customer', '-asked_at'], name='surveys_testimonial_customer'),
        ),
        migrations.AddIndex(
            model_name='testimonial',
            index=models.Index(condition=models.Q(('state', 'published')), fields=['-published_at', 'id'], name='surveys_testimonial_shown'),
        ),
        migrations.AddIndex(
            model_name='testimonial',
            index=models.Index(fields=['-asked_at', 'id'], name='surveys_testimonial_newest'),
        ),
        migrations.AddConstraint(
            model_name='testimonial',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['allowed', 'published']), _negated=True), ('consent_id__isnull', False), _connector='OR'), name='surveys_testimonial_allowed'),
        ),
        appendonly.protect("surveys_guideversion"),
        appendonly.protect_whole("surveys_guideversion"),
    ]
