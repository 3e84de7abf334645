"""Cards of members on their phones: new tables."""

import cdp.core.crypto.fields
import cdp.core.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Cards."""

    dependencies = [
        ('customers', '0023_reviews_by_form'),
        ('loyalty', '0004_restored'),
    ]

    operations = [
        migrations.CreateModel(
            name='CardKey',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField()),
                ('card_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='Card',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('secret', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('secret_digest', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('source', models.CharField(blank=True, max_length=60)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'card on a phone',
                'verbose_name_plural': 'cards on phones',
                'indexes': [models.Index(fields=['customer', '-id'], name='loyalty_card_customer')],
            },
        ),
    ]
