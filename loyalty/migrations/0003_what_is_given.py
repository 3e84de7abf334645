"""What is given, as one structure (ADR 32): rewards, promotions, and the benefit of offers and coupons as JSON.

The columns of coupons that are out are written over in portions; whoever issues coupons meanwhile waits for the last
step only. Taken back, what no column could say (an article for nothing, store credit) reads as one percent.
"""

from typing import ClassVar
from uuid import UUID

import cdp.core.crypto.fields
import cdp.core.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import StateApps

PORTION = 10_000
# As text first: what builds JSON of values may differ between machines, for all that PostgreSQL promises.
_TOLD = """(CASE WHEN percent IS NULL THEN '{"gives": "amount"' ELSE '{"gives": "percent"' END
    || coalesce(', "percent": "' || trim_scale(percent)::text || '"', '')
    || coalesce(', "amount": "' || trim_scale(amount)::text || '"', '')
    || coalesce(', "minimum": "' || trim_scale(minimum)::text || '"', '')
    || coalesce(', "currency": "' || CASE WHEN currency <> '' THEN currency
        WHEN amount IS NOT NULL OR minimum IS NOT NULL THEN %(currency)s END || '"', '')
    || '}')::jsonb"""
_COLUMNS = """percent = CASE WHEN benefit->>'gives' IN ('amount', 'credit') THEN NULL
        ELSE coalesce((benefit->>'percent')::numeric, 1) END,
    amount = CASE WHEN benefit->>'gives' IN ('amount', 'credit') THEN (benefit->>'amount')::numeric END,
    minimum = (benefit->>'minimum')::numeric, currency = coalesce(benefit->>'currency', '')"""


