"""Where we may connect to: the open internet over TLS, and networks of the shop's own that a setting names.

Whoever may enter an address could else make this server ask what stands behind the firewall (SSRF). A name is resolved
once, every address it has is judged, and the connection goes to the judged address, so that a name that means something
else a moment later changes nothing.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

SECONDS = 10
MOST_ANSWER = 16 * 1024
"""What is read of an answer: its status is all that counts."""
PORTS = frozenset({443, 80, 8443, 8080})

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class BadUrl(ValueError):
    """No address to subscribe; `code` says why: not_https, no_host, credentials, private, port."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotReached(Exception):
    """No answer came; `code` says why: no_such_host, private_address, no_answer, bad_tls."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Answer:
    """What the receiver said."""

    status: int
    retry_after: int | None = None


def check(url: str) -> SplitResult:
    """The parts of an address that may be subscribed; what its name resolves to is judged when it is called.

    Raises BadUrl.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadUrl("no_host") from error
    if not host or any(char.isspace() or not char.isprintable() for char in url):
        raise BadUrl("no_host")
    if parts.username or parts.password:
        raise BadUrl("credentials")
    if parts.scheme != "https" and not (parts.scheme == "http" and _own_networks()):
        raise BadUrl("not_https")
    literal = _literal(host)
    if literal is not None and not _may(literal):
        raise BadUrl("private")
    if port is not None and port not in PORTS and not _own_networks():
        raise BadUrl("port")
    return parts


def post(url: str, *, body: bytes, headers: Mapping[str, str], seconds: float = SECONDS) -> Answer:
    """POST to a judged address; redirects are not followed. Raises NotReached, BadUrl."""
    parts = check(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _resolved(host, port)
    if parts.scheme == "http" and not _is_own(address):
        raise BadUrl("not_https")
    connection = _Connection(host, port, address=str(address), is_tls=parts.scheme == "https", seconds=seconds)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", path, body=body, headers=dict(headers))
        response = connection.getresponse()
        response.read(MOST_ANSWER)
        told = (response.getheader("retry-after") or "").strip()
        return Answer(response.status, int(told) if told.isdigit() and len(told) < 7 else None)
    except ssl.SSLError as error:
        raise NotReached("bad_tls") from error
    except (OSError, http.client.HTTPException) as error:
        raise NotReached("no_answer") from error
    finally:
        connection.close()


class _Connection(http.client.HTTPConnection):
    """A connection to an address that was judged already, which still speaks to the host by its name."""

    def __init__(self, host: str, port: int, *, address: str, is_tls: bool, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self._address, self._is_tls = address, is_tls
        self.default_port = 443 if is_tls else 80

    def connect(self) -> None:
        self.sock = socket.create_connection((self._address, self.port), self.timeout)
        if self._is_tls:
            self.sock = ssl.create_default_context().wrap_socket(self.sock, server_hostname=self.host)


def _resolved(host: str, port: int) -> Address:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotReached("no_such_host") from error
    addresses: Sequence[Address] = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    # One bad address is enough: a name with a public and a private one is an attempt.
    if not addresses or not all(_may(address) for address in addresses):
        raise NotReached("private_address")
    return addresses[0]


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _plain(address: Address) -> Address:
    """An IPv4 address in the clothes of an IPv6 one is that IPv4 address."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        return inner or address
    return address


def _may(address: Address) -> bool:
    plain = _plain(address)
    return _is_own(address) or (plain.is_global and not plain.is_multicast and not plain.is_reserved)


def _is_own(address: Address) -> bool:
    plain = _plain(address)
    return any(plain.version == network.version and plain in network for network in _own_networks())


def _own_networks() -> Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    found: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network] = settings.CDP_WEBHOOK_PRIVATE
    return found
