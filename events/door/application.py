"""The WSGI callable: addresses, and the course of a request from its bytes to the answer after the commit."""

import datetime as dt
import os
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

import structlog
from django.conf import settings
from django.db import Error, connection

from events.door import addresses, answers, browser, keys, reading, script
from events.door.answers import Headers, Refused, StartResponse
from events.rules import tracking
from events.selectors import senders
from events.services import committing, inbox, intake, refusals

log = structlog.get_logger("tracking")

_Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

BATCH = "batch"
KINDS = {
    **{f"/v1/{kind}": kind for kind in tracking.KINDS},
    **{f"/v1/{kind[0]}": kind for kind in tracking.KINDS},
    "/v1/batch": BATCH,
    "/v1/b": BATCH,
    "/v1/import": BATCH,
    "/beacon/v1/batch": BATCH,
}
"""Paths to what they take. RudderStack's ways for old events and for leaving pages are batches like any other."""
METRICS = "/v1/m"
_SETTINGS = ("/v1/projects/", "/settings")
_LONGEST_AGENT = 300
WAIT_SECONDS = 2
LONG_WAIT_SECONDS = 300


class Door:
    """Answers what is addressed to it and hands everything else to `inner` (Django), untouched."""

    def __init__(self, inner: _Application) -> None:
        """One for each process."""
        self._inner = inner
        self._keys = keys.Keys()

    def __call__(self, environ: dict[str, Any], start: StartResponse) -> Iterable[bytes]:
        """One request."""
        path: str = environ.get("PATH_INFO", "")
        if path in script.PATHS and environ["REQUEST_METHOD"] in {"GET", "HEAD"}:
            return _script(environ, start, path)
        if not path.startswith(("/v1/", "/beacon/")):
            return self._inner(environ, start)
        request_id = os.urandom(8).hex()
        now = dt.datetime.now(dt.UTC)
        origin = environ.get("HTTP_ORIGIN", "")
        allowed: Headers = []
        source_key = ""
        try:
            kind = KINDS.get(path)
            method = environ["REQUEST_METHOD"]
            if kind is not None and method == "POST":
                known, request = self._request(environ, is_batch=kind == BATCH)
                source_key = known.key
                allowed = self._allowed(origin, known)
                found = _take(environ, request, known, None if kind == BATCH else kind, now)
                return answers.send(start, 200, answers.receipt(found), request_id=request_id, headers=allowed)
            allowed, body = self._rest(path, method, kind, origin)
            return answers.send(start, 200, body, request_id=request_id, headers=allowed)
        except Refused as refused:
            problem = refused
        except (Error, committing.Unavailable):
            problem = answers.retry(503, "unavailable", "Cannot store events just now.", after=WAIT_SECONDS)
        except Exception:
            # A fault of ours. Clients keep what was not taken, and some of them die of an answer that is not JSON.
            log.exception("the door failed", request_id=request_id)
            problem = answers.retry(503, "internal", "This went wrong here. Keep the events.", after=LONG_WAIT_SECONDS)
        finally:
            if connection.connection is not None:  # an hour's new key was read in this thread
                connection.close()
        source_key = source_key or self._sender(environ, problem)
        refusals.note(problem.code, source_key=source_key, at=now)
        log.info("refused", status=problem.status, code=problem.code, source=source_key, request_id=request_id)
        headers = [*problem.headers, *(allowed or self._readable(origin))]
        body = answers.error(problem.code, problem.message)
        return answers.send(start, problem.status, body, request_id=request_id, headers=headers)

    def _request(self, environ: dict[str, Any], *, is_batch: bool) -> tuple[senders.Known, tracking.Request]:
        """Who sends what. Raises Refused."""
        try:
            limit = self._keys.largest_body()
        except Error:
            reading.throw_away(environ)
            raise
        try:
            body = reading.body(environ, limit=limit)
            request = tracking.split(body, is_batch=is_batch)
        except reading.TooLarge:
            raise _too_large(limit) from None
        except reading.UnknownEncoding:
            raise Refused(415, "unknown_encoding", "A body may be plain or gzip.") from None
        except reading.BrokenGzip:
            raise Refused(400, "invalid_gzip", "The body is not valid gzip.") from None
        except tracking.Malformed as problem:
            raise Refused(400, problem.code, problem.message) from None
        key = keys.chosen(environ, request.write_key)
        known = self._keys.find(key) if key else None
        if known is None:
            message = "This write key is not known." if key else "A write key is needed: Basic user name or writeKey."
            raise Refused(401, "invalid_write_key", message)
        if len(body) > known.limits.body_bytes:
            raise _too_large(known.limits.body_bytes)
        return known, request

    def _sender(self, environ: dict[str, Any], problem: Refused) -> str:
        """Whose request was refused before its body was read, by a key that stands beside the body; empty else."""
        if problem.status == HTTPStatus.UNAUTHORIZED:
            return ""
        try:
            key = keys.chosen(environ, None)
            known = self._keys.find(key) if key else None
        except Error:
            return ""
        return known.key if known else ""

    def _rest(self, path: str, method: str, kind: str | None, origin: str) -> tuple[Headers, bytes]:
        """Everything but events: preflight, settings and figures of the browser client. Raises Refused."""
        is_settings = path.startswith(_SETTINGS[0]) and path.endswith(_SETTINGS[1])
        if kind is None and path != METRICS and not is_settings:
            raise Refused(404, "not_found", "There is nothing at this address.")
        if method == "OPTIONS":
            if not self._may(origin, self._keys.origins()):
                raise _foreign()
            return answers.preflight(origin), b"{}"
        if is_settings and method in {"GET", "HEAD"}:
            key = path[len(_SETTINGS[0]) : -len(_SETTINGS[1])]
            known = self._keys.find(key)
            if known is None:
                raise Refused(404, "invalid_write_key", "This write key is not known.")
            return self._allowed(origin, known), browser.settings_of(key, base_url=settings.CDP_BASE_URL)
        if path == METRICS and method == "POST":
            # The browser client's figures about itself: of no use to a shop, but it must be able to leave them.
            return self._readable(origin), b'{"success":true}'
        allow = "GET, OPTIONS" if is_settings else "POST, OPTIONS"
        raise Refused(405, "method_not_allowed", f"Use {allow}.", headers=[("Allow", allow)])

    def _allowed(self, origin: str, known: senders.Known) -> Headers:
        """The headers for a page that sends; none for a server, which has no origin. Raises Refused."""
        if not origin:
            return []
        if not self._may(origin, known.origins):
            raise _foreign()
        return answers.cross_origin(origin)

    def _readable(self, origin: str) -> Headers:
        """Errors are readable by pages that some source allows."""
        try:
            return answers.cross_origin(origin) if origin and self._may(origin, self._keys.origins()) else []
        except Error:
            return []

    @staticmethod
    def _may(origin: str, origins: frozenset[str]) -> bool:
        if not origin:
            return False
        if origin in origins or "*" in origins or origin == settings.CDP_BASE_URL:
            return True
        # On a developer's machine every local page may send; an installation with an address of its own asks the list.
        return bool(settings.IS_LOOPBACK) and answers.is_loopback(origin)


