"""What is deleted, emptied and destroyed when people are forgotten. Doing it again finds only what came since."""

import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import Q

from cdp.core import copying, lifecycle
from cdp.core.crypto import subjects
from cdp.core.lifecycle import Declaration, OnErase
from customers.models import ContactPoint, Customer, Identifier, MergeLog, MergeSuggestion, SharedIdentifier, Status
from customers.selectors import identifiers
from customers.services import suppressions

KEPT_COLUMNS = frozenset({"id", "status", "is_sample", "created_at", "updated_at"})
"""What a tombstone has beside its id: since when it was there, and since when it is one."""
RECOGNISED: dict[str, str] = {
    ContactPoint.Kind.EMAIL: "email",
    ContactPoint.Kind.PHONE: "phone",
    ContactPoint.Kind.LINE: "line_id",
    ContactPoint.Kind.HANDLE: "handle",
}
"""Kind of a way of contact → the kind of identifier that a door would make of it."""


def purge(customers: Sequence[uuid.UUID], *, at: datetime, suppress: bool = True) -> dict[str, int]:
    """Forget these customers, whose rows the caller holds. Returns table → how many rows went.

    Without `suppress` what they were recognised by is forgotten too: whoever comes again is new here.
    """
    keys = _keys(customers)
    subjects.note_destroyed(customers)
    if suppress:
        _suppress(customers, at=at)
    else:
        Identifier.objects.filter(customer_id__in=customers).delete()
        SharedIdentifier.objects.filter(customer_id__in=customers).delete()
    rows: dict[str, int] = {}
    with connection.cursor() as cursor:
        # Append-only tables let go of rows only in a transaction that says so.
        cursor.execute("SELECT set_config('cdp.erasure', 'on', true)")
    # What follows a parent goes before it.
    for model, declaration in reversed(lifecycle.declarations().items()):
        if model is Customer:
            continue
        if declaration.on_erase is OnErase.DELETE:
            if count := _delete(model, declaration, customers):
                rows[model._meta.label] = count
        elif declaration.resolved_by:
            _unlink(model, declaration.resolved_by, customers)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('cdp.erasure', 'off', true)")
    # Pairs and merges that name them as the other one.
    MergeSuggestion.objects.filter(other_id__in=customers).delete()
    MergeLog.objects.filter(absorbed_id__in=customers).delete()
    _drop_keys(keys, customers)
    _empty(customers, at=at)
    return rows


def _suppress(customers: Collection[uuid.UUID], *, at: datetime) -> None:
    """Take away what they are recognised by. A household's phone stays with who else has it."""
    own = {
        bytes(digest): kind
        for digest, kind in Identifier.objects.filter(customer_id__in=customers)
        .order_by("digest")
        .select_for_update()
        .values_list("digest", "kind")
    }
    mine = SharedIdentifier.objects.filter(customer_id__in=customers)
    shared = {*own, *(bytes(digest) for digest in mine.values_list("digest", flat=True))}
    mine.delete()
    heirs: dict[bytes, uuid.UUID] = {}
    others = SharedIdentifier.objects.filter(digest__in=shared).order_by("id")
    for digest, customer in others.values_list("digest", "customer_id"):
        heirs.setdefault(bytes(digest), customer)
    for digest, heir in heirs.items():
        Identifier.objects.filter(digest=digest, customer_id__in=customers).update(customer_id=heir)
    gone = {digest: kind for digest, kind in own.items() if digest not in heirs}
    Identifier.objects.filter(digest__in=list(gone)).delete()
    # Former addresses, too: they lead to nobody any more, but a file with one of them would bring the person back.
    former = {digest: kind for digest, kind in _former(customers).items() if digest not in own}
    taken = Identifier.objects.filter(digest__in=list(former)).values_list("digest", flat=True)
    for digest in taken:
        del former[bytes(digest)]
    gone |= former
    suppressions.suppress(gone, at=at)


def _former(customers: Collection[uuid.UUID]) -> dict[bytes, str]:
    """By what else they could be reached, as somebody would be recognised by it: digest → kind."""
    keyring = subjects.load(customers)
    rows = ContactPoint.objects.filter(customer_id__in=customers, kind__in=list(RECOGNISED))
    found = {}
    for row, kind, sealed in rows.values_list("id", "kind", "value"):
        value = keyring.open(sealed, table=ContactPoint._meta.db_table, column="value", row=row)
        if value:
            found[identifiers.digest(RECOGNISED[kind], value)] = RECOGNISED[kind]
    return found


def _delete(model: type[models.Model], declaration: Declaration, customers: Collection[uuid.UUID]) -> int:
    table, counted = model._meta.db_table, declaration.counted
    image = "to_jsonb(gone)::text" if counted else "NULL"
    with connection.cursor() as cursor:
        if not counted:
            cursor.execute(
                f"DELETE FROM {table} WHERE customer_id = ANY(%s::uuid[])",  # noqa: S608  (names of tables)
                [copying.array(list(customers))],
            )
            return int(cursor.rowcount)
        cursor.execute(
            f"DELETE FROM {table} AS gone WHERE customer_id = ANY(%s::uuid[]) RETURNING {image}",  # noqa: S608
            [copying.array(list(customers))],
        )
        images = [json.loads(one) for (one,) in cursor.fetchall()]
    if images:
        counted(images, -1)
    return len(images)


def _unlink(model: type[models.Model], column: str, customers: Collection[uuid.UUID]) -> None:
    """What stays for the books no longer says by which identifier it was theirs."""
    model._default_manager.filter(Q(customer_id__in=customers), Q(**{f"{column}__isnull": False})).update(
        **{column: None}
    )


def _keys(customers: Collection[uuid.UUID]) -> Mapping[type[models.Model], Mapping[bytes, uuid.UUID]]:
    return {
        model: declaration.owned(customers)
        for model, declaration in lifecycle.key_tables().items()
        if declaration.owned is not None
    }


def _drop_keys(
    before: Mapping[type[models.Model], Mapping[bytes, uuid.UUID]], customers: Collection[uuid.UUID]
) -> None:
    """Keys of other rooms whose rows are gone."""
    left = _keys(customers)
    for model, digests in before.items():
        gone = [digest for digest in digests if digest not in left[model]]
        if gone:
            model._default_manager.filter(digest__in=gone, customer_id__in=customers).delete()


def _empty(customers: Collection[uuid.UUID], *, at: datetime) -> None:
    """Bare tombstones: everything that tells anything is empty."""
    empty = {
        str(column.attname): _nothing(column)
        for column in Customer._meta.local_concrete_fields
        if column.attname not in KEPT_COLUMNS
    }
    Customer.objects.filter(id__in=customers).update(**empty, status=Status.ERASED, updated_at=at)


def _nothing(column: models.Field) -> object:
    if column.null:
        return None
    if isinstance(column, ArrayField):
        return []
    return column.get_default()
