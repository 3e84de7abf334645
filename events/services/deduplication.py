"""An event is stored once: its messageId is remembered for thirty days, per source."""

import datetime as dt
import uuid
from collections.abc import Iterable

from django.db import connection

from cdp.core import copying, forgetting
from cdp.core.crypto import index
from events.models import MessageKey

WINDOW = dt.timedelta(days=30)
_FIELD = "event.message"
_DIGEST = 16


def digest(source: uuid.UUID, message_id: str) -> bytes:
    """The key of a message. Half of the 32 bytes are enough to tell 10^12 messages apart."""
    return index.digest(_FIELD, f"{source.hex}\n{message_id}")[:_DIGEST]


def claim(digests: Iterable[bytes], *, now: dt.datetime) -> set[bytes]:
    """Those of the digests that were not seen within the window; they count as seen from now on. In a transaction."""
    wanted = sorted(set(digests))
    if not wanted:
        return set()
    today = now.astimezone(dt.UTC).date()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO events_messagekey (digest, seen_on)
            SELECT unnest(%s::bytea[]), %s
            ON CONFLICT (digest) DO UPDATE SET seen_on = EXCLUDED.seen_on
            WHERE events_messagekey.seen_on < %s
            RETURNING digest
            """,
            [copying.array(wanted), today, today - WINDOW],
        )
        return {bytes(row[0]) for row in cursor.fetchall()}


def release(digests: Iterable[bytes]) -> None:
    """Messages that are not kept after all; sent again they count as new."""
    MessageKey.objects.filter(digest__in=list(digests)).delete()


def forget_old(*, now: dt.datetime) -> int:
    """Delete keys older than the window. Returns how many."""
    old = MessageKey.objects.filter(seen_on__lt=now.astimezone(dt.UTC).date() - WINDOW)
    return forgetting.in_portions(old)
