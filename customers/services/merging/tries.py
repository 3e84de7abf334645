"""Working again where PostgreSQL ended one of two transactions that waited for each other."""

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError, transaction
from psycopg.errors import DeadlockDetected

MOST = 5
Outcome = TypeVar("Outcome")


def tried(work: Callable[[], Outcome]) -> Outcome:
    """What `work` returns, each try in a transaction (or savepoint) of its own. Raises Blocked after MOST of them.

    Identity takes keys before rows and a merge takes rows before keys, so the two can meet.
    """
    for _ in range(MOST):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as problem:
            if not isinstance(problem.__cause__, DeadlockDetected):
                raise
    raise Blocked


class Blocked(Exception):
    """Others kept working on the same people."""
