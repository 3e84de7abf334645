"""Looking up thousands of digests at once: in binary, a third of the price of spelling them and having them read."""

from collections.abc import Collection
from struct import Struct
from typing import Any, LiteralString

from django.db import connection
from psycopg import Cursor, adapt, pq

from cdp.core import binary, copying
from cdp.core.crypto import index

MANY = 50
"""Digests from which the other way of asking pays; few are asked for as everything else is."""
_BYTEA, _BYTEAS = 17, 1001  # the fixed type numbers of PostgreSQL's catalogue
_head = Struct(">iiiii").pack
_LENGTH = binary.LENGTHS[index.DIGEST]


def by_digests(statement: LiteralString, digests: Collection[bytes]) -> list[tuple[Any, ...]]:
    """The rows of a statement whose one parameter is a bytea[] of these digests, which are whole ones.

    From MANY on Django does not see the statement: whatever counts queries, or wraps them, counts it not.
    """
    if len(digests) < MANY:
        with connection.cursor() as cursor:
            cursor.execute(statement.replace("%s", "%s::bytea[]"), [copying.array(list(digests))])
            return cursor.fetchall()
    # Django's cursor spells parameters into the statement, which binary ones cannot be.
    connection.validate_no_broken_transaction()
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.adapters.register_dumper(_Digests, _DigestsDumper)
        return cursor.execute(statement, [_Digests(digests)], prepare=False).fetchall()


class _Digests:
    """Digests on their way to PostgreSQL."""

    def __init__(self, digests: Collection[bytes]) -> None:
        self.spelt = _head(1, 0, _BYTEA, len(digests), 1) + _LENGTH + _LENGTH.join(digests)


class _DigestsDumper(adapt.Dumper):
    """As PostgreSQL takes a bytea[] in binary."""

    oid = _BYTEAS
    format = pq.Format.BINARY

    def dump(self, obj: _Digests) -> bytes:
        return obj.spelt
