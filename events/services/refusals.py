"""Counting requests that the door turned away: in memory, written about once a second, so that a flood of bad requests
costs the database one statement a second.
"""

import collections
import datetime as dt
import os
import threading

import structlog
from django.db import connection

from cdp.core import copying, ids

log = structlog.get_logger("tracking")
EVERY_SECONDS = 1.0
MOST_KINDS = 1000
"""More different (hour, source, code) than this are not remembered between two writes."""

_counts: collections.Counter[tuple[dt.datetime, str, str]] = collections.Counter()
_mutex = threading.Lock()
_writer: tuple[int, threading.Thread, threading.Event] | None = None


def note(code: str, *, source_key: str, at: dt.datetime) -> None:
    """Count one refused request; `source_key` is empty where no key named a source."""
    global _writer  # noqa: PLW0603  one writer per process
    key = (at.replace(minute=0, second=0, microsecond=0), source_key, code)
    with _mutex:
        if key in _counts or len(_counts) < MOST_KINDS:
            _counts[key] += 1
        if _writer is None or _writer[0] != os.getpid() or not _writer[1].is_alive():
            ending = threading.Event()
            thread = threading.Thread(target=_keep_writing, args=[ending], name="tracking-refusals", daemon=True)
            _writer = (os.getpid(), thread, ending)
            thread.start()


def _keep_writing(ending: threading.Event) -> None:
    """Write until a second passes without anything to write, or until it shall end: then once more."""
    global _writer  # noqa: PLW0603  one writer per process
    while True:
        is_last = ending.wait(EVERY_SECONDS)
        try:
            write()
        except Exception as problem:  # whatever it is, the counts are kept and the next second tries again
            log.warning("refusals are not counted just now", exc_info=problem)
        finally:
            connection.close()
        with _mutex:  # so that nobody counts on a writer that has just decided to end
            if is_last or not _counts:
                if _writer is not None and _writer[2] is ending:
                    _writer = None
                return


def write() -> int:
    """Add what was counted to the table; returns how many requests."""
    with _mutex:
        taken = dict(_counts)
        _counts.clear()
    if not taken:
        return 0
    hours, sources, codes = zip(*taken, strict=True)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO events_refusedrequests (id, hour, source_key, code, count)
                SELECT * FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::bigint[])
                ON CONFLICT (hour, source_key, code)
                DO UPDATE SET count = events_refusedrequests.count + EXCLUDED.count
                """,
                [
                    copying.array(ids.uuid7s(len(taken))),
                    list(hours),
                    list(sources),
                    list(codes),
                    list(taken.values()),
                ],
            )
    except Exception:
        with _mutex:
            _counts.update(taken)
        raise
    return sum(taken.values())


def close() -> None:
    """Have this process's writer write what it has and end, when there is one. Returns when it has ended."""
    with _mutex:
        writer = _writer
    if writer is not None and writer[0] == os.getpid():
        writer[2].set()
        writer[1].join()


def forget() -> None:
    """Drop what was counted and not written (tests)."""
    with _mutex:
        _counts.clear()
