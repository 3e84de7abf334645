"""A website with /cdp.js on its pages and the tracking door it speaks to: two servers of different origins on loopback.

The door works on the test's own database, so a test that uses it is transactional. Chromium looks like a person's
browser here: neither headless nor driven, and with a clock that only the test moves.
"""

import contextlib
import datetime as dt
import http.server
import io
import json
import socketserver
import threading
import wsgiref.simple_server
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from django.utils import timezone
from playwright.sync_api import BrowserContext, BrowserType, Page

from cdp.core import api_keys
from cdp.core.models import Source
from events.door import application
from events.door.application import Door
from events.models import Event
from events.services import committing, refusals

AGENT = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36"
)
PATIENCE = 15
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>{head}
<script async src="{crm}/cdp.js" data-key="{key}" {attributes}></script>
<body style="height:4000px"><h1>{title}</h1>{body}</body></html>"""


class _Threads(socketserver.ThreadingMixIn, wsgiref.simple_server.WSGIServer):
    daemon_threads = True


class _Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *_args: Any) -> None:
        pass


class _Clock:
    """The door's clock (it stands for its module datetime) is the page's: what was sent has just been received."""

    UTC = dt.UTC

    def __init__(self) -> None:
        self.told = threading.local()
        self.datetime = self

    def now(self, _zone: dt.tzinfo) -> dt.datetime:
        return getattr(self.told, "at", None) or timezone.now()


_clock = _Clock()


class Website:
    """Pages by path; what the door answered, and a way to wait until it heard enough."""

    def __init__(self, source: Source) -> None:
        self.source, self.key = source, api_keys.create_write_key(source)
        self.pages: dict[str, str] = {}
        self.attributes = ""
        self.policy = ""
        self.statuses: list[int] = []
        self.fails_with: list[tuple[str, str]] = []  # what the next posts are answered instead: (status, Retry-After)
        self.sent: list[str] = []  # the ids of all that was posted, as often as it was posted
        self.answers = threading.Event()  # cleared: what is posted is stored, and its answer waits
        self.answers.set()
        self._heard = threading.Condition()
        self._messages: set[str] = set()
        door = Door(lambda environ, start: [])

        def crm(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
            messages: set[str] = set()

            def noting(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
                if environ["REQUEST_METHOD"] == "POST":
                    with self._heard:
                        self.statuses.append(int(status.split(maxsplit=1)[0]))
                        if self.statuses[-1] == HTTPStatus.OK:
                            self._messages |= messages
                        self._heard.notify_all()
                return start(status, headers, *more)

            if environ["REQUEST_METHOD"] != "POST":
                return door(environ, noting)
            body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
            environ["wsgi.input"] = io.BytesIO(body)
            told = json.loads(body)
            _clock.told.at = dt.datetime.fromisoformat(told["sentAt"])
            messages |= {event["messageId"] for event in told["batch"]}
            self.sent += [event["messageId"] for event in told["batch"]]
            if self.fails_with:
                status, after = self.fails_with.pop(0)
                cors = [("Access-Control-Allow-Origin", "*"), ("Access-Control-Expose-Headers", "Retry-After")]
                noting(status, [("Retry-After", after), *cors])
                return [b"{}"]
            answer = list(door(environ, noting))
            self.answers.wait(PATIENCE)
            return answer

        self._crm = wsgiref.simple_server.make_server("127.0.0.1", 0, crm, _Threads, _Quiet)
        self.crm = f"http://127.0.0.1:{self._crm.server_port}"
        site = self

        class Pages(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                found = site.pages.get(self.path.partition("?")[0])
                self.send_response(200 if found is not None else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                if site.policy:
                    self.send_header("Content-Security-Policy", site.policy.format(crm=site.crm))
                self.end_headers()
                self.wfile.write((found or "").encode())

            def log_message(self, *_args: Any) -> None:
                pass

        self._pages = http.server.ThreadingHTTPServer(("localhost", 0), Pages)
        self.url = f"http://localhost:{self._pages.server_port}"
        for server in (self._crm, self._pages):
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def add(self, path: str, title: str, body: str = "", head: str = "") -> None:
        """A page with the script's tag."""
        self.pages[path] = PAGE.format(
            title=title, body=body, head=head, crm=self.crm, key=self.key, attributes=self.attributes
        )

    def wait_for(self, posts: int) -> None:
        """Until that many posts were answered."""
        with self._heard:
            assert self._heard.wait_for(lambda: len(self.statuses) >= posts, PATIENCE), self.statuses

    def wait_for_events(self, count: int) -> None:
        """Until the inbox holds that many events; what a page that is hidden or left sends again is no other event."""
        with self._heard:
            assert self._heard.wait_for(lambda: len(self._fresh()) >= count, PATIENCE), self._fresh()

    def _fresh(self) -> set[str]:
        return self._messages - set(Event.objects.values_list("message_id", flat=True))

    def close(self) -> None:
        """Close both doors."""
        self.answers.set()
        for server in (self._crm, self._pages):
            server.shutdown()
            server.server_close()


@contextlib.contextmanager
def website(source: Source) -> Iterator[Website]:
    """Both servers, and the committing thread that ends with them."""
    committing.close()
    site = Website(source)
    real, application.dt = application.dt, _clock  # type: ignore[assignment]
    try:
        yield site
    finally:
        site.close()
        application.dt = real
        refusals.close()
        committing.close()


@contextlib.contextmanager
def visitor(
    browser_type: BrowserType, launch: dict[str, Any], at: dt.datetime, **options: Any
) -> Iterator[tuple[BrowserContext, Page]]:
    """A person's browser whose clock stands at `at` until the test moves it."""
    # What a page sends while it is left has the agent of the browser, not that of the context.
    browser = browser_type.launch(**launch | {"args": [*launch["args"], f"--user-agent={AGENT}"]})
    context = browser.new_context(user_agent=AGENT, **options)
    context.add_init_script("Object.defineProperty(Navigator.prototype, 'webdriver', {get: () => false})")
    context.clock.install(time=at - dt.timedelta(hours=1))
    try:
        page = context.new_page()
        context.clock.pause_at(at)
        yield context, page
    finally:
        browser.close()
