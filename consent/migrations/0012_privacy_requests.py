"""What people ask for under their rights, restrictions and legal holds."""

from cdp.core import appendonly
import cdp.core.crypto.fields
import cdp.core.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('consent', '0011_notices_are_final'),
        ('customers', '0019_merges_of_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='PrivacyAttempt',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('what', models.CharField(max_length=20)),
                ('why', models.CharField(max_length=20)),
                ('request_id', models.UUIDField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['-at'], name='consent_privacyattempt_at')],
            },
        ),
        migrations.CreateModel(
            name='PrivacyCode',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('asked_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('contact_digest', models.BinaryField()),
                ('from_digest', models.BinaryField()),
                ('code_digest', models.BinaryField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('customer_id', models.UUIDField(null=True)),
                ('asked', models.BinaryField()),
                ('ended', models.CharField(blank=True, choices=[('proved', 'Proved'), ('expired', 'Expired'), ('spent', 'Spent')], max_length=10)),
                ('request_id', models.UUIDField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['contact_digest', '-asked_at'], name='consent_privacycode_contact'), models.Index(fields=['-asked_at', 'from_digest'], name='consent_privacycode_asked')],
            },
        ),
        migrations.CreateModel(
            name='PrivacyRequest',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('reference', models.CharField(max_length=14, verbose_name='number')),
                ('customer_id', models.UUIDField()),
                ('right', models.CharField(choices=[('access', 'A copy of my data'), ('portability', 'My data for another service'), ('rectification', 'Correct my data'), ('erasure', 'Erase my data'), ('restriction', 'Pause the use of my data'), ('objection', 'Object to advertising and profiling'), ('withdrawal', 'Take back my consent')], max_length=14, verbose_name='right')),
                ('state', models.CharField(choices=[('open', 'Open'), ('paused', 'Waiting for the person'), ('working', 'Being done'), ('answered', 'Answered'), ('refused', 'Refused'), ('cancelled', 'Taken back by the person')], default='open', max_length=10, verbose_name='state')),
                ('door', models.CharField(choices=[('web', 'Web page'), ('counter', 'Counter'), ('phone', 'Phone'), ('post', 'Letter'), ('email', 'E-mail'), ('rest', 'REST')], max_length=10, verbose_name='came by')),
                ('asker', models.CharField(choices=[('person', 'The person'), ('guardian', 'A guardian'), ('agent', 'An agent with a mandate')], default='person', max_length=10, verbose_name='asked by')),
                ('language', models.CharField(max_length=5, verbose_name='language')),
                ('received_at', models.DateTimeField(verbose_name='received at')),
                ('identity_method', models.CharField(blank=True, max_length=30, verbose_name='identity')),
                ('proved_at', models.DateTimeField(null=True)),
                ('pack', models.CharField(max_length=20, verbose_name='law')),
                ('pack_version', models.CharField(max_length=40)),
                ('country', models.CharField(blank=True, max_length=2)),
                ('rule', models.JSONField(default=dict)),
                ('due_at', models.DateTimeField(verbose_name='due at')),
                ('extended_at', models.DateTimeField(null=True)),
                ('paused_at', models.DateTimeField(null=True)),
                ('escalated', models.PositiveSmallIntegerField(default=0)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by_kind', models.CharField(blank=True, max_length=10)),
                ('closed_by_id', models.UUIDField(null=True)),
                ('refusal_ground', models.CharField(blank=True, max_length=40)),
                ('words', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('outcome', models.JSONField(default=dict)),
                ('blocked', models.CharField(blank=True, max_length=60)),
                ('job_id', models.UUIDField(null=True)),
            ],
            options={
                'verbose_name': 'privacy request',
                'verbose_name_plural': 'privacy requests',
                'indexes': [models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['due_at', 'id'], name='consent_privacyrequest_due'), models.Index(fields=['customer_id', '-id'], name='consent_privacyrequest_of'), models.Index(fields=['-closed_at'], name='consent_privacyreq_closed_at')],
                'constraints': [models.UniqueConstraint(fields=('reference',), name='consent_privacyrequest_reference'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', False), ('state__in', ['answered', 'refused', 'cancelled'])), models.Q(('closed_at__isnull', True), ('state__in', ['open', 'paused', 'working'])), _connector='OR'), name='consent_privacyrequest_closed'), models.CheckConstraint(condition=models.Q(models.Q(('paused_at__isnull', False), ('state', 'paused')), models.Q(('state', 'paused'), _negated=True), _connector='OR'), name='consent_privacyrequest_paused')],
            },
        ),
        migrations.CreateModel(
            name='LegalHold',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('placed_at', models.DateTimeField(verbose_name='since')),
                ('placed_by', models.UUIDField(null=True)),
                ('until', models.DateTimeField(null=True, verbose_name='until')),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_by', models.UUIDField(null=True)),
                ('ground', models.CharField(max_length=40)),
                ('why', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'legal hold',
                'verbose_name_plural': 'legal holds',
                'indexes': [models.Index(condition=models.Q(('lifted_at__isnull', True)), fields=['customer', 'placed_at'], name='consent_legalhold_open'), models.Index(fields=['customer', '-placed_at'], name='consent_legalhold_of')],
            },
        ),
        migrations.CreateModel(
            name='PrivacyChange',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('field', models.CharField(max_length=30)),
                ('before', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('wanted', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('decision', models.CharField(choices=[('open', 'Open'), ('accepted', 'Accepted'), ('refused', 'Refused')], default='open', max_length=10)),
                ('reason', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.UUIDField(null=True)),
                ('request', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='consent.privacyrequest')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('request', 'field'), name='consent_privacychange_once')],
            },
        ),
        migrations.CreateModel(
            name='PrivacyRequestStep',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(choices=[('received', 'Received'), ('proved', 'Identity made sure'), ('acknowledged', 'Acknowledged'), ('paused', 'Clock stopped'), ('resumed', 'Clock goes on'), ('extended', 'Extended'), ('escalated', 'Staff reminded'), ('started', 'Started'), ('blocked', 'Held up'), ('change_accepted', 'Correction accepted'), ('change_refused', 'Correction refused'), ('note', 'Note'), ('answered', 'Answered'), ('refused', 'Refused'), ('cancelled', 'Taken back'), ('fetched', 'Copy fetched'), ('fetch_refused', 'Copy not handed out'), ('deleted', 'Copy deleted'), ('failed', 'Failed')], max_length=16)),
                ('actor_kind', models.CharField(max_length=10)),
                ('actor_id', models.UUIDField(null=True)),
                ('details', models.JSONField(default=dict)),
                ('text', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('request', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='consent.privacyrequest')),
            ],
            options={
                'indexes': [models.Index(fields=['request', 'id'], name='consent_privacystep_of')],
            },
        ),
        migrations.CreateModel(
            name='Restriction',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('since', models.DateTimeField(verbose_name='since')),
                ('until', models.DateTimeField(null=True, verbose_name='until')),
                ('lifted_at', models.DateTimeField(null=True)),
                ('lifted_by', models.UUIDField(null=True)),
                ('request_id', models.UUIDField(null=True)),
                ('reason', models.CharField(max_length=40)),
                ('placed_by', models.UUIDField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'restriction',
                'verbose_name_plural': 'restrictions',
                'indexes': [models.Index(condition=models.Q(('lifted_at__isnull', True)), fields=['customer', 'since'], name='consent_restriction_open'), models.Index(fields=['customer', '-since'], name='consent_restriction_of')],
            },
        ),
        appendonly.protect("consent_privacyrequeststep"),
        appendonly.protect_whole("consent_privacyrequeststep"),
    ]
