"""Reviews of products."""

from typing import ClassVar

import django.db.models.deletion
from decimal import Decimal
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import cdp.core.crypto.fields
import cdp.core.ids


class Migration(migrations.Migration):
    """The first tables of this room."""

    initial = True

    dependencies: ClassVar[list[tuple[str, str]]] = [
        ('customers', '0012_calls_and_questions'),
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name='ReviewKey',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField()),
                ('review_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('source', models.CharField(max_length=60)),
                ('external_id', models.CharField(max_length=200)),
                ('sku', models.CharField(max_length=120)),
                ('rating', models.DecimalField(decimal_places=2, max_digits=3, null=True)),
                ('title', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('body', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('at', models.DateTimeField()),
                ('told_at', models.DateTimeField()),
                ('replied_at', models.DateTimeField(null=True)),
                ('resolved_by', models.BinaryField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'review',
                'verbose_name_plural': 'reviews',
                'indexes': [models.Index(fields=['customer', '-at'], name='surveys_review_customer'), models.Index(fields=['sku'], include=('rating',), name='surveys_review_sku')],
                'constraints': [models.CheckConstraint(condition=models.Q(('rating__gte', Decimal(0)), ('rating__lte', Decimal(5))), name='surveys_review_of_five')],
            },
        ),
    ]