def fill(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Columns into JSON."""
    _in_portions(editor, f"benefit = {_TOLD}")


def empty(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """JSON into columns."""
    _in_portions(editor, _COLUMNS)


def _in_portions(editor: BaseDatabaseSchemaEditor, change: str) -> None:
    for table in ("loyalty_offer", "loyalty_coupon"):
        last = UUID(int=0)
        while True:
            with editor.connection.cursor() as cursor:
                cursor.execute(
                    f"""WITH portion AS (SELECT id FROM {table} WHERE id > %(last)s ORDER BY id LIMIT {PORTION}),
                        changed AS (UPDATE {table} r SET {change} FROM portion WHERE r.id = portion.id RETURNING r.id)
                    SELECT max(id::text) FROM changed""",  # noqa: S608  (our own names)
                    {"last": last, "currency": settings.CDP_CURRENCY},
                )
                (found,) = cursor.fetchone() or (None,)
            if found is None:
                break
            last = UUID(found)


class Migration(migrations.Migration):
    """Rewards, promotions, benefits."""

    atomic = False


    dependencies: ClassVar[list[tuple[str, str]]] = [("loyalty", "0008_cards")]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name='Promotion',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(max_length=40, unique=True)),
                ('names', models.JSONField()),
                ('kind', models.CharField(choices=[('word', 'One code for everybody'), ('batch', 'Codes for one use each')], max_length=5)),
                ('word', models.CharField(blank=True, max_length=40)),
                ('size', models.PositiveIntegerField(default=1)),
                ('ring_key', models.CharField(blank=True, max_length=40)),
                ('wrapped', models.BinaryField(null=True)),
                ('seed', cdp.core.crypto.fields.SealedField(blank=True, null=True)),
                ('benefit', models.JSONField()),
                ('starts_at', models.DateTimeField(blank=True, null=True)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('total', models.PositiveIntegerField(blank=True, null=True)),
                ('used', models.PositiveIntegerField(default=0, editable=False)),
                ('each', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('has_guests', models.BooleanField(default=True)),
                ('is_first_order', models.BooleanField(default=False)),
                ('is_on', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'promotion',
                'verbose_name_plural': 'promotions',
                'ordering': ['-created_at', 'key'],
            },
        ),
        migrations.CreateModel(
            name='PromotionCode',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('promotion_id', models.UUIDField()),
                ('is_used', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='PromotionSale',
            fields=[
                ('digest', models.BinaryField(primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField()),
                ('use_id', models.UUIDField()),
            ],
        ),
        migrations.CreateModel(
            name='PromotionUse',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('promotion_id', models.UUIDField()),
                ('code_digest', models.BinaryField()),
                ('sale_digest', models.BinaryField()),
                ('benefit', models.JSONField()),
                ('used_at', models.DateTimeField()),
                ('source', models.CharField(max_length=60)),
                ('reference', models.CharField(max_length=200)),
                ('order_id', models.UUIDField(null=True)),
                ('off', models.DecimalField(decimal_places=4, max_digits=16, null=True)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('reversed_at', models.DateTimeField(null=True)),
                ('resolved_by', models.BinaryField(null=True)),
            ],
            options={
                'verbose_name': 'use of a code',
                'verbose_name_plural': 'uses of codes',
            },
        ),
        migrations.CreateModel(
            name='Reward',
            fields=[
                ('id', models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.SlugField(max_length=40, unique=True)),
                ('names', models.JSONField()),
                ('texts', models.JSONField(blank=True, default=dict)),
                ('wallet', models.CharField(default='points', max_length=20)),
                ('cost', models.DecimalField(decimal_places=4, max_digits=18)),
                ('benefit', models.JSONField()),
                ('how', models.CharField(choices=[('now', 'At once, at the till'), ('voucher', 'As a coupon for later')], default='voucher', max_length=8)),
                ('valid_days', models.PositiveSmallIntegerField(default=60)),
                ('stock', models.PositiveIntegerField(blank=True, null=True)),
                ('taken', models.PositiveIntegerField(default=0, editable=False)),
                ('each', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('per', models.CharField(choices=[('ever', 'in all'), ('day', 'a day'), ('week', 'a week'), ('month', 'a month'), ('year', 'a year')], default='ever', max_length=5)),
                ('tiers', models.JSONField(blank=True, default=list)),
                ('starts_at', models.DateTimeField(blank=True, null=True)),
                ('ends_at', models.DateTimeField(blank=True, null=True)),
                ('is_on', models.BooleanField(default=True)),
                ('position', models.PositiveSmallIntegerField(default=100)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'verbose_name': 'reward',
                'verbose_name_plural': 'rewards',
                'ordering': ['position', 'cost', 'key'],
            },
        ),
        migrations.RemoveConstraint(model_name="offer", name="loyalty_offer_percent_or_amount"),
        migrations.AddField(model_name="offer", name="benefit", field=models.JSONField(null=True)),
        migrations.AddField(model_name="coupon", name="benefit", field=models.JSONField(null=True)),
        migrations.RunPython(fill, empty),
        migrations.AlterField(model_name="offer", name="benefit", field=models.JSONField(verbose_name="what it gives")),
        migrations.AlterField(model_name="coupon", name="benefit", field=models.JSONField()),
        migrations.RemoveField(
            model_name='coupon',
            name='amount',
        ),
        migrations.RemoveField(
            model_name='coupon',
            name='currency',
        ),
        migrations.RemoveField(
            model_name='coupon',
            name='minimum',
        ),
        migrations.RemoveField(
            model_name='coupon',
            name='percent',
        ),
        migrations.RemoveField(
            model_name='offer',
            name='amount',
        ),
        migrations.RemoveField(
            model_name='offer',
            name='currency',
        ),
        migrations.RemoveField(
            model_name='offer',
            name='minimum',
        ),
        migrations.RemoveField(
            model_name='offer',
            name='percent',
        ),
        migrations.AddField(
            model_name='coupon',
            name='details',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='coupon',
            name='given_for',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='coupon',
            name='off',
            field=models.DecimalField(decimal_places=4, max_digits=16, null=True),
        ),
        migrations.AddField(
            model_name='coupon',
            name='reason',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name='coupon',
            name='reversed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='coupon',
            name='reversed_reference',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddField(
            model_name='coupon',
            name='voided_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='hold',
            name='flag',
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name='hold',
            name='flagged_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='hold',
            name='gave',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='offer',
            name='names',
            field=models.JSONField(blank=True, default=dict, verbose_name='names'),
        ),
        migrations.AddField(
            model_name='offer',
            name='why',
            field=models.CharField(choices=[('hand', 'By hand'), ('first-order', 'For signing up, on the first order'), ('favourite', 'On what somebody buys most'), ('wished', 'On what somebody wished for'), ('birthday', 'Around the birthday'), ('survey', 'For answering a survey'), ('draw', 'As a prize of a draw')], default='hand', max_length=12, verbose_name='given for'),
        ),
        migrations.AlterField(
            model_name='coupon',
            name='offer',
            field=models.CharField(max_length=60),
        ),
        migrations.AddConstraint(
            model_name='promotion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'word'), ('size', 1), models.Q(('word', ''), _negated=True)), models.Q(('kind', 'batch'), ('seed__isnull', False), ('word', '')), _connector='OR'), name='loyalty_promotion_kind'),
        ),
        migrations.AddField(
            model_name='promotionuse',
            name='customer',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='customers.customer'),
        ),
        migrations.AddConstraint(
            model_name='reward',
            constraint=models.CheckConstraint(condition=models.Q(('cost__gt', 0)), name='loyalty_reward_cost'),
        ),
        migrations.AddConstraint(
            model_name='reward',
            constraint=models.CheckConstraint(condition=models.Q(('stock__isnull', True), ('stock__gte', models.F('taken')), _connector='OR'), name='loyalty_reward_stock'),
        ),
        migrations.AddIndex(
            model_name='promotionuse',
            index=models.Index(fields=['customer', 'promotion_id'], name='loyalty_promotionuse_customer'),
        ),
        migrations.AddIndex(
            model_name='promotionuse',
            index=models.Index(fields=['promotion_id', '-id'], name='loyalty_promotionuse_list'),
        ),
    ]
