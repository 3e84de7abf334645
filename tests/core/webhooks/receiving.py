"""A receiver of webhooks that speaks real HTTP and checks signatures by the published text, not by our code."""

import base64
import contextlib
import hashlib
import hmac
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Receiver:
    """What arrived. `answers` are the statuses to give, the last one for ever."""

    url: str = ""
    answers: list = field(default_factory=lambda: [204])
    headers: dict = field(default_factory=dict)
    got: list = field(default_factory=list)

    @property
    def types(self):
        return [json.loads(body)["type"] for _headers, body in self.got]


def verified(secret: str, headers, body: bytes, *, tolerance: int = 300):
    """The payload, as https://www.standardwebhooks.com tells receivers to verify it; else AssertionError."""
    message, stamp = headers["webhook-id"], headers["webhook-timestamp"]
    assert abs(time.time() - int(stamp)) < tolerance
    key = base64.b64decode(secret.split("_", 1)[1])
    digest = hmac.new(key, b".".join([message.encode(), stamp.encode(), body]), hashlib.sha256).digest()
    expected = base64.b64encode(digest).decode()
    given = [one.split(",", 1) for one in headers["webhook-signature"].split(" ")]
    assert any(version == "v1" and hmac.compare_digest(text, expected) for version, text in given)
    return json.loads(body)


@contextlib.contextmanager
def receiver(**kwargs):
    found = Receiver(**kwargs)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(found.answers.pop(0) if len(found.answers) > 1 else found.answers[0])
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_args):
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/told"
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
