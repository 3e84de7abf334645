"""Keeping files that prove a statement, and proving that they are still the same."""

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from cdp.core import ids
from cdp.core.actors import Actor
from cdp.core.chains.judging import ALTERED, MISSING, UNNAMED
from cdp.core.chains.registry import Fault, Told
from cdp.core.crypto import subjects
from consent.models import EvidenceFile
from consent.rules import evidence as rules
from consent.selectors import evidence
from customers.services import standing

PAGE = 200
SAMPLES = 200
"""Files that a nightly verification compares: two gigabytes at the most."""


class UnableToKeep(Exception):
    """The files cannot be kept; the text says why, `index` which one where it is one."""

    def __init__(self, detail: str, *, index: int = -1) -> None:
        """Say what is wrong in words for whoever chose the file."""
        super().__init__(detail)
        self.index = index


@dataclass(frozen=True, slots=True)
class Given:
    """A file as it came in."""

    name: str
    content: bytes | None  # None: too large to be read


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was kept: what its statements name, and what they seal beside it."""

    id: uuid.UUID
    digest: str  # of the ciphertext
    sha256: str  # of the file itself, for whoever has it; sealed with the statement
    kind: str
    size: int


def keep(*, customer: uuid.UUID, files: Sequence[Given], actor: Actor, at: dt.datetime) -> list[Kept]:
    """Seal files under the person's key, for statements that are written in the same transaction (`grants.record`).

    What they are is told by their content. Raises UnableToKeep, also for somebody who can have no statement.
    """
    checked = [(given, *_checked(given, index)) for index, given in enumerate(files)]
    if len(checked) > rules.MOST:
        raise UnableToKeep(_("At most %(most)s files prove one statement.") % {"most": rules.MOST})
    if not connection.in_atomic_block:
        message = "a file is kept in the transaction of its statement, or it would prove nothing"
        raise transaction.TransactionManagementError(message)
    owner = standing.hold({customer}).get(customer)
    if owner is None:
        raise UnableToKeep(_("There is no such customer, or the customer was erased."))
    keyring, kept = subjects.load([owner]), []
    for given, content, kind in checked:
        row = ids.uuid7()
        sealed = keyring.seal_bytes(content, customer=owner, table=evidence.TABLE, column="content", row=row)
        name = " ".join(given.name.replace("\0", "").split())[: rules.LONGEST_NAME]
        EvidenceFile.objects.create(
            id=row,
            customer_id=owner,
            kind=kind.key,
            size=len(content),
            name=keyring.seal(name, customer=owner, table=evidence.TABLE, column="name", row=row),
            content=sealed,
            added_at=at,
            actor_kind=actor.kind,
            actor_id=actor.id,
        )
        sha256 = hashlib.sha256(content).hexdigest()
        kept.append(Kept(row, evidence.digest(sealed), sha256, kind.key, len(content)))
    return kept


def _checked(given: Given, index: int) -> tuple[bytes, rules.Kind]:
    if given.content is None or len(given.content) > rules.LARGEST:
        raise UnableToKeep(_("The file is too large; the limit is 10 MB."), index=index)
    if not given.content:
        raise UnableToKeep(_("The file is empty."), index=index)
    kind = rules.kind_of(given.content)
    if kind is None:
        raise UnableToKeep(
            _("This is no file we keep. Choose a PDF, a picture (JPEG, PNG, HEIC) or a recording (MP3, M4A, WAV)."),
            index=index,
        )
    return given.content, kind


def check(now: dt.datetime, whole: bool) -> Iterator[Told]:  # noqa: FBT001  (a proof of `chains.prove`)
    """Compare the files with what their statements name, all of them or as many as SAMPLES drawn by lot; by PostgreSQL,
    without opening any. Those of erased people are gone with reason.
    """
    after, done = uuid.UUID(int=0), 0
    first = _drawn() if not whole else None
    if first is not None:
        after = first
    while True:
        rows = _page(after)
        faults = {
            Fault(str(file), MISSING if found is None else ALTERED)
            for _record, file, digest, found, erased in rows
            if found != digest and not (found is None and erased)
        }
        yield Told(len(rows), sorted(faults, key=lambda fault: fault.row))
        done += len(rows)
        if not rows or (not whole and done >= SAMPLES):
            break
        after = rows[-1][0]
    if whole:
        yield from _unnamed()


def _drawn() -> uuid.UUID | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM consent_consentrecord WHERE files IS NOT NULL ORDER BY random() LIMIT 1")
        found = cursor.fetchone()
    return uuid.UUID(int=found[0].int - 1) if found else None


def _page(after: uuid.UUID) -> list[tuple[uuid.UUID, uuid.UUID, str, str | None, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH page AS (
                SELECT id, customer_id, files FROM consent_consentrecord
                WHERE files IS NOT NULL AND id > %s ORDER BY id LIMIT %s
            )
            SELECT page.id, (named->>'id')::uuid, named->>'digest', encode(sha256(file.content), 'hex'),
                EXISTS (SELECT FROM customers_customer c WHERE c.id = page.customer_id AND c.status = 'erased')
            FROM page CROSS JOIN LATERAL jsonb_array_elements(page.files) AS named
            LEFT JOIN consent_evidencefile file
                ON file.customer_id = page.customer_id AND file.id = (named->>'id')::uuid
            ORDER BY page.id
            """,
            [after, PAGE],
        )
        return list(cursor.fetchall())


def _unnamed() -> Iterator[Told]:
    """Files that no statement names: nobody said what they prove, so somebody put them there past the program."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT file.id::text FROM consent_evidencefile file WHERE NOT EXISTS (
                SELECT FROM consent_consentrecord record WHERE record.customer_id = file.customer_id
                AND record.files @> jsonb_build_array(jsonb_build_object('id', file.id::text))
            ) ORDER BY 1 LIMIT 1000
            """
        )
        yield Told(faults=[Fault(row, UNNAMED) for (row,) in cursor.fetchall()])
