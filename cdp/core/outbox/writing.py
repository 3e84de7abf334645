"""Putting a notice into the outbox, in the transaction of the fact that it tells of."""

import datetime as dt
import json
import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cdp.core import ids
from cdp.core.crypto import hourly, index, subjects
from cdp.core.models import Notice
from cdp.core.outbox import registry

NOBODY = uuid.UUID(int=0)
"""In place of a customer, where a notice goes to somebody we do not know."""
TABLE = "core_notice"


class UnableToPut(Exception):
    """The notice cannot be written: there is no address, or the customer has no key (merged away, erased, nobody)."""


@dataclass(frozen=True)
class Draft:
    """A notice to be. `customer` is who stands for the person now (`customers.services.standing.hold`), or None.

    `key` makes it once: the same customer and key again writes nothing. `data` is what the template says, plain JSON
    values. It goes at `due_at` (now unless told), and not any more after `valid_until`.
    """

    kind: str
    address: str = field(repr=False)
    key: str
    language: str
    channel: str = "email"
    customer: uuid.UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    due_at: dt.datetime | None = None
    valid_until: dt.datetime | None = None


@dataclass(frozen=True)
class Put:
    """The notice's id, and whether it was written just now. Of a repetition it is the first one's."""

    id: uuid.UUID
    is_new: bool


def put(draft: Draft, *, at: dt.datetime) -> Put:
    """Write one notice in the caller's transaction. Raises UnableToPut."""
    return put_many([draft], at=at)[0]


def put_many(drafts: Sequence[Draft], *, at: dt.datetime) -> list[Put]:
    """Write notices in a few statements, in the caller's transaction; one answer for each draft, in their order.

    Raises UnableToPut for the first that cannot be written, and KeyError for a kind nobody declared.
    """
    keyring = subjects.load({draft.customer for draft in drafts if draft.customer})
    rows = [_row(draft, keyring, at=at) for draft in drafts]
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    known = {
        (customer, key): notice
        for customer, key, notice in Notice.objects.filter(
            customer_id__in={row.customer_id for row in rows}, key__in={row.key for row in rows}
        ).values_list("customer_id", "key", "id")
    }
    return [Put(known[row.customer_id, row.key], known[row.customer_id, row.key] == row.id) for row in rows]


def cancel(*, customer: uuid.UUID | None, keys: Collection[str]) -> int:
    """Take back what has not gone: waiting notices of that customer with these keys. Returns how many."""
    waiting = Notice.objects.filter(customer_id=customer or NOBODY, key__in=list(keys), state=Notice.State.WAITING)
    return waiting.update(state=Notice.State.DROPPED, reason="cancelled", address=None, data=None)


def cancel_many(*, customers: Collection[uuid.UUID], keys: Collection[str]) -> int:
    """As `cancel`, for keys that name one notice each, of these customers; one statement. Returns how many."""
    waiting = Notice.objects.filter(customer_id__in=list(customers), key__in=list(keys), state=Notice.State.WAITING)
    return waiting.update(state=Notice.State.DROPPED, reason="cancelled", address=None, data=None)


def complete(*, key: str, data: Mapping[str, Any], at: dt.datetime) -> bool:
    """Say what a notice to nobody we know says, now that it is known, and let it go at `at`. For what has to be
    addressed before it can be written: whoever it is for is forgotten meanwhile. False where none waits under `key`.
    """
    row = Notice.objects.select_for_update().filter(customer_id=NOBODY, key=key, state=Notice.State.WAITING).first()
    if row is None:
        return False
    sealed = hourly.seal(json.dumps(dict(data), ensure_ascii=False).encode(), context=_context(row.id, "data"))
    Notice.objects.filter(customer_id=NOBODY, id=row.id).update(data=sealed, due_at=at)
    return True


def recent(*, address: str, channel: str = "email", kinds: Collection[str], since: dt.datetime) -> int:
    """How many notices of these kinds were put for that address since then, whoever they were for: for pacing."""
    return Notice.objects.filter(
        address_digest=digest(address, channel=channel), kind__in=list(kinds), created_at__gte=since
    ).count()


def digest(address: str, *, channel: str) -> bytes:
    """The keyed digest of an address; case makes no difference."""
    return index.digest("notice.address", f"{channel}\n{address.strip().casefold()}")


def _row(draft: Draft, keyring: subjects.Keyring, *, at: dt.datetime) -> Notice:
    kind = registry.kind(draft.kind)
    if not draft.address.strip():
        raise UnableToPut("a notice needs an address")
    if draft.customer and draft.customer not in keyring.writing:
        raise UnableToPut("the customer has no key")
    row = Notice(
        id=ids.uuid7_at(at),
        customer_id=draft.customer or NOBODY,
        kind=kind.code,
        key=draft.key,
        purpose=kind.purpose,
        channel=draft.channel,
        language=draft.language[:2],
        address_digest=digest(draft.address, channel=draft.channel),
        created_at=at,
        due_at=draft.due_at or at,
        valid_until=draft.valid_until,
    )
    told = json.dumps(dict(draft.data), ensure_ascii=False)
    row.address = _sealed(draft.address.strip(), row, "address", keyring)
    row.data = _sealed(told, row, "data", keyring)
    return row


def _sealed(text: str, row: Notice, column: str, keyring: subjects.Keyring) -> bytes | None:
    if row.customer_id == NOBODY:
        return hourly.seal(text.encode(), context=_context(row.id, column))
    return keyring.seal(text, customer=row.customer_id, table=TABLE, column=column, row=row.id)


def opened(row: Notice, column: str, keyring: subjects.Keyring) -> str:
    """The text of a sealed column; empty where its key was destroyed. Raises Unopenable."""
    sealed = getattr(row, column)
    if not sealed:
        return ""
    if row.customer_id == NOBODY:
        return hourly.open_(sealed, context=_context(row.id, column)).decode()
    return keyring.open(sealed, table=TABLE, column=column, row=row.id)


def _context(row: uuid.UUID, column: str) -> bytes:
    return f"{TABLE}.{column}:".encode() + row.bytes
