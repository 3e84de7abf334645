"""A row as bytes: every column with its name, both with their lengths before them, as the database holds them.

PostgreSQL writes them, so nothing depends on the session (time zone, formats) or on this program's reading: times to
the microsecond, sealed values as their ciphertext. What is null or empty is left out, so that a column which is added
later changes no row of before.
"""

from django.db import connection

_BYTES = {
    "uuid": "uuid_send({})",
    "timestamp with time zone": "timestamptz_send({})",
    "date": "date_send({})",
    "boolean": "boolsend({})",
    "smallint": "int8send({}::int8)",
    "integer": "int8send({}::int8)",
    "bigint": "int8send({})",
    "bytea": "{}",
    "jsonb": "convert_to({}::text, 'UTF8')",
    "text": "convert_to({}, 'UTF8')",
    "character varying": "convert_to({}, 'UTF8')",
    "numeric": "convert_to({}::text, 'UTF8')",
    "uuid[]": "array_send({})",
}


def expression(table: str, alias: str) -> str:
    """The SQL expression of a row's bytes; `alias` is that of the table in the caller's statement.

    It holds until the end of the caller's transaction, no longer: a migration may add a column while this process
    runs, and a row that was sealed without it would be called altered for ever. Raises KeyError for a column of a type
    nobody taught us.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT FROM {table} LIMIT 0")  # keeps migrations out of this transaction
        cursor.execute(
            """
            SELECT attname, regexp_replace(format_type(atttypid, atttypmod), '\\(.*\\)', '') FROM pg_attribute
            WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attname
            """,
            [table],
        )
        columns = cursor.fetchall()
    parts = []
    for name, kind in columns:
        value = _BYTES[kind].format(f'{alias}."{name}"')
        head = f"'\\x{(len(name.encode()).to_bytes(4) + name.encode()).hex()}'::bytea"
        sized = f"int4send(octet_length({value})) || nullif({value}, ''::bytea)"
        parts.append(f"coalesce({head} || {sized}, ''::bytea)")
    return " || ".join(parts)
