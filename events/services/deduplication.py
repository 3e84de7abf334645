"""An event is stored once: its messageId is remembered per source, for thirty days or, of files, for good.

Clients send again for hours. A file may be imported again after years, whole or as a part of a longer one. The keys of
its events go with them when an import is taken back or their month is dropped. They stay when a person is erased, on
purpose: what somebody did before they were forgotten must not come back with an old file, even when they do.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable

from django.db import connection

from cdp.core import copying, forgetting
from cdp.core.crypto import index
from events.models import MessageKey

WINDOW = dt.timedelta(days=30)
LASTING = dt.date(9999, 12, 31)
IMPORTED = "import-"
"""How the messageId of every event of a file begins."""
_FIELD = "event.message"
_DIGEST = 16


def digest(source: uuid.UUID, message_id: str) -> bytes:
    """The key of a message. Half of the 32 bytes are enough to tell 10^12 messages apart. `reindex` leaves them: ids of
    messages name nobody.
    """
    return digester(source)(message_id)


def digester(source: uuid.UUID) -> Callable[[str], bytes]:
    """`digest` for many messages of one source."""
    start, run = f"{source.hex}\n", index.lasting_hasher(_FIELD)
    return lambda message_id: run((start + message_id).encode())[:_DIGEST]


def claim(digests: Iterable[bytes], *, now: dt.datetime, is_lasting: bool = False) -> set[bytes]:
    """Those of the digests that were not seen within the window; they count as seen from now on. In a transaction.

    With `is_lasting` all of them are remembered for good.
    """
    distinct = set(digests)
    if not distinct:
        return distinct
    wanted, today = sorted(distinct), now.astimezone(dt.UTC).date()
    new = _claim(wanted, today, LASTING if is_lasting else today)
    if is_lasting and len(new) < len(wanted):
        known = MessageKey.objects.filter(digest__in=sorted(distinct - new), seen_on__lt=LASTING)
        known.update(seen_on=LASTING)  # an older version remembered them for a while only
    return new


def _claim(wanted: list[bytes], today: dt.date, seen_on: dt.date) -> set[bytes]:
    with connection.cursor() as cursor:
        # Nearly always all of them are new, so only the number comes back; else the new ones, as one value.
        cursor.execute(
            """
            WITH new AS (
                INSERT INTO events_messagekey (digest, seen_on)
                SELECT unnest(%s::bytea[]), %s
                ON CONFLICT (digest) DO UPDATE SET seen_on = EXCLUDED.seen_on
                WHERE events_messagekey.seen_on < %s
                RETURNING digest
            )
            SELECT CASE WHEN count(*) < %s THEN string_agg(digest, '') END, count(*) FROM new
            """,
            [copying.array(wanted), seen_on, today - WINDOW, len(wanted)],
        )
        new, count = cursor.fetchone()
    if count == len(wanted):
        return set(wanted)
    joined = bytes(new or b"")
    return {joined[start : start + _DIGEST] for start in range(0, len(joined), _DIGEST)}


def release(digests: Iterable[bytes]) -> None:
    """Messages that are not kept after all; sent again they count as new."""
    MessageKey.objects.filter(digest__in=list(digests)).delete()


def is_any_lasting() -> bool:
    """Whether events of files were ever stored."""
    return MessageKey.objects.filter(seen_on=LASTING).exists()


def forget_old(*, now: dt.datetime) -> int:
    """Delete keys older than the window. Returns how many."""
    old = MessageKey.objects.filter(seen_on__lt=now.astimezone(dt.UTC).date() - WINDOW)
    return forgetting.in_portions(old)
