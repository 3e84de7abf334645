import cdp.core.crypto.fields
import cdp.core.ids
import django.db.models.deletion
from django.db import migrations, models

from cdp.core import appendonly


class Migration(migrations.Migration):
    """Prize draws: what was announced, the frozen list of numbers, who came up, and who was left out."""

    dependencies = [
        ('customers', '0023_reviews_by_form'),
        ('loyalty', '0012_claims'),
    ]

    operations = [
        migrations.CreateModel(
            name='Draw',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(max_length=40, unique=True)),
                ('names', models.JSONField()),
                ('terms', models.JSONField()),
                ('notes', models.JSONField(default=dict)),
                ('opens_at', models.DateTimeField()),
                ('closes_at', models.DateTimeField()),
                ('draws_on', models.DateField()),
                ('answer_days', models.PositiveSmallIntegerField(null=True)),
                ('witness_of', models.CharField(blank=True, max_length=200)),
                ('witness', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('open', 'Announced'), ('closed', 'Closed, not drawn yet'), ('drawn', 'Drawn'), ('cancelled', 'Called off')], default='draft', max_length=10)),
                ('ring_key', models.CharField(max_length=100)),
                ('wrapped', models.BinaryField()),
                ('commitment', models.CharField(blank=True, max_length=64)),
                ('seed', models.CharField(blank=True, max_length=64)),
                ('list_digest', models.CharField(blank=True, max_length=64)),
                ('places', models.PositiveIntegerField(default=0)),
                ('entries', models.PositiveBigIntegerField(default=0)),
                ('counted_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('drawn_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'prize draw',
                'verbose_name_plural': 'prize draws',
                'ordering': ['-created_at'],
                'indexes': [models.Index(fields=['-created_at', '-id'], name='loyalty_draw_list')],
                'constraints': [models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='loyalty_draw_times')],
            },
        ),
        migrations.CreateModel(
            name='DrawExclusion',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('draw_id', models.UUIDField()),
                ('words', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('at', models.DateTimeField()),
                ('actor_id', models.UUIDField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'exclusion from a draw',
                'verbose_name_plural': 'exclusions from draws',
                'indexes': [models.Index(fields=['draw_id'], name='loyalty_drawexclusion_draw')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'draw_id'), name='loyalty_drawexclusion_once')],
            },
        ),
        migrations.CreateModel(
            name='DrawPlace',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('draw_id', models.UUIDField()),
                ('number', models.PositiveIntegerField()),
                ('entries', models.PositiveIntegerField()),
                ('customer', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'place in a draw',
                'verbose_name_plural': 'places in draws',
                'indexes': [models.Index(fields=['draw_id', 'number'], include=('entries',), name='loyalty_drawplace_list')],
                'constraints': [models.UniqueConstraint(fields=('customer', 'draw_id'), name='loyalty_drawplace_once')],
            },
        ),
        migrations.CreateModel(
            name='DrawWin',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('draw_id', models.UUIDField()),
                ('number', models.PositiveIntegerField()),
                ('rank', models.PositiveIntegerField()),
                ('prize', models.PositiveSmallIntegerField(null=True)),
                ('state', models.CharField(choices=[('waiting', 'Has not answered yet'), ('won', 'Won, not handed over yet'), ('done', 'Has the prize'), ('reserve', 'Reserve'), ('passed', 'Passed over')], max_length=10)),
                ('why', models.CharField(blank=True, choices=[('gone', 'no longer there'), ('excluded', 'left out'), ('same', 'has won already under another number'), ('late', 'did not answer in time'), ('declined', 'did not want it')], max_length=10)),
                ('told_at', models.DateTimeField(null=True)),
                ('answer_by', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('done_by', models.UUIDField(null=True)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer')),
            ],
            options={
                'verbose_name': 'winner of a draw',
                'verbose_name_plural': 'winners of draws',
                'indexes': [models.Index(fields=['draw_id', 'rank'], name='loyalty_drawwin_draw'), models.Index(fields=['customer', '-id'], name='loyalty_drawwin_customer'), models.Index(condition=models.Q(('state', 'waiting')), fields=['answer_by'], name='loyalty_drawwin_late')],
            },
        ),
        appendonly.protect("loyalty_drawplace"),
        appendonly.protect_whole("loyalty_drawplace"),
    ]
