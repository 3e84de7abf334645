"""Members who bring others: new tables."""

import cdp.core.crypto.fields
import cdp.core.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Codes for friends, and who came by them."""

    dependencies = [
        ('customers', '0023_reviews_by_form'),
        ('loyalty', '0010_draws'),
    ]

    operations = [
        migrations.CreateModel(
            name='FriendKey',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField()),
                ('code_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='FriendCode',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('code', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('code_digest', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'indexes': [models.Index(fields=['customer', 'id'], name='loyalty_friendcode_customer')],
            },
        ),
        migrations.CreateModel(
            name='Referral',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('by', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'Waits for the first purchase'), ('held', 'Waits for our decision'), ('counted', 'Rewarded'), ('refused', 'Refused'), ('back', 'Taken back')], default='waiting', max_length=10)),
                ('doubt', models.CharField(blank=True, choices=[('mailbox', 'The same mailbox in another spelling'), ('phone', 'The same phone number'), ('home', 'The same address'), ('many', 'Too many in one month')], max_length=10)),
                ('order_id', models.UUIDField(null=True)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.UUIDField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'referral',
                'verbose_name_plural': 'referrals',
                'indexes': [models.Index(fields=['by', '-at'], name='loyalty_referral_by'), models.Index(condition=models.Q(('state__in', ['waiting', 'held'])), fields=['-id'], name='loyalty_referral_open')],
                'constraints': [models.UniqueConstraint(fields=('customer',), name='loyalty_referral_once')],
            },
        ),
    ]
