"""Whether this process holds the keys that the database needs; asked before it does anything.

With a key missing, pages would have blanks or fail one by one, and with a wrong key under a known id new values would
be written that nobody else can read. So a process that cannot open what is there does not start, and says which key
it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, connection

from cdp.core.crypto import ring
from cdp.core.keys import holders
from cdp.core.models import IndexRoot, RingKey

_CONTEXT = b"core.ring_key:"
_WORD = b"this key opens what it sealed"
_REINDEXING = (
    "The digests in this database are on their way to a new root: run `manage.py reindex` to its end, then start again."
)


class WrongKeys(Exception):
    """The database needs keys that this process does not have; the message names them and says what to do."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A key that the database needs and this process cannot use, and how many rows are known to need it."""

    key_id: str
    is_missing: bool
    rows: int = 0

    def __str__(self) -> str:
        """For whoever runs the shop; in English like all that the servers say. Never a key."""
        if self.is_missing:
            return (
                f"The key “{self.key_id}” is not in CDP_ENCRYPTION_KEYS, and data in this database is sealed with it. "
                f"Put it back, behind the first key; `manage.py rotate_keys` makes it dispensable."
            )
        return (
            f"The key “{self.key_id}” in CDP_ENCRYPTION_KEYS is not the one this database was sealed with. "
            "Give the right key under this id, and a new key an id of its own."
        )


def known_faults() -> list[Fault]:
    """What is wrong with the keys that the database knows of: quick, whatever its size."""
    return list(_known(ring.current()))


def _known(key_ring: ring.Ring) -> Iterator[Fault]:
    for key_id, proof in RingKey.objects.filter(retired_at=None).order_by("id").values_list("id", "proof"):
        if key_id not in key_ring.keys:
            yield Fault(key_id, is_missing=True)
        elif not _opens(key_ring, bytes(proof), key_id, _context(key_id)):
            yield Fault(key_id, is_missing=False)


def faults() -> list[Fault]:
    """The same from the rows themselves: counts what each key wraps and opens one row of each table and key."""
    key_ring = ring.current()
    found = {fault.key_id: fault for fault in _known(key_ring)}
    for holder in holders.every():
        for key_id, rows in in_use(holder).items():
            if key_id not in key_ring.keys:
                before = found.get(key_id)
                found[key_id] = Fault(key_id, is_missing=True, rows=rows + (before.rows if before else 0))
            elif key_id not in found and not _opens_a_row(key_ring, holder, key_id):
                found[key_id] = Fault(key_id, is_missing=False, rows=rows)
    return list(found.values())


def in_use(holder: holders.Holder) -> dict[str, int]:
    """How many rows of a table each key of the ring wraps."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT ring_key, count(*) FROM {holder.table} WHERE wrapped IS NOT NULL GROUP BY 1 ORDER BY 1"  # noqa: S608
        )
        return dict(cursor.fetchall())


def _opens_a_row(key_ring: ring.Ring, holder: holders.Holder, key_id: str) -> bool:
    rows = holder.model._default_manager.filter(ring_key=key_id, wrapped__isnull=False)
    row = rows.values_list("wrapped", *holder.of).first()
    return row is None or _opens(key_ring, bytes(row[0]), key_id, holder.context(*row[1:]))


def _opens(key_ring: ring.Ring, wrapped: bytes, key_id: str, context: bytes) -> bool:
    try:
        key_ring.unwrap(wrapped, ring_key=key_id, context=context)
    except ring.UnknownRingKey:
        return False
    return True


def is_reindexing() -> bool:
    """Whether digests are on their way to a new root, or were left there half-way: none can be looked for."""
    return IndexRoot.objects.filter(is_ready=False).exists()


def enlist(*, now: datetime) -> None:
    """Note the keys in use, the primary among them, for the starts to come. Raises WrongKeys instead of noting one that
    does not open what is there, and while a reindex is not done.
    """
    if is_reindexing():
        raise WrongKeys(_REINDEXING)
    if found := faults():
        raise WrongKeys("\n".join(map(str, found)))
    key_ring = ring.current()
    used = {key_id for holder in holders.every() for key_id in in_use(holder)} | {key_ring.primary}
    known = set(RingKey.objects.filter(retired_at=None).values_list("id", flat=True))
    for key_id in sorted(used - known):
        proof = ring.Ring({key_id: key_ring.keys[key_id]}).wrap(_WORD, context=_context(key_id))
        RingKey.objects.update_or_create(
            id=key_id,
            defaults={"proof": proof, "retired_at": None},
            create_defaults={"proof": proof, "first_used_at": now},
        )


def demand() -> None:
    """Raise WrongKeys when this process must not start. A database that cannot be asked yet is no reason: whoever waits
    for it asks again.
    """
    try:
        found, is_under_way = known_faults(), is_reindexing()
    except DatabaseError:
        return
    if is_under_way:
        raise WrongKeys(_REINDEXING)
    if found:
        raise WrongKeys("\n".join(map(str, found)))


def _context(key_id: str) -> bytes:
    return _CONTEXT + key_id.encode()
