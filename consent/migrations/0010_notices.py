"""Texts of purposes and forms beside the policies, what was shown, accepted terms, the register. No table is rewritten."""

import cdp.core.ids
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns with constant defaults, wider names, new tables."""

    dependencies = [
        ('consent', '0009_meaning_since'),
        ('customers', '0019_merges_of_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='ProcessingActivity',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(max_length=40, unique=True, verbose_name='key')),
                ('position', models.PositiveSmallIntegerField(default=0, verbose_name='order')),
                ('texts', models.JSONField(default=dict, verbose_name='texts')),
                ('bases', models.JSONField(default=dict, verbose_name='bases')),
                ('is_active', models.BooleanField(default=True, verbose_name='in use')),
                ('changed_at', models.DateTimeField(verbose_name='changed at')),
            ],
            options={
                'verbose_name': 'processing activity',
                'verbose_name_plural': 'processing activities',
                'ordering': ['position', 'key'],
            },
        ),
        migrations.AddField(
            model_name='consentrecord',
            name='purpose_version',
            field=models.CharField(blank=True, db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='policytext',
            name='parts',
            field=models.JSONField(blank=True, default=dict, verbose_name='parts'),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='concerns',
            field=models.JSONField(default=list, editable=False, verbose_name='concerns'),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='is_announced',
            field=models.BooleanField(default=False, editable=False, verbose_name='customers are told'),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='is_anonymous',
            field=models.BooleanField(default=False, editable=False, verbose_name='anonymous'),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='turns_meaning',
            field=models.BooleanField(default=False, editable=False, verbose_name='changes the meaning'),
        ),
        migrations.AddField(
            model_name='policyversion',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='withdrawn at'),
        ),
        migrations.AlterField(
            model_name='policytext',
            name='body',
            field=models.TextField(blank=True, verbose_name='text'),
        ),
        migrations.AlterField(
            model_name='policyversion',
            name='policy',
            field=models.CharField(max_length=60, verbose_name='document'),
        ),
        migrations.CreateModel(
            name='ServedCount',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('place', models.CharField(max_length=60)),
                ('language', models.CharField(max_length=5)),
                ('versions', models.CharField(max_length=600)),
                ('slot', models.PositiveSmallIntegerField()),
                ('shown', models.PositiveIntegerField(default=0)),
                ('answered', models.PositiveIntegerField(default=0)),
                ('agreed', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': 'served count',
                'verbose_name_plural': 'served counts',
                'constraints': [models.UniqueConstraint(fields=('day', 'place', 'language', 'versions', 'slot'), name='consent_servedcount_once')],
            },
        ),
        migrations.CreateModel(
            name='ServedNotice',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('place', models.CharField(max_length=60)),
                ('token', models.BinaryField(null=True)),
                ('language', models.CharField(max_length=5)),
                ('versions', models.JSONField()),
                ('shown_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
                ('agreed', models.PositiveSmallIntegerField(default=0)),
                ('records', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'served notice',
                'verbose_name_plural': 'served notices',
                'db_table': 'consent_served',
                'indexes': [models.Index(fields=['customer', '-shown_at'], name='consent_served_person'), models.Index(fields=['shown_at'], name='consent_served_time')],
            },
        ),
        migrations.CreateModel(
            name='TermsAcceptance',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('version', models.CharField(max_length=20)),
                ('language', models.CharField(max_length=5)),
                ('at', models.DateTimeField()),
                ('place', models.CharField(max_length=60)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'acceptance of terms',
                'verbose_name_plural': 'acceptances of terms',
                'constraints': [models.UniqueConstraint(fields=('customer', 'version', 'place', 'at'), name='consent_terms_once')],
            },
        ),
    ]
