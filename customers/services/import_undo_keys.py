"""Identifiers whose import is taken back: let go, unless one was verified or a later fact found its person by it."""

import uuid
from collections.abc import Collection, Mapping, Sequence

from django.db import connection

from cdp.core import lifecycle
from customers.models import Identifier, SharedIdentifier


def let_go(digests: Mapping[uuid.UUID, Sequence[bytes] | None]) -> dict[uuid.UUID, set[str]]:
    """Let customers lose these identifiers (None: all of them). Returns the kinds of those that stay, by customer.

    Somebody by whom facts would be recognised by nothing any more keeps the strongest.
    """
    stay, going = _judged(digests, {})
    gone = sorted(key for keys in going.values() for key, _kind in keys)
    leaving = {customer: {key for key, _ in keys} for customer, keys in going.items()}
    # A shared key is filed under one of its holders only.
    for digest, customer in SharedIdentifier.objects.filter(customer_id__in=list(digests)).values_list(
        "digest", "customer_id"
    ):
        wanted = digests[customer]
        if wanted is None or bytes(digest) in wanted:
            leaving.setdefault(customer, set()).add(bytes(digest))
    of_shared = _leave_shared(leaving)
    Identifier.objects.filter(digest__in=[key for key in gone if key not in of_shared]).delete()
    return stay


def staying(
    digests: Mapping[uuid.UUID, Sequence[bytes] | None], ahead: Mapping[str, Collection[uuid.UUID]]
) -> dict[uuid.UUID, set[str]]:
    """What `let_go` would return, once the facts named in `ahead` are gone. Reads only."""
    return _judged(digests, ahead)[0]


def _judged(
    digests: Mapping[uuid.UUID, Sequence[bytes] | None], ahead: Mapping[str, Collection[uuid.UUID]]
) -> tuple[dict[uuid.UUID, set[str]], dict[uuid.UUID, list[tuple[bytes, str]]]]:
    """By customer the kinds of the identifiers that stay, and those that go."""
    held = list(
        Identifier.objects.filter(customer_id__in=list(digests))
        .order_by("digest")
        .values_list("digest", "customer_id", "kind", "is_verified")
    )
    used = _used([one for one, some in digests.items() if some], ahead)
    wanted = {customer: set(some) for customer, some in digests.items() if some is not None}
    stay: dict[uuid.UUID, set[str]] = {}
    going: dict[uuid.UUID, list[tuple[bytes, str]]] = {}
    left: set[uuid.UUID] = set()
    for digest, customer, kind, is_verified in held:
        key = bytes(digest)
        if customer not in wanted:
            going.setdefault(customer, []).append((key, kind))
        elif key not in wanted[customer]:
            left.add(customer)
        elif is_verified or (customer, key) in used:
            stay.setdefault(customer, set()).add(kind)
        else:
            going.setdefault(customer, []).append((key, kind))
    for customer in wanted:
        if customer in going and customer not in left and customer not in stay:
            last = min(going[customer], key=lambda one: _PRIORITY.get(one[1], len(_PRIORITY)))
            going[customer].remove(last)
            stay[customer] = {last[1]}
    return stay, going


_PRIORITY = {kind: rank for rank, kind in enumerate(("external_id", "member_number", "line_id", "email", "card"))}


def _used(customers: Sequence[uuid.UUID], ahead: Mapping[str, Collection[uuid.UUID]]) -> set[tuple[uuid.UUID, bytes]]:
    """By which identifiers facts of any room found these people, but for those that are gone by then."""
    found: set[tuple[uuid.UUID, bytes]] = set()
    if not customers:
        return found
    for model, declared in lifecycle.declarations().items():
        if declared.resolved_by:
            rows = model._default_manager.filter(customer_id__in=customers).exclude(**{declared.resolved_by: None})
            if going := ahead.get(model._meta.label):
                rows = rows.exclude(id__in=going)
            pairs = rows.order_by().values_list("customer_id", declared.resolved_by).distinct()
            found.update((customer, bytes(digest)) for customer, digest in pairs)
    return found


def settle_shared(made: Mapping[uuid.UUID, Sequence[bytes]]) -> None:
    """Take back that these customers became holders of shared keys."""
    _leave_shared({customer: digests for customer, digests in made.items() if digests})


def _leave_shared(leaving: Mapping[uuid.UUID, Collection[bytes]]) -> set[bytes]:
    """Let customers be holders of these shared keys no more. Returns the keys that somebody else holds on to.

    A key with one holder left is that one's own again.
    """
    pairs = sorted({(digest, customer) for customer, digests in leaving.items() for digest in digests})
    if not pairs:
        return set()
    digests, customers = (list(column) for column in zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest FROM customers_identifier WHERE digest = ANY(%s) AND is_shared ORDER BY digest FOR UPDATE",
            [digests],
        )
        shared = [bytes(digest) for (digest,) in cursor.fetchall()]
        if not shared:
            return set()
        cursor.execute(
            """
            DELETE FROM customers_sharedidentifier AS s
            USING unnest(%s::bytea[], %s::uuid[]) AS gone (digest, customer_id)
            WHERE s.digest = gone.digest AND s.customer_id = gone.customer_id
            """,
            [digests, customers],
        )
    holders: dict[bytes, list[uuid.UUID]] = {}
    rows = SharedIdentifier.objects.filter(digest__in=shared).order_by("id")
    for digest, customer in rows.values_list("digest", "customer_id"):
        holders.setdefault(bytes(digest), []).append(customer)
    for digest, left in holders.items():
        Identifier.objects.filter(digest=digest).update(customer_id=left[0], is_shared=len(left) > 1)
    SharedIdentifier.objects.filter(digest__in=[one for one, left in holders.items() if len(left) == 1]).delete()
    return set(holders)
