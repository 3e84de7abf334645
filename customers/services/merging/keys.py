"""Key tables when people become one, or two again: what a person is recognised by, and who owns which number."""

import uuid
from collections.abc import Collection, Mapping, Sequence

from django.db import connection, models

from cdp.core import copying, lifecycle
from customers.models import SharedIdentifier

Logged = dict[str, list[str]]
Owned = Mapping[type[models.Model], Mapping[bytes, uuid.UUID]]


def hand_over(pairs: Mapping[uuid.UUID, uuid.UUID]) -> dict[uuid.UUID, Logged]:
    """All identifiers of each key of `pairs` recognise its value from now on. The digests, in hex, for the logs.

    `own` and `shared` changed hands; `both` are household keys that the two held each, of which one is kept. Who comes
    first in `pairs` is first where several go to the same one.
    """
    logged: dict[uuid.UUID, Logged] = {giver: {"own": [], "shared": [], "both": []} for giver in pairs}
    givers = copying.array(list(pairs))
    with connection.cursor() as cursor:
        # Digests in order, as identity claims them.
        cursor.execute(
            "SELECT digest, customer_id FROM customers_identifier WHERE customer_id = ANY(%s::uuid[])"
            " ORDER BY digest FOR UPDATE",
            [givers],
        )
        found = [(bytes(digest), giver) for digest, giver in cursor.fetchall()]
        for digest, giver in found:
            logged[giver]["own"].append(digest.hex())
    _point("customers_identifier", {digest: pairs[giver] for digest, giver in found})
    _share(pairs, logged)
    return logged


def _share(pairs: Mapping[uuid.UUID, uuid.UUID], logged: Mapping[uuid.UUID, Logged]) -> None:
    """Household keys: few people have any."""
    givers: dict[uuid.UUID, list[tuple[int, bytes]]] = {}
    held: set[tuple[uuid.UUID, bytes]] = set()
    rows = SharedIdentifier.objects.filter(customer_id__in={*pairs, *pairs.values()}).order_by("id")
    for row, digest, customer in rows.values_list("id", "digest", "customer_id"):
        if customer in pairs:
            givers.setdefault(customer, []).append((row, bytes(digest)))
        else:
            held.add((customer, bytes(digest)))
    gone: list[int] = []
    moved: dict[int, uuid.UUID] = {}
    for giver in sorted(givers, key=list(pairs).index):
        taker = pairs[giver]
        for row, digest in givers[giver]:
            is_both = (taker, digest) in held
            logged[giver]["both" if is_both else "shared"].append(digest.hex())
            held.add((taker, digest))
            if is_both:
                gone.append(row)
            else:
                moved[row] = taker
    if gone:
        SharedIdentifier.objects.filter(id__in=gone).delete()
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE customers_sharedidentifier AS s SET customer_id = p.taker"
                " FROM unnest(%s::bigint[], %s::uuid[]) AS p (id, taker) WHERE s.id = p.id",
                [list(moved), copying.array(list(moved.values()))],
            )


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


def owned(customers: Collection[uuid.UUID]) -> Owned:
    """The keys of other rooms whose rows these customers own now: for each key table digest → owner."""
    return {
        model: declaration.owned(customers)
        for model, declaration in lifecycle.key_tables().items()
        if declaration.owned is not None
    }


def follow(keys: Owned, *, to: Mapping[uuid.UUID, uuid.UUID]) -> None:
    """These keys name whom their owner maps to, or the owner."""
    for model, digests in keys.items():
        _point(model._meta.db_table, {digest: to.get(owner, owner) for digest, owner in digests.items()})


def _point(table: str, owners: Mapping[bytes, uuid.UUID]) -> None:
    if not owners:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} AS k SET customer_id = p.customer_id"  # noqa: S608  (names of tables)
            " FROM unnest(%s::bytea[], %s::uuid[]) AS p (digest, customer_id)"
            " WHERE k.digest = p.digest AND k.customer_id <> p.customer_id",
            [copying.array(list(owners)), copying.array(list(owners.values()))],
        )
