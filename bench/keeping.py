"""Retention beside a hand-written loop of deletes, and the walk over a ledger beside one that only hashes its rows."""

# The statements are put together from this file's own words.

import datetime as dt
import hashlib
import hmac
import time
from collections.abc import Callable

from django.db import connection, transaction
from django.utils import timezone

from bench import population
from cdp.core import actors, jobs
from cdp.core.chains import rows, sealing, verifying
from cdp.core.chains.verifying import Depth
from cdp.core.models import Job
from cdp.core.retention import finding, registry
from consent.services.retention import deciding, running

KIND, LEDGER = "campaigns.messages", "consent_consentrecord"
PORTION = 2000
OLD = "now() - interval '4 years'"
# One message to everybody four years ago and one last year, of a campaign that does not run any more.
MESSAGES = f"""
INSERT INTO campaigns_message (id, campaign_id, version, step, occurrence, channel, purpose, state, reason, rule, due_at,
    planned_at, sent_at, attempts, provider_id, customer_id)
SELECT gen_random_uuid(), gen_random_uuid(), 1, 0, n::text, 'email', 'marketing', 'sent', '', '', at, at, at, 1, '', c.id
FROM customers_customer c, generate_series(1, 2) n,
     LATERAL (SELECT CASE n WHEN 1 THEN {OLD} ELSE now() - interval '1 year' END AS at) told
WHERE c.status = 'known'
"""
BY_HAND = f"""
DELETE FROM by_hand WHERE id IN (
    SELECT id FROM by_hand WHERE sent_at < {OLD} + interval '1 hour' ORDER BY id LIMIT {PORTION})
"""
# Ids of the minute in which they were said: one a minute, so that a million lie in the chains of 24 months.
RECORDS = """
INSERT INTO consent_consentrecord (id, purpose, channel, status, at, recorded_at, source, method, policy_version,
    language, actor_kind, customer_id, purpose_version, form, place)
SELECT (substr(hex, 1, 8) || '-' || substr(hex, 9) || '-7' || substr(md5(n::text), 1, 3) || '-8'
        || substr(md5(n::text), 4, 3) || '-' || substr(md5(n::text), 7, 12))::uuid,
       'marketing', 'email', 'given', at, at, 'shop', 'form', '', 'en', 'customer', id, '', '', ''
FROM (SELECT row_number() OVER () AS n, id FROM customers_customer WHERE status = 'known') c,
     LATERAL (SELECT date_trunc('minute', now()) - n * interval '1 minute' AS at) told,
     LATERAL (SELECT lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') AS hex) word
"""
Report = Callable[..., None]


def run(report: Report, *, customers: int) -> None:
    """Fill an empty, migrated database and measure.

    Calls `report(name, seconds=, reference=, target=)` for each figure: its ratio is seconds / reference.
    """
    population.fill(customers=customers, orders=0)
    forget(report)
    prove(report)


def forget(report: Report) -> None:
    """A dry run and a run over the messages of campaigns, without the pauses in which others come to their turn."""
    now = timezone.now()
    _execute(MESSAGES)
    _execute("CREATE TABLE by_hand (LIKE campaigns_message INCLUDING ALL)")
    _execute("INSERT INTO by_hand SELECT * FROM campaigns_message")
    _execute("VACUUM ANALYZE")
    kind = registry.kind(KIND)
    assert kind.term is not None, "messages have a term of their own"
    due = finding.due(kind, before=kind.term.before(now), held=())
    look = _timed(lambda: _execute("SELECT count(DISTINCT customer_id), min(sent_at) FROM by_hand"))
    report("retention, dry run", seconds=_timed(lambda: finding.survey(due)), reference=look, target=5)
    deciding.decide(kind=KIND, term=kind.term, action=kind.actions[0], actor=actors.SYSTEM, at=now)
    running.BREATH = 0.0
    begun = running.begin(as_of=now, is_dry=False, actor=actors.SYSTEM, at=now, only=[KIND])
    taken = _timed(jobs.run_waiting)
    assert Job.objects.get(id=str(begun.job_id)).state == Job.State.DONE
    report("retention, run", seconds=taken, reference=_timed(_delete_by_hand), target=4)


def prove(report: Report) -> None:
    """The first sealing, a whole walk, and a night that goes on from the checkpoint."""
    _execute(f"ALTER TABLE {LEDGER} DISABLE TRIGGER {LEDGER}_chained")  # as rows of before the chains
    _execute(RECORDS)
    _execute(f"ALTER TABLE {LEDGER} ENABLE TRIGGER {LEDGER}_chained")
    _execute(f"VACUUM ANALYZE {LEDGER}")
    now = timezone.now()
    hashed = _timed(_hash_by_hand)
    report("ledger, first sealing", seconds=_timed(lambda: sealing.seal(now=now)), reference=hashed, target=8)
    _execute("VACUUM ANALYZE")
    whole = _proved(Depth.WHOLE, now)
    report("ledger, everything proved", seconds=whole, reference=hashed, target=3)
    night = _proved(Depth.NIGHT, now + dt.timedelta(days=1))
    report("ledger, a night", seconds=night, reference=whole, target=0.4)


def _proved(depth: Depth, now: dt.datetime) -> float:
    """Seconds of the walk over the one ledger that has rows."""
    (found,) = [one for one in verifying.verify(now=now, whole=False, depth=depth) if one.subject == LEDGER]
    assert found.rows and not found.fault_count, "it was walked over and fits"  # noqa: PT018
    return found.seconds


def _hash_by_hand() -> None:
    """The least a proof could be: each row read and hashed once."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {rows.expression(LEDGER, 't')} FROM {LEDGER} t ORDER BY t.id")
        mac = b""
        while page := cursor.fetchmany(verifying.PAGE):
            for (row,) in page:
                mac = hmac.digest(b"key", mac + bytes(row), hashlib.sha256)


def _delete_by_hand() -> None:
    while True:
        with connection.cursor() as cursor:
            cursor.execute(BY_HAND)
            if not cursor.rowcount:
                return


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