def _script(environ: dict[str, Any], start: StartResponse, path: str) -> list[bytes]:
    known, encodings = environ.get("HTTP_IF_NONE_MATCH", ""), environ.get("HTTP_ACCEPT_ENCODING", "")
    status, headers, body = script.answer(known=known, encodings=encodings, path=path)
    length = [] if status == HTTPStatus.NOT_MODIFIED else [("Content-Length", str(len(body)))]
    start(f"{status} {HTTPStatus(status).phrase}", [*headers, *length])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def _take(
    environ: dict[str, Any], request: tracking.Request, known: senders.Known, kind: str | None, now: dt.datetime
) -> intake.Receipt:
    sender = inbox.Sender(
        agent=environ.get("HTTP_USER_AGENT", "")[:_LONGEST_AGENT],
        address=addresses.shortened(environ, proxies=settings.CDP_TRUSTED_PROXIES),
        privacy_signal=environ.get("HTTP_SEC_GPC") == "1",
    )
    try:
        return intake.take(
            request,
            source=known.id,
            kind=kind,
            limits=known.limits,
            sender=sender,
            received_at=now,
            consent=intake.Consent(must_ask=known.must_ask, refuses=known.refuses),
        )
    except intake.TooMany:
        message = f"A batch may have at most {known.limits.batch_events} events."
        raise Refused(413, "too_many_events", message) from None
    except committing.Busy:
        raise answers.retry(429, "busy", "Too much is waiting to be stored.", after=WAIT_SECONDS) from None


def _too_large(limit: int) -> Refused:
    return Refused(413, "too_large", f"A request may have at most {limit} bytes.")


def _foreign() -> Refused:
    return Refused(403, "origin_not_allowed", "Pages of this origin may not send to this source.")
