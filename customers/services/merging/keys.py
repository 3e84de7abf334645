"""Key tables when people become one, or two again: what a person is recognised by, and who owns which number."""

import uuid
from collections.abc import Mapping, Sequence

from django.db import connection

from cdp.core import lifecycle

Logged = dict[str, list[str]]


def hand_over(*, giver: uuid.UUID, taker: uuid.UUID) -> Logged:
    """All identifiers of `giver` recognise `taker` from now on. The digests, in hex, for the log.

    `own` and `shared` changed hands; `both` are household keys that the two held each, of which one is kept.
    """
    with connection.cursor() as cursor:
        # Digests in order, as identity claims them.
        cursor.execute(
            "SELECT digest FROM customers_identifier WHERE customer_id = %s ORDER BY digest FOR UPDATE", [giver]
        )
        own = [bytes(digest) for (digest,) in cursor.fetchall()]
        cursor.execute("UPDATE customers_identifier SET customer_id = %s WHERE digest = ANY(%s)", [taker, own])
        cursor.execute(
            """
            DELETE FROM customers_sharedidentifier AS theirs WHERE customer_id = %s AND EXISTS (
                SELECT 1 FROM customers_sharedidentifier ours
                WHERE ours.digest = theirs.digest AND ours.customer_id = %s
            ) RETURNING digest
            """,
            [giver, taker],
        )
        both = [bytes(digest) for (digest,) in cursor.fetchall()]
        cursor.execute(
            "UPDATE customers_sharedidentifier SET customer_id = %s WHERE customer_id = %s RETURNING digest",
            [taker, giver],
        )
        shared = [bytes(digest) for (digest,) in cursor.fetchall()]
    return {"own": _hex(own), "shared": _hex(shared), "both": _hex(both)}


def give_back(logged: Mapping[str, Sequence[str]], *, giver: uuid.UUID, taker: uuid.UUID) -> list[bytes]:
    """The identifiers of the log recognise `taker` again, unless somebody else was given them since. Their digests."""
    own, shared, both = ([bytes.fromhex(one) for one in logged.get(part, ())] for part in ("own", "shared", "both"))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_identifier SET customer_id = %s WHERE digest = ANY(%s) AND customer_id = %s"
            " RETURNING digest",
            [taker, own, giver],
        )
        returned = [bytes(digest) for (digest,) in cursor.fetchall()]
        cursor.execute(
            """
            UPDATE customers_sharedidentifier AS theirs SET customer_id = %(taker)s
            WHERE digest = ANY(%(digests)s) AND customer_id = %(giver)s AND NOT EXISTS (
                SELECT 1 FROM customers_sharedidentifier ours
                WHERE ours.digest = theirs.digest AND ours.customer_id = %(taker)s
            )
            """,
            {"taker": taker, "giver": giver, "digests": shared},
        )
        cursor.execute(
            "INSERT INTO customers_sharedidentifier (digest, customer_id)"
            " SELECT digest, %s FROM unnest(%s::bytea[]) AS digest ON CONFLICT DO NOTHING",
            [taker, both],
        )
    return [*returned, *shared]


def follow(*, giver: uuid.UUID, taker: uuid.UUID) -> None:
    """Key tables of other rooms: the keys of the rows that `taker` owns now name `taker`."""
    for model, declaration in lifecycle.key_tables().items():
        if declaration.digests is None:
            continue
        digests = list(declaration.digests(taker))
        if digests:
            rows = model._default_manager.filter(digest__in=digests, customer_id=giver)
            rows.update(customer_id=taker)


def _hex(digests: Sequence[bytes]) -> list[str]:
    return [digest.hex() for digest in digests]
