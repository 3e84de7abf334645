"""What people do on social platforms: posts and acts, and the shop's own accounts."""

from typing import ClassVar

import cdp.core.crypto.fields
import cdp.core.ids
import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    """New tables only."""

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ('customers', '0022_handles'),
        ('surveys', '0003_tickets'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name='SocialActKey',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField()),
                ('act_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='OwnAccount',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('platform', models.CharField(max_length=20)),
                ('handle', models.CharField(max_length=150)),
                ('tickets', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=10), default=list, size=None)),
            ],
            options={
                'verbose_name': 'account of the shop',
                'verbose_name_plural': 'accounts of the shop',
                'constraints': [models.UniqueConstraint(fields=('platform', 'handle'), name='surveys_ownaccount_once')],
            },
        ),
        migrations.CreateModel(
            name='SocialPost',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('platform', models.CharField(max_length=20)),
                ('external_id', models.CharField(max_length=200)),
                ('url', models.CharField(blank=True, max_length=500)),
                ('campaign', models.CharField(blank=True, max_length=120)),
            ],
            options={
                'verbose_name': 'post',
                'verbose_name_plural': 'posts',
                'indexes': [models.Index(condition=models.Q(('campaign', ''), _negated=True), fields=['campaign', '-id'], name='surveys_socialpost_campaign')],
                'constraints': [models.UniqueConstraint(fields=('platform', 'external_id'), name='surveys_socialpost_once')],
            },
        ),
        migrations.CreateModel(
            name='SocialAct',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=60)),
                ('external_id', models.CharField(max_length=200)),
                ('platform', models.CharField(max_length=20)),
                ('kind', models.CharField(choices=[('comment', 'Comment'), ('mention', 'Mention'), ('like', 'Like'), ('share', 'Share'), ('follow', 'Follow'), ('message', 'Message')], max_length=10)),
                ('post_id', models.UUIDField(null=True)),
                ('handle', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('account', models.BinaryField(null=True)),
                ('words', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('has_words', models.BooleanField(default=False)),
                ('followers', models.BigIntegerField(null=True)),
                ('at', models.DateTimeField()),
                ('told_at', models.DateTimeField()),
                ('resolved_by', models.BinaryField(null=True)),
                ('replied_at', models.DateTimeField(null=True)),
                ('state', models.CharField(blank=True, choices=[('', 'Open'), ('noted', 'Noted'), ('resolved', 'Resolved')], max_length=10)),
                ('settled_at', models.DateTimeField(null=True)),
                ('settled_by', models.UUIDField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'social act',
                'verbose_name_plural': 'social acts',
                'indexes': [models.Index(fields=['customer', '-at'], include=('platform', 'followers'), name='surveys_socialact_customer'), models.Index(fields=['post_id', '-id'], include=('kind', 'has_words'), name='surveys_socialact_post'), models.Index(condition=models.Q(('has_words', True)), fields=['-id'], include=('kind', 'platform', 'followers'), name='surveys_socialact_written')],
                'constraints': [models.CheckConstraint(condition=models.Q(('followers__gte', 0)), name='surveys_socialact_followers')],
            },
        ),
    ]

