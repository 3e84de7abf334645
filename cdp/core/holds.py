"""Whose data retention leaves alone for now: legal holds and restrictions, which the room of permission keeps.

It holds everybody who was merged into the one that is named, too. All of them at once, as SQL: erasing asks for single
people (`lifecycle.held`), and a restricted person may still ask to be erased.
"""

import uuid

from django.db import connection

_statements: dict[str, str] = {}


def declare(key: str, statement: str) -> None:
    """Register a statement that gives the ids of held customers as its only column; the same key again replaces it."""
    _statements[key] = statement


def statement() -> str:
    """One statement that gives every customer named by a hold; an id may come twice."""
    if not _statements:
        return "SELECT NULL::uuid WHERE false"
    return " UNION ALL ".join(f"({one})" for _key, one in sorted(_statements.items()))


def named() -> frozenset[uuid.UUID]:
    """Every customer that a hold in force names. Holds are for disputes: few."""
    if not _statements:
        return frozenset()
    with connection.cursor() as cursor:
        cursor.execute(statement())
        return frozenset(row[0] for row in cursor.fetchall() if row[0])
