"""Files that prove statements: which there are, and what is in them. Opening one is a look at a person."""

import hashlib
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from cdp.core.crypto import envelope, subjects
from consent.models import ConsentRecord, EvidenceFile
from consent.rules import evidence as rules
from consent.rules.evidence import Kind
from customers.selectors import lineage

TABLE = "consent_evidencefile"
ATTACHED = "attached_files"
"""Under this name what is sealed with a statement tells of its files: id, kind, size and digest of each."""


class Altered(envelope.Unopenable):
    """A file is not the one that its statement names."""


@dataclass(frozen=True, slots=True)
class File:
    """What a page says of a file. `is_there` is false once the person was erased."""

    id: uuid.UUID
    kind: Kind | None
    size: int
    name: str
    added_at: datetime | None
    is_there: bool = True


def number(customers: Collection[uuid.UUID]) -> int:
    """How many files there are of a person; pass the whole lineage."""
    return EvidenceFile.objects.filter(customer_id__in=customers).count()


def of(record: ConsentRecord, keyring: subjects.Keyring) -> list[File]:
    """The files of a statement in the order in which they were added, their contents left where they are."""
    wanted = [uuid.UUID(one["id"]) for one in record.files or ()]
    rows = EvidenceFile.objects.filter(customer_id=record.customer_id, id__in=wanted).defer("content")
    found = {row.id: row for row in rows}
    return [
        _file(found[one], keyring) if one in found else File(one, None, 0, "", None, is_there=False) for one in wanted
    ]


def of_person(customers: Collection[uuid.UUID]) -> list[EvidenceFile]:
    """All files of a person (pass the whole lineage), without their contents."""
    return list(EvidenceFile.objects.filter(customer_id__in=customers).defer("content").order_by("id"))


def find(file: uuid.UUID) -> EvidenceFile | None:
    """One file without its content."""
    return EvidenceFile.objects.defer("content").filter(id=file).first()


def content(row: EvidenceFile) -> bytes | None:
    """What is in a file; None once its key was destroyed. Raises Altered where it is not what its statements name, and
    the errors of `subjects.Keyring.open`.
    """
    naming = ConsentRecord.objects.filter(customer_id=row.customer_id, files__contains=[{"id": str(row.id)}])
    named = {
        one["digest"]
        for files in naming.values_list("files", flat=True)
        for one in files or ()
        if one["id"] == str(row.id)
    }
    sealed = bytes(row.content)
    if named != {digest(sealed)}:
        message = f"the evidence file {row.id} is not the one that its statement names"
        raise Altered(message)
    keyring = subjects.load(lineage.facts_under(row.customer_id))
    return keyring.open_bytes(sealed, table=TABLE, column="content", row=row.id)


def digest(sealed: bytes) -> str:
    """What a statement keeps of a file: SHA-256 of its ciphertext. It can be compared without opening, and says nothing
    about what is in the file once the key is gone.
    """
    return hashlib.sha256(sealed).hexdigest()


def _file(row: EvidenceFile, keyring: subjects.Keyring) -> File:
    name = keyring.open(row.name, table=TABLE, column="name", row=row.id)
    return File(row.id, rules.KINDS.get(row.kind), row.size, name, row.added_at)
