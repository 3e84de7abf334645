from django.contrib.postgres.indexes import GinIndex
from django.db import migrations


class Migration(migrations.Migration):
    """New rows enter the search index together instead of one token after the other; the index itself stays."""

    dependencies = [
        ("customers", "0003_list_by_source"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER INDEX customers_customer_search SET (fastupdate = on, gin_pending_list_limit = 1024)",
                    [
                        "ALTER INDEX customers_customer_search SET (fastupdate = off)",
                        "ALTER INDEX customers_customer_search RESET (gin_pending_list_limit)",
                    ],
                )
            ],
            state_operations=[
                migrations.RemoveIndex(model_name="customer", name="customers_customer_search"),
                migrations.AddIndex(
                    model_name="customer",
                    index=GinIndex(
                        fastupdate=True,
                        fields=["search_tokens"],
                        gin_pending_list_limit=1024,
                        name="customers_customer_search",
                    ),
                ),
            ],
        ),
    ]
