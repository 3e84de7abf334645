"""What guests bought and claim later: new tables."""

import cdp.core.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Codes of receipts, and what was claimed."""

    dependencies = [
        ('customers', '0023_reviews_by_form'),
        ('loyalty', '0003_what_is_given'),
    ]

    operations = [
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=60)),
                ('number', models.CharField(max_length=200)),
                ('until', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['until'], name='loyalty_receipt_until')],
            },
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('resolved_by', models.BinaryField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('customer', 'order_id'), name='loyalty_claim_once')],
            },
        ),
    ]
