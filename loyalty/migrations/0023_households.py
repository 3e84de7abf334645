"""Members who share a wallet: new tables."""

import cdp.core.ids
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Seats in households, and invitations to one."""

    dependencies = [
        ('customers', '0023_reviews_by_form'),
        ('loyalty', '0022_speed'),
    ]

    operations = [
        migrations.CreateModel(
            name='HouseholdKey',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField()),
                ('until', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['customer_id'], name='loyalty_householdkey_customer'), models.Index(fields=['until'], name='loyalty_householdkey_until')],
            },
        ),
        migrations.CreateModel(
            name='Seat',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('household', models.UUIDField()),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
                ('how', models.CharField(choices=[('staff', 'By staff'), ('card', 'By the card')], max_length=10)),
                ('agreed', models.TextField(blank=True)),
                ('by_kind', models.CharField(max_length=10)),
                ('by_id', models.UUIDField(null=True)),
                ('why', models.CharField(blank=True, choices=[('left', 'They left it'), ('staff', 'Ended by staff'), ('programme', 'They left the programme'), ('alone', 'Nobody else was in it any more'), ('forgotten', 'They were forgotten')], max_length=10)),
                ('ended_by_kind', models.CharField(blank=True, max_length=10)),
                ('ended_by_id', models.UUIDField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'seat in a household',
                'verbose_name_plural': 'seats in households',
                'indexes': [models.Index(fields=['customer', 'id'], name='loyalty_seat_customer'), models.Index(fields=['household'], name='loyalty_seat_household')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until__isnull', True)), fields=('customer',), name='loyalty_seat_open')],
            },
        ),
    ]
