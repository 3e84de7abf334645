"""Forgetting what is old, in portions: each commits, so that nobody waits for the locks of ten million rows, nothing is
done twice after a kill, and the log of the database keeps up.
"""

from django.db import models

PORTION = 5000


def in_portions(old: "models.QuerySet[models.Model]", *, portion: int = PORTION) -> int:
    """Delete those rows, found anew for each portion. Returns how many. Called outside of a transaction.

    The filter or the order should be one that an index answers: each portion begins with what is left.
    """
    total = 0
    while True:
        # The portion is a list: PostgreSQL would else be free to choose another with every row.
        chosen = list(old.values_list("pk", flat=True)[:portion])
        if not chosen:
            return total
        total += old.order_by().filter(pk__in=chosen).delete()[0]
