"""What operators write into the environment and can misspell: read here before anything is done with it.

A shop with a currency that does not exist counts money in nothing, one with a country that does not exist reads no
phone number, and a mail address nobody understands is only noticed when the first campaign stands still. So the start
is refused with a sentence that says what to write. Nothing here needs Django's settings: they are made of it.
"""

from ipaddress import IPv4Network, IPv6Network, ip_network
from urllib.parse import urlsplit

import phonenumbers
from django.core.exceptions import ImproperlyConfigured

from cdp.core.files import values

SPECIAL_DETAILS = frozenset({"ethnicity"})
MAIL_SERVERS = frozenset({"smtp", "smtps", "smtp+tls"})
_UNREADABLE = "cannot be read (in a password / is written %2F, # is %23, ? is %3F and @ is %40)"


def currency(text: str, *, name: str) -> str:
    """An ISO 4217 code in capitals. Raises ImproperlyConfigured."""
    code = text.strip().upper()
    if code not in values.currencies():
        message = f"{name}={text} is no currency; write the three letters of ISO 4217, such as THB, KRW or USD."
        raise ImproperlyConfigured(message)
    return code


def country(text: str, *, name: str) -> str:
    """An ISO 3166-1 code in capitals of a country whose phone numbers can be read. Raises ImproperlyConfigured."""
    code = text.strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        message = f"{name}={text} is no country; write the two letters of ISO 3166-1, such as TH, KR or GB."
        raise ImproperlyConfigured(message)
    return code


def special_details(text: str, *, name: str = "CDP_SPECIAL_DETAILS") -> frozenset[str]:
    """A comma list of details of the special categories. Raises ImproperlyConfigured."""
    told = frozenset(word.strip() for word in text.split(",") if word.strip())
    if unknown := told - SPECIAL_DETAILS:
        message = f"{name} names {', '.join(sorted(unknown))}; known are: {', '.join(sorted(SPECIAL_DETAILS))}."
        raise ImproperlyConfigured(message)
    return told


def networks(text: str, *, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """A comma list of networks, such as 10.0.0.0/8. Raises ImproperlyConfigured."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        message = f"{name} must be a comma list of networks such as 10.0.0.0/8,192.168.1.7/32."
        raise ImproperlyConfigured(message) from error


def mail_url(text: str, *, name: str) -> str:
    """Where mail goes: `file:`, or a mail server. Raises ImproperlyConfigured, which never repeats the password."""
    problem = ""
    try:
        parts = urlsplit(text)
        if parts.scheme not in {"file", *MAIL_SERVERS}:
            problem = "begins with nothing that is known"
        elif parts.scheme in MAIL_SERVERS and not parts.hostname:
            problem = "names no server"
        elif parts.scheme in MAIL_SERVERS and (
            parts.port == 0 or parts.path.strip("/") or parts.query or parts.fragment
        ):
            problem = _UNREADABLE
    except ValueError:  # the port is no number, or a bracket stands open; its own text may hold the password
        problem = _UNREADABLE
    if problem:
        message = (
            f"{name} {problem}. It must begin with file:, smtp://, smtp+tls:// or smtps://, such as"
            " smtp+tls://user:password@mail.example.com:587."
        )
        raise ImproperlyConfigured(message)
    return text


def interface(text: str, *, name: str) -> str:
    """The address of an interface of somebody else, without a slash at its end. Raises ImproperlyConfigured.

    Tokens travel there, so it is https; plain http only on this machine, for stand-ins.
    """
    parts = urlsplit(text.strip())
    is_here = parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not parts.hostname or not (parts.scheme == "https" or (parts.scheme == "http" and is_here)):
        raise ImproperlyConfigured(f"{name} must be a full address that begins with https://.")
    return text.strip().rstrip("/")
