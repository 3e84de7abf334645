"""What every table has in common, so that the same models run on one PostgreSQL and on Citus (see scale-out ADR)."""

from enum import Enum
from typing import Any, ClassVar

from django.db import models
from django.db.models.expressions import Col
from django.db.models.lookups import Exact

from cdp.core import ids


class Placement(Enum):
    """Where `manage.py distribute` puts a table."""

    OWNED = "owned"  # distributed by customer_id, beside the customer
    KEY = "key"  # distributed by its digest: uniqueness over all customers
    SHARED = "shared"  # a small table copied to every node
    LOCAL = "local"  # stays on the coordinator: queues, staff, sessions


class Model(models.Model):
    """A row with a UUIDv7 made in Python. Every model declares its placement; undeclared fails a system check."""

    placement: ClassVar[Placement]

    id = models.UUIDField(primary_key=True, default=ids.uuid7, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        """The id: never a personal value, because strings end up in logs and audit rows."""
        return str(self.pk)


class OwnedModel(Model):
    """A row that belongs to one customer and lives beside that customer.

    `customer` never changes by UPDATE: merging inserts and deletes (scale-out rule 14). Its index is left to each
    table, whose hot index starts with customer_id.
    """

    placement = Placement.OWNED

    customer = models.ForeignKey("customers.Customer", models.DO_NOTHING, related_name="+", db_index=False)
    customer_id: Any

    class Meta:
        abstract = True

    def _do_update(self, base_qs: Any, using: Any, pk_val: Any, values: Any, *args: Any, **kwargs: Any) -> Any:
        """Save by (customer_id, id), so that the statement goes to one shard, and leave customer_id alone."""
        values = [value for value in values if value[0].name != "customer"]
        base_qs = base_qs.filter(customer_id=self.customer_id)
        return super()._do_update(base_qs, using, pk_val, values, *args, **kwargs)


class OwnedForeignKey(models.ForeignKey):
    """A reference between two rows of the same customer.

    Joins through it also equate customer_id, so they stay inside one shard and use indexes that start with it.
    Reverse managers and forward access do not get the extra condition: pass the customer there.
    """

    def get_extra_restriction(self, alias: Any, related_alias: Any) -> Any:
        """`alias.customer_id = related_alias.customer_id` beside the ordinary join condition."""
        if alias is None or related_alias is None:
            return None
        ours: Any = self.remote_field.model._meta.get_field("customer")
        theirs: Any = self.model._meta.get_field("customer")
        return Exact(Col(alias, ours), Col(related_alias, theirs))
