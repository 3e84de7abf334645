"""Is it alive, is it ready, what are the figures: for balancers, supervisors and Prometheus."""

import hmac
from collections.abc import Iterable

import redis
from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from cdp.core.keys import proofs


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """The process can do its work: the database answers and, under the supervisor, `Ready` was printed.

    Losing the queue does not make it unready: nothing is lost without it.
    """
    parts: dict[str, object] = {"database": _database(), "queue": _queue()}
    ready = bool(parts["database"])
    if ready and (missing := [fault.key_id for fault in proofs.known_faults()]):
        ready, parts["keys_missing"] = False, missing  # ids alone; what to do stands in the log of the start
    if settings.CDP_SUPERVISED:
        parts["started"] = started = (settings.CDP_VAR / "ready").exists()
        ready = ready and started
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _queue() -> bool:
    try:
        return bool(redis.Redis.from_url(f"{settings.REDIS_URL}/0", socket_timeout=1, socket_connect_timeout=1).ping())
    except redis.RedisError:
        return False


class Figures:
    """Gauges read from the database at the moment of scraping, so that every process answers the same."""

    QUERIES = (
        ("cdp_pipeline_marks", "Customers waiting for the pipeline", "SELECT count(*) FROM core_mark"),
        (
            "cdp_pipeline_lag_seconds",
            "Age of the oldest mark",
            "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(at)), 0) FROM core_mark",
        ),
        (
            "cdp_pipeline_set_aside",
            "Customers whose facts a step could not digest",
            "SELECT count(DISTINCT customer_id) FROM core_mark WHERE lane = 9",
        ),
        (
            "cdp_inbox_events",
            "Accepted events that wait to become facts",
            "SELECT coalesce(sum(accepted), 0) FROM events_inboxrow",
        ),
        (
            "cdp_inbox_lag_seconds",
            "Age of the oldest request in the inbox",
            "SELECT coalesce(extract(epoch FROM clock_timestamp() - min(received_at)), 0) FROM events_inboxrow",
        ),
        (
            "cdp_events_without_month",
            "Events in the default partition, up to 1000; anything but 0 wants somebody to look",
            "SELECT count(*) FROM (SELECT FROM events_event_default LIMIT 1000) AS held",
        ),
        (
            "cdp_quarantine_events",
            "Refused events that staff may mend",
            "SELECT count(*) FROM events_rejectedevent",
        ),
        (
            "cdp_tracking_stored_total",
            "Events stored",
            "SELECT coalesce(sum(stored), 0) FROM events_sourcehour",
        ),
        (
            "cdp_tracking_duplicates_total",
            "Events that had been sent before",
            "SELECT coalesce(sum(duplicates), 0) FROM events_sourcehour",
        ),
        (
            "cdp_tracking_refused_requests_total",
            "Requests turned away whole",
            "SELECT coalesce(sum(count), 0) FROM events_refusedrequests",
        ),
        (
            "cdp_jobs_open",
            "Jobs waiting or running",
            "SELECT count(*) FROM core_job WHERE state IN ('waiting', 'running')",
        ),
        (
            "cdp_messages_due",
            "Messages planned and due",
            "SELECT count(*) FROM campaigns_message WHERE state = 'planned' AND due_at <= clock_timestamp()",
        ),
        (
            "cdp_messages_sending",
            "Messages claimed by a sender",
            "SELECT count(*) FROM campaigns_message WHERE state = 'sending'",
        ),
    )

    def collect(self) -> Iterable[Metric]:
        """Run the queries."""
        with connection.cursor() as cursor:
            for name, text, sql in self.QUERIES:
                cursor.execute(sql)
                yield GaugeMetricFamily(name, text, value=float(cursor.fetchone()[0]))


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text; for loopback, or with `Authorization: Bearer CDP_METRICS_TOKEN`."""
    token = settings.CDP_METRICS_TOKEN
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    forwarded = "X-Forwarded-For" in request.headers
    local = request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"} and not forwarded
    if not (local or (token and hmac.compare_digest(given.encode(), token.encode()))):
        return HttpResponse("Forbidden\n", status=403, content_type="text/plain")
    registry = CollectorRegistry()
    registry.register(Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
