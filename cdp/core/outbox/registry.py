"""What rooms tell the outbox: kinds of notices, who is never written to, and what stands in the footer."""

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

Afresh = Callable[[uuid.UUID, Mapping[str, Any], str, dt.datetime], Mapping[str, Any] | None]
"""Takes a customer, what the notice says, its language and the moment, and gives what it says now; None for nothing."""


@dataclass(frozen=True)
class Kind:
    """One kind of notice. `code` names its templates: `templates/notices/<code>.txt`, whose first line is the subject,
    and `<code>.html`; for channels of short texts `<code>.short.txt` where there is one. `title` says to who got it
    what it was about, years later and without its data: no subject, which may bear a name or a code.

    `purpose` is what the decision is asked for; codes and receipts are `service`. `has_preferences` puts the links of
    the footer (unsubscribe, settings) into it; a mail to somebody who may not be the customer goes without.
    `is_last` is for the last word to somebody whom we have forgotten since: its address and its words go with the
    delivery, and where notices become files instead, the file names nobody. `afresh` looks at the moment of sending
    whether what it tells of still is so: what it gives is told, and where it gives None nothing is.
    """

    code: str
    title: str | Promise
    purpose: str = "service"
    has_preferences: bool = True
    is_last: bool = False
    afresh: Afresh | None = None


Holder = Callable[[Collection[uuid.UUID]], Collection[uuid.UUID]]
"""Takes customers and gives those who are never written to: people of the sample, where mail leaves this machine."""
Footer = Callable[[uuid.UUID, str, dt.datetime], Sequence[tuple[str, str]]]
"""Takes a customer, a language (which is in force) and the moment, and gives label and address of each link."""

_kinds: dict[str, Kind] = {}
_holders: list[Holder] = []
Stop = Callable[[uuid.UUID, str, str], tuple[str, str]]
"""Takes a customer, a purpose and a channel, and gives label and address of the link that stops such messages."""
_footers: list[Footer] = []
_stops: list[Stop] = []


def declare(kind: Kind) -> None:
    """Register a kind; the same code again replaces it."""
    _kinds[kind.code] = kind


def kind(code: str) -> Kind:
    """The kind of that code. Raises KeyError."""
    return _kinds[code]


def is_last(code: str) -> bool:
    """Whether that kind is the last word to somebody; a kind nobody declares any more is not."""
    return code in _kinds and _kinds[code].is_last


def kinds() -> tuple[Kind, ...]:
    """Every declared kind."""
    return tuple(_kinds.values())


def titles() -> dict[str, str | Promise]:
    """What each kind was about, by its code."""
    return {code: kind.title for code, kind in _kinds.items()}


def held_back_by(holder: Holder) -> None:
    """Register who is never written to, whatever the law would allow; there is one."""
    _holders[:] = [holder]


def held_back(customers: Collection[uuid.UUID]) -> Collection[uuid.UUID]:
    """Those of these customers who are never written to."""
    return _holders[0](customers) if _holders else ()


def footed_by(footer: Footer) -> None:
    """Register who gives the links of the footer; there is one."""
    _footers[:] = [footer]


def stopped_by(stop: Stop) -> None:
    """Register who gives the link that stops messages of a purpose; there is one."""
    _stops[:] = [stop]


def stop(customer: uuid.UUID, purpose: str, channel: str) -> tuple[str, str] | None:
    """Label and address of that link, for one press; None for what is no news, an offer or an invitation."""
    return _stops[0](customer, purpose, channel) if _stops and purpose != Kind.purpose else None


def footer(customer: uuid.UUID, language: str, at: dt.datetime) -> Sequence[tuple[str, str]]:
    """The links of a customer's footer."""
    return _footers[0](customer, language, at) if _footers else ()
