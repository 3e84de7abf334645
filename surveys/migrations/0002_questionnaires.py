"""Questionnaires: what is asked, who was asked, what was answered, and anonymous answers apart from all of it."""

import uuid
from typing import ClassVar

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import cdp.core.crypto.fields
import cdp.core.ids
import cdp.core.models.base
from cdp.core import appendonly


class Migration(migrations.Migration):
    """New tables only; a published version cannot be changed, whoever tries."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ('customers', '0021_phone_countries'),
        ('surveys', '0001_reviews'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name='InvitationKey',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField()),
                ('invitation_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='Picture',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=64, unique=True)),
                ('mime', models.CharField(max_length=20)),
                ('data', models.BinaryField()),
                ('added_at', models.DateTimeField()),
                ('added_by', models.CharField(blank=True, max_length=60)),
            ],
            options={
                'verbose_name': 'picture',
                'verbose_name_plural': 'pictures',
            },
        ),
        migrations.CreateModel(
            name='ResponseKey',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField()),
                ('response_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='SpentClaim',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField()),
                ('claim_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='AnonymousResponse',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('survey_id', models.UUIDField()),
                ('version', models.PositiveIntegerField()),
                ('language', models.CharField(max_length=2)),
                ('mode', models.CharField(max_length=10)),
                ('scores', models.JSONField(default=dict)),
                ('at', models.DateField()),
            ],
            options={
                'verbose_name': 'anonymous response',
                'verbose_name_plural': 'anonymous responses',
                'indexes': [models.Index(fields=['survey_id', '-at'], name='surveys_anonymous_survey')],
            },
        ),
        migrations.CreateModel(
            name='AnonymousWaiting',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('survey_id', models.UUIDField()),
                ('day', models.DateField()),
                ('sealed', models.BinaryField()),
            ],
            options={
                'verbose_name': 'waiting anonymous answer',
                'verbose_name_plural': 'waiting anonymous answers',
                'indexes': [models.Index(fields=['survey_id', 'day'], name='surveys_waiting_survey')],
            },
        ),
        migrations.CreateModel(
            name='Response',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('survey_id', models.UUIDField()),
                ('version', models.PositiveIntegerField()),
                ('state', models.CharField(choices=[('started', 'Begun'), ('partial', 'In part'), ('complete', 'Complete'), ('screened', 'Not meant for them'), ('full', 'Quota was full')], max_length=10)),
                ('mode', models.CharField(choices=[('web', 'Link'), ('mail', 'First question in the mail'), ('embed', 'On a website'), ('kiosk', 'Tablet in the shop'), ('call', 'Staff, during a call'), ('api', 'Another system'), ('file', 'Import')], max_length=10)),
                ('language', models.CharField(max_length=2)),
                ('started_at', models.DateTimeField()),
                ('saved_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('is_test', models.BooleanField(default=False)),
                ('page', models.CharField(blank=True, max_length=40)),
                ('drawn', models.JSONField(default=dict)),
                ('context', models.JSONField(default=dict)),
                ('scores', models.JSONField(default=dict)),
                ('flags', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), default=list, size=None)),
                ('disclosure', models.CharField(blank=True, max_length=60)),
                ('invitation_id', models.UUIDField(null=True)),
                ('staff', models.CharField(blank=True, max_length=60)),
                ('external_id', models.CharField(blank=True, max_length=200)),
                ('source', models.CharField(blank=True, max_length=60)),
                ('key_digest', models.BinaryField(null=True)),
                ('resolved_by', models.BinaryField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'survey response',
                'verbose_name_plural': 'survey responses',
            },
        ),
        migrations.CreateModel(
            name='RefusedAnswer',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('survey_id', models.UUIDField()),
                ('question', models.CharField(max_length=40)),
                ('why', models.CharField(max_length=20)),
                ('value', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('at', models.DateTimeField()),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
                ('response', cdp.core.models.base.OwnedForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='refused', to='surveys.response')),
            ],
            options={
                'verbose_name': 'refused answer',
                'verbose_name_plural': 'refused answers',
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('survey_id', models.UUIDField()),
                ('version', models.PositiveIntegerField()),
                ('question', models.CharField(max_length=40)),
                ('item', models.CharField(blank=True, max_length=40)),
                ('number', models.DecimalField(decimal_places=3, max_digits=9, null=True)),
                ('code', models.CharField(blank=True, max_length=40)),
                ('text', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('at', models.DateTimeField()),
                ('is_counted', models.BooleanField(default=False)),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
                ('response', cdp.core.models.base.OwnedForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='answers', to='surveys.response')),
            ],
            options={
                'verbose_name': 'survey answer',
                'verbose_name_plural': 'survey answers',
            },
        ),
        migrations.CreateModel(
            name='RewardClaim',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('survey_id', models.UUIDField()),
                ('promised', models.JSONField(default=dict)),
                ('day', models.DateField()),
                ('code_digest', models.BinaryField()),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'reward of an anonymous answer',
                'verbose_name_plural': 'rewards of anonymous answers',
            },
        ),
        migrations.CreateModel(
            name='Survey',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('slug', models.SlugField(max_length=40, unique=True, verbose_name='address')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('open', 'Open'), ('closed', 'Closed'), ('archived', 'Put away')], default='draft', max_length=10)),
                ('is_anonymous', models.BooleanField(default=False, verbose_name='anonymous')),
                ('draft', models.JSONField(default=dict)),
                ('draft_at', models.DateTimeField()),
                ('draft_by', models.CharField(blank=True, max_length=60)),
                ('version', models.PositiveIntegerField(default=0)),
                ('opens_at', models.DateTimeField(blank=True, null=True, verbose_name='opens')),
                ('closes_at', models.DateTimeField(blank=True, null=True, verbose_name='closes')),
                ('is_once', models.BooleanField(default=True, verbose_name='one answer per person')),
                ('wait_days', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='days before the same person is asked again')),
                ('sample', models.PositiveSmallIntegerField(default=100, verbose_name='percent of people who are asked')),
                ('reward', models.JSONField(blank=True, default=dict)),
                ('created_at', models.DateTimeField()),
                ('created_by', models.CharField(blank=True, max_length=60)),
                ('ring_key', models.CharField(max_length=40)),
                ('wrapped', models.BinaryField()),
            ],
            options={
                'verbose_name': 'survey',
                'verbose_name_plural': 'surveys',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('sample__gte', 1), ('sample__lte', 100)), name='surveys_survey_sample')],
            },
        ),
        migrations.CreateModel(
            name='Quota',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=40)),
                ('when', models.CharField(blank=True, max_length=2000)),
                ('limit', models.PositiveIntegerField()),
                ('taken', models.PositiveIntegerField(default=0)),
                ('survey', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='quotas', to='surveys.survey')),
            ],
            options={
                'verbose_name': 'quota',
                'verbose_name_plural': 'quotas',
            },
        ),
        migrations.CreateModel(
            name='SurveyVersion',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('number', models.PositiveIntegerField()),
                ('definition', models.JSONField()),
                ('published_at', models.DateTimeField()),
                ('published_by', models.CharField(blank=True, max_length=60)),
                ('survey', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='versions', to='surveys.survey')),
            ],
            options={
                'verbose_name': 'published version',
                'verbose_name_plural': 'published versions',
            },
        ),
        migrations.CreateModel(
            name='AnonymousAnswer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('survey_id', models.UUIDField()),
                ('version', models.PositiveIntegerField()),
                ('question', models.CharField(max_length=40)),
                ('item', models.CharField(blank=True, max_length=40)),
                ('number', models.DecimalField(decimal_places=3, max_digits=9, null=True)),
                ('code', models.CharField(blank=True, max_length=40)),
                ('text', models.BinaryField(null=True)),
                ('at', models.DateField()),
                ('response', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='answers', to='surveys.anonymousresponse')),
            ],
            options={
                'verbose_name': 'anonymous answer',
                'verbose_name_plural': 'anonymous answers',
                'indexes': [models.Index(fields=['survey_id', 'question', '-at'], include=('item', 'code', 'number'), name='surveys_anonymous_counted')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('survey_id', models.UUIDField()),
                ('channel', models.CharField(blank=True, max_length=20)),
                ('state', models.CharField(choices=[('made', 'Made'), ('sent', 'Sent'), ('answered', 'Answered'), ('ended', 'Ended')], default='made', max_length=10)),
                ('made_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('opened_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('reminded_at', models.DateTimeField(null=True)),
                ('remind_at', models.DateTimeField(null=True)),
                ('reminders', models.PositiveSmallIntegerField(default=0)),
                ('expires_at', models.DateTimeField()),
                ('context', models.JSONField(default=dict)),
                ('batch_id', models.UUIDField(null=True)),
                ('by', models.CharField(blank=True, max_length=60)),
                ('key_digest', models.BinaryField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'survey invitation',
                'verbose_name_plural': 'survey invitations',
                'indexes': [models.Index(fields=['customer', '-made_at'], name='surveys_invitation_customer'), models.Index(fields=['survey_id', 'state', '-made_at'], name='surveys_invitation_survey'), models.Index(condition=models.Q(('remind_at__isnull', False)), fields=['remind_at'], name='surveys_invitation_remind')],
            },
        ),
        migrations.AddIndex(
            model_name='response',
            index=models.Index(fields=['customer', '-saved_at'], name='surveys_response_customer'),
        ),
        migrations.AddIndex(
            model_name='response',
            index=models.Index(fields=['survey_id', 'state', '-saved_at'], name='surveys_response_survey'),
        ),
        migrations.AddIndex(
            model_name='refusedanswer',
            index=models.Index(fields=['customer', 'response'], name='surveys_refused_response'),
        ),
        migrations.AddIndex(
            model_name='refusedanswer',
            index=models.Index(fields=['survey_id', '-at'], name='surveys_refused_survey'),
        ),
        migrations.AddIndex(
            model_name='answer',
            index=models.Index(fields=['customer', 'response'], name='surveys_answer_response'),
        ),
        migrations.AddIndex(
            model_name='answer',
            index=models.Index(condition=models.Q(('is_counted', True)), fields=['survey_id', 'question', '-at'], include=('item', 'code', 'number'), name='surveys_answer_counted'),
        ),
        migrations.AddIndex(
            model_name='rewardclaim',
            index=models.Index(fields=['customer', 'survey_id'], name='surveys_rewardclaim_customer'),
        ),
        migrations.AddConstraint(
            model_name='quota',
            constraint=models.UniqueConstraint(fields=('survey', 'key'), name='surveys_quota_once'),
        ),
        migrations.AddConstraint(
            model_name='quota',
            constraint=models.CheckConstraint(condition=models.Q(('taken__lte', models.F('limit'))), name='surveys_quota_kept'),
        ),
        migrations.AddConstraint(
            model_name='surveyversion',
            constraint=models.UniqueConstraint(fields=('survey', 'number'), name='surveys_surveyversion_once'),
        ),
        appendonly.protect("surveys_surveyversion"),
        appendonly.protect_whole("surveys_surveyversion"),
    ]
