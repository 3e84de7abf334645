"""Details of the special categories, which stand as long as their consent does."""

import django.db.models.deletion
from django.db import migrations, models

import cdp.core.crypto.fields
import cdp.core.ids


class Migration(migrations.Migration):
    dependencies = [("consent", "0006_names_for_people"), ("customers", "0011_phones_without_ending")]

    operations = [
        migrations.CreateModel(
            name="SpecialDetail",
            fields=[
                ("id", models.UUIDField(default=cdp.core.ids.uuid7, editable=False, primary_key=True, serialize=False)),
                ("field", models.CharField(choices=[("ethnicity", "Ethnicity")], max_length=20)),
                ("value", cdp.core.crypto.fields.SealedField(blank=True, editable=False, null=True)),
                ("record_id", models.UUIDField()),
                ("told_at", models.DateTimeField()),
                (
                    "customer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="customers.customer",
                    ),
                ),
            ],
            options={
                "verbose_name": "special detail",
                "verbose_name_plural": "special details",
                "constraints": [
                    models.UniqueConstraint(fields=("customer", "field"), name="consent_specialdetail_once")
                ],
            },
        ),
    ]
