"""E-mail addresses: one spelling, one key, and which of them nobody can ever receive.

email-validator decides what is an address (about 25 µs). Plain ASCII addresses, which nearly all are, are decided by
one pattern with the same answer (about 1 µs); a property test holds both together. Addresses at the domains reserved
for examples are accepted, because sample shops and tests live there; `is_reserved` tells whoever sends.
"""

from __future__ import annotations

import re
import unicodedata

import email_validator
import idna

from cdp.core.files import values
from customers.rules import unreadable

_ATOM = r"[A-Za-z0-9_!#$%&'*+\-/=?^`{|}~]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_PLAIN = re.compile(rf"((?=[^@]{{1,64}}@){_ATOM}(?:\.{_ATOM})*)@((?:{_LABEL}\.)+(?:{_LABEL})(?<=[A-Za-z]))", re.ASCII)
_SPECIAL = frozenset(email_validator.SPECIAL_USE_DOMAIN_NAMES)
_LONGEST = 254
# RFC 2142: these mailboxes are one whatever their case.

_ROLES = frozenset(
    "info marketing sales support abuse noc security postmaster hostmaster usenet news webmaster www uucp ftp".split()
)
_GMAIL = frozenset({"gmail.com", "googlemail.com"})
# RFC 2606 and 6761, and the example domains under country codes that our own sample people use.
_RESERVED = re.compile(
    r"(?:.*\.)?(?:test|invalid|localhost|local|onion|arpa|example|example\.[a-z]{2,4}|example\.[a-z]{2,3}\.[a-z]{2})"
)
_AROUND = " \t\u00a0\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"


def normalise(raw: str) -> str:
    """The address as it is shown and written to: domain in lower case and in its own script, local part as given.

    `Name <address>` gives the address. Unreadable: missing, not_an_email, email_local_part, email_domain.
    """
    text = raw.strip(_AROUND)
    if text[:7].lower() == "mailto:":
        text = text[7:]
    # Google puts all addresses of one kind into one cell.
    text = text.partition(" ::: ")[0].rstrip(_AROUND)
    # A spreadsheet's apostrophe, one for each time it was saved; no mailbox starts with one.
    text = text.lstrip("'")
    if found := _fast(text):
        return found
    if values.is_missing(text):
        raise unreadable.Unreadable("missing")
    # The library takes its time over nonsense by the kilobyte.
    if len(text) > 4 * _LONGEST:
        raise unreadable.Unreadable("not_an_email")
    found = _slow(text)
    return normalise(found) if found.startswith("'") else found  # `Name <'address>`


def key(email: str) -> str:
    """What makes two normalised addresses the same person's: case does not, nor a +tag at Gmail (dots there do)."""
    local, _, domain = email.rpartition("@")
    if domain in _GMAIL:
        local, domain = local.partition("+")[0] or local, "gmail.com"
    # Not casefold: groß@ and gross@ are two mailboxes, and straße.de is not strasse.de.
    folded = f"{local}@{domain}".lower()
    return folded if folded.isascii() else unicodedata.normalize("NFC", folded)


def is_reserved(email: str) -> bool:
    """Whether a normalised address lies in a domain that is reserved for examples and tests: never send there."""
    return _RESERVED.fullmatch(email.rpartition("@")[2]) is not None


def wire(email: str) -> str:
    """The normalised address as mail servers without SMTPUTF8 want its domain: in ASCII (xn--)."""
    local, _, domain = email.rpartition("@")
    if domain.isascii():
        return email
    return f"{local}@{idna.encode(domain, uts46=True).decode('ascii')}"


def _fast(text: str) -> str | None:
    match = _PLAIN.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    local, domain = match[1], match[2].lower()
    # Punycode and reserved top-level domains are the library's business.
    if "--" in domain or domain.rpartition(".")[2] in _SPECIAL:
        return None
    if local.lower() in _ROLES:
        local = local.lower()
    return f"{local}@{domain}"


def _slow(text: str) -> str:
    try:
        return email_validator.validate_email(
            text,
            check_deliverability=False,
            allow_display_name=True,
            allow_quoted_local=True,
            strict=True,
        ).normalized
    except email_validator.EmailNotValidError as error:
        message = str(error)
        code = "not_an_email"
        if "after the @-sign" in message.lower():
            code = "email_domain"
        elif "before the @-sign" in message.lower():
            code = "email_local_part"
        raise unreadable.Unreadable(code) from error
