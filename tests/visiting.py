"""A person at the pages of a running shop, without a browser: for tests that upload while processes die."""

import http.client
import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from tests.running import Shop

BOUNDARY = "----cdp-tests-5f0e"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Visitor:
    """Somebody with a cookie jar."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.jar = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def log_in(self) -> None:
        """As the account of the first start."""
        told = self.shop.credentials
        page = self.post("/accounts/login/", {"login": told["staff_email"], "password": told["staff_password"]})
        assert "/accounts/login/" not in page.url, "not logged in"

    def get(self, path: str) -> "Page":
        """One page, redirects followed."""
        return self._open(urllib.request.Request(self.shop.url + path))

    def post(self, path: str, fields: dict[str, str]) -> "Page":
        """A form of the page at `path`."""
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": self.get(path).token})
        return self._open(urllib.request.Request(self.shop.url + path, data=body.encode()))

    def act(self, path: str, action: str, fields: dict[str, str] | None = None) -> "Page":
        """A form of the page at `path` that goes to another address."""
        body = urllib.parse.urlencode({**(fields or {}), "csrfmiddlewaretoken": self.get(path).token})
        return self._open(urllib.request.Request(self.shop.url + action, data=body.encode()))

    def upload(self, path: str, file: Path, fields: dict[str, str]) -> "Page":
        """A form with a file."""
        body = self._multipart(path, file, fields)
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
        return self._open(urllib.request.Request(self.shop.url + path, data=body, headers=headers))

    def half_upload(self, path: str, file: Path, fields: dict[str, str]) -> http.client.HTTPConnection:
        """The first half of such a request; the connection stays open."""
        body = self._multipart(path, file, fields)
        connection = http.client.HTTPConnection("127.0.0.1", self.shop.port, timeout=60)
        connection.putrequest("POST", path)
        connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        connection.putheader("Content-Length", str(len(body)))
        connection.putheader("Cookie", "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar))
        connection.endheaders(body[: len(body) // 2])
        return connection

    def _multipart(self, path: str, file: Path, fields: dict[str, str]) -> bytes:
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in {**fields, "csrfmiddlewaretoken": self.get(path).token}.items()
        ]
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
        parts += [head.encode(), b"Content-Type: text/csv\r\n\r\n", file.read_bytes()]
        return b"".join([*parts, f"\r\n--{BOUNDARY}--\r\n".encode()])

    def _open(self, request: urllib.request.Request) -> "Page":
        try:
            with self._opener.open(request, timeout=120) as answer:
                return Page(answer.status, urllib.parse.urlsplit(answer.url).path, answer.read().decode())
        except urllib.error.HTTPError as error:
            return Page(error.code, urllib.parse.urlsplit(error.url or "").path, error.read().decode())


class Page:
    """What came back."""

    def __init__(self, status: int, url: str, text: str) -> None:
        self.status, self.url, self.text = status, url, text

    @property
    def token(self) -> Any:
        """The token of its first form."""
        found = _TOKEN.search(self.text)
        assert found, f"no form at {self.url}"
        return found[1]
