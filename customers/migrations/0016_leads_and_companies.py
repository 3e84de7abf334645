"""Leads of ads and chats, and companies with who belongs to them. New, empty tables."""

from typing import ClassVar

import cdp.core.crypto.fields
import cdp.core.ids
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """Leads and companies."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ('customers', '0015_origins'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name='CompanySweep',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(default='all', max_length=10, unique=True)),
                ('after', models.UUIDField(null=True)),
                ('wanted_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LeadKey',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField()),
                ('lead_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='Company',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200, verbose_name='name')),
                ('industry', models.CharField(blank=True, max_length=120, verbose_name='industry')),
                ('employees', models.PositiveIntegerField(blank=True, null=True, verbose_name='employees')),
                ('size', models.CharField(blank=True, choices=[('1', '1'), ('2-10', '2–10'), ('11-50', '11–50'), ('51-200', '51–200'), ('201-500', '201–500'), ('501-1000', '501–1000'), ('1001-5000', '1001–5000'), ('5001-10000', '5001–10000'), ('10001+', '10001+')], max_length=12, verbose_name='size')),
                ('domain', models.CharField(blank=True, max_length=200, verbose_name='web address')),
                ('country', models.CharField(blank=True, max_length=2, verbose_name='country')),
                ('province', models.CharField(blank=True, max_length=10, verbose_name='province')),
                ('city', models.CharField(blank=True, max_length=120, verbose_name='city')),
                ('source', models.CharField(blank=True, max_length=60, verbose_name='source')),
                ('is_sample', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'company',
                'verbose_name_plural': 'companies',
                'indexes': [models.Index(fields=['industry', '-id'], name='customers_company_industry'), models.Index(fields=['size', '-id'], name='customers_company_size'), models.Index(fields=['province', '-id'], name='customers_company_province')],
            },
        ),
        migrations.CreateModel(
            name='CompanyKey',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('name', 'Name'), ('domain', 'Web address'), ('external_id', 'Company number')], max_length=12)),
                ('source', models.CharField(blank=True, max_length=60)),
                ('value', models.CharField(blank=True, max_length=200)),
                ('digest', models.BinaryField(unique=True)),
                ('company', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='keys', to='customers.company')),
            ],
            options={
                'indexes': [models.Index(fields=['company', 'kind'], name='customers_companykey_company'), models.Index(condition=models.Q(('kind', 'domain')), fields=['kind'], name='customers_companykey_domain')],
            },
        ),
        migrations.CreateModel(
            name='CompanyLink',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('how', models.CharField(choices=[('staff', 'written down by staff'), ('external_id', "told with the company's number"), ('group', 'told by a group call'), ('name', 'the same company name'), ('domain', "the company's mail domain")], max_length=12)),
                ('linked_at', models.DateTimeField()),
                ('company', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.company')),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'indexes': [models.Index(fields=['company', '-id'], name='customers_companylink_company')],
                'constraints': [models.UniqueConstraint(fields=('customer',), name='customers_companylink_once')],
            },
        ),
        migrations.CreateModel(
            name='Lead',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.BinaryField()),
                ('platform', models.CharField(choices=[('facebook', 'Facebook'), ('instagram', 'Instagram'), ('linkedin', 'LinkedIn'), ('line', 'LINE'), ('google', 'Google Ads'), ('tiktok', 'TikTok'), ('web', 'Website'), ('other', 'Other')], max_length=12)),
                ('source', models.CharField(max_length=60)),
                ('external_id', models.CharField(blank=True, max_length=200)),
                ('form', models.CharField(blank=True, max_length=200)),
                ('form_id', models.CharField(blank=True, max_length=100)),
                ('campaign', models.CharField(blank=True, max_length=200)),
                ('campaign_id', models.CharField(blank=True, max_length=100)),
                ('ad', models.CharField(blank=True, max_length=200)),
                ('ad_id', models.CharField(blank=True, max_length=100)),
                ('is_organic', models.BooleanField(null=True)),
                ('arrived_at', models.DateTimeField()),
                ('answers', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('status', models.CharField(choices=[('new', 'New'), ('contacted', 'Contacted'), ('qualified', 'Qualified'), ('won', 'Won'), ('lost', 'Lost')], default='new', max_length=12)),
                ('status_at', models.DateTimeField()),
                ('status_by', models.UUIDField(null=True)),
                ('owner_id', models.UUIDField(null=True)),
                ('next_step', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('next_on', models.DateField(null=True)),
                ('resolved_by', models.BinaryField(null=True)),
                ('created_at', models.DateTimeField()),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'lead',
                'verbose_name_plural': 'leads',
                'indexes': [models.Index(fields=['status', '-id'], name='customers_lead_status'), models.Index(fields=['platform', '-id'], name='customers_lead_platform'), models.Index(fields=['customer', '-arrived_at'], name='customers_lead_customer')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['new', 'contacted', 'qualified', 'won', 'lost'])), name='customers_lead_status_known')],
            },
        ),
    ]
