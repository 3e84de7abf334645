from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0002_merged_into"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="customer",
            index=models.Index(fields=["source", "-id"], name="customers_customer_source"),
        ),
    ]
