"""By what a person can be recognised: digests, and who holds them."""

import uuid
from collections.abc import Callable, Iterable

from django.db import connection

from cdp.core import copying
from cdp.core.crypto import index
from customers.models import Identifier, SharedIdentifier
from customers.rules import identifiers


def digest(kind: str, value: str, scope: str = "") -> bytes:
    """The digest of a normalised identifier; `scope` is the source's key for external ids, empty otherwise."""
    return index.digest(f"identifier.{kind}", f"{scope}\n{identifiers.key(kind, value)}")


def digester(kind: str, scope: str = "") -> Callable[[str], bytes]:
    """`digest` for many normalised identifiers of one kind and scope."""
    run = index.hasher(f"identifier.{kind}")
    return lambda value: run(f"{scope}\n{identifiers.key(kind, value)}".encode())


def holders(digests: Iterable[bytes]) -> list[uuid.UUID]:
    """Every customer who holds any of these, all members of a household included; newest first."""
    wanted = list(digests)
    found = set(Identifier.objects.filter(digest__in=wanted).values_list("customer_id", flat=True))
    found.update(SharedIdentifier.objects.filter(digest__in=wanted).values_list("customer_id", flat=True))
    return sorted(found, reverse=True)


def households(phones: Iterable[bytes]) -> dict[bytes, set[uuid.UUID]]:
    """Of each phone that several people gave: all of them, those of a household and guests."""
    found: dict[bytes, set[uuid.UUID]] = {}
    wanted = list(phones)
    rows = SharedIdentifier.objects.filter(digest__in=wanted) if wanted else ()
    for row in rows:
        found.setdefault(bytes(row.digest), set()).add(row.customer_id)
    return found


def owners(digests: Iterable[bytes]) -> dict[bytes, uuid.UUID]:
    """Who holds each of these, where anybody does."""
    wanted = list(digests)
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT digest, customer_id FROM customers_identifier WHERE digest = ANY(%s::bytea[])",
            [copying.array(wanted)],
        )
        return {bytes(found): customer for found, customer in cursor.fetchall()}
