"""How far a store has told each thing. Asking moves the mark and locks it until the end of the transaction."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from cdp.core.crypto import index
from commerce.models import StoreMark

_FIELD = "commerce.store_mark"


def digest(source: str, kind: str, name: str) -> bytes:
    """The keyed digest of one thing of a source: a name may be an e-mail address."""
    return index.digest(_FIELD, f"{source}\n{kind}\n{name}")


def advance(source: str, kind: str, name: str, *, at: datetime, number: str = "") -> bool:
    """Move the mark of a thing to `at`. False when a later telling was written already; then nothing moves."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO commerce_storemark AS known (digest, told_at, number) VALUES (%s, %s, %s)
            ON CONFLICT (digest) DO UPDATE
            SET told_at = EXCLUDED.told_at,
                number = CASE WHEN EXCLUDED.number = '' THEN known.number ELSE EXCLUDED.number END
            WHERE EXCLUDED.told_at >= known.told_at
            """,
            [digest(source, kind, name), at, number],
        )
        return cursor.rowcount == 1


def number_of(source: str, kind: str, name: str) -> str | None:
    """The name people use for a thing; None where it was never told of."""
    return StoreMark.objects.filter(digest=digest(source, kind, name)).values_list("number", flat=True).first()


def numbers(source: str, kind: str, names: Iterable[str]) -> dict[str, str]:
    """The names people use for many things, by the names they are told under; those never told of are left out."""
    wanted = {digest(source, kind, name): name for name in names}
    found = StoreMark.objects.filter(digest__in=wanted).values_list("digest", "number")
    return {wanted[bytes(key)]: number for key, number in found if number}


def told_at(source: str, kind: str, name: str) -> datetime | None:
    """Until when a thing was told; None where it never was."""
    return StoreMark.objects.filter(digest=digest(source, kind, name)).values_list("told_at", flat=True).first()
