"""The ways out for notices. Channels that have no provider yet are written as files beside the e-mails."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from django.conf import settings

from cdp.core import letters, mail
from cdp.core.carrying import Rejected, TryLater, Unreachable
from cdp.core.leaving import Own, Permit
from cdp.core.outbox import composing, registry

TO_STRANGERS = (Own.REQUEST_ANSWER,)
"""Why something leaves for somebody who is no customer: it answers what they have just asked for."""


class Carrier(Protocol):
    """An open way out."""

    def send(self, outgoing: composing.Outgoing, *, permit: Permit) -> None:
        """Hand over one notice under its permit. Raises Rejected, TryLater, Unreachable or leaving.NotPermitted."""


class _Email:
    def __init__(self, transport: mail.Transport) -> None:
        self._transport = transport

    def send(self, outgoing: composing.Outgoing, *, permit: Permit) -> None:
        permit.check(channel="email", customer=outgoing.customer, own=TO_STRANGERS)
        try:
            message = composing.message(outgoing)
            if _names_nobody(outgoing) and isinstance(self._transport, mail.FileTransport):
                message.replace_header("To", "undisclosed-recipients:;")
            self._transport.send(message, name=str(outgoing.id), permit=permit)
        except letters.BadAddress as error:
            raise Rejected("bad_address") from error
        except mail.Unreachable as error:
            raise Unreachable(str(error)) from error
        except mail.Unavailable as error:
            raise TryLater(str(error)) from error
        except mail.Refused as error:
            raise Rejected(str(error)) from error


class _Texts:
    """Short texts as files, until a provider is connected."""

    def send(self, outgoing: composing.Outgoing, *, permit: Permit) -> None:
        permit.check(channel=outgoing.channel, customer=outgoing.customer, own=TO_STRANGERS)
        address = "" if _names_nobody(outgoing) else f" {outgoing.address}"
        text = f"To: {outgoing.channel}{address}\n\n{composing.parts(outgoing).short}\n"
        try:
            mail.write_whole(folder() / file_names(outgoing.id)[1], text.encode())
        except OSError as error:
            raise Unreachable(type(error).__name__) from error


@contextlib.contextmanager
def _email() -> Iterator[Carrier]:
    try:
        transport = mail.transport().__enter__()
    except OSError as error:
        raise Unreachable(type(error).__name__) from error
    try:
        yield _Email(transport)
    finally:
        transport.__exit__(None, None, None)


@contextlib.contextmanager
def _texts() -> Iterator[Carrier]:
    try:
        folder().mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise Unreachable(type(error).__name__) from error
    yield _Texts()


CARRIERS: dict[str, Callable[[], AbstractContextManager[Carrier]]] = {
    "email": _email,
    "sms": _texts,
    "line": _texts,
    "kakao": _texts,
}


def reaches(channel: str) -> bool:
    """Whether a notice by that channel arrives anywhere: short texts have no provider yet, so only where e-mails, too,
    are written as files for somebody who tries the product out.
    """
    return channel in CARRIERS and (channel == "email" or mail.outbox() is not None)


def _names_nobody(outgoing: composing.Outgoing) -> bool:
    """Whether a file of it must not say to whom it went: they are forgotten, and files stay."""
    return registry.is_last(outgoing.kind)


def folder() -> Path:
    """Where notices lie as files."""
    return mail.outbox() or settings.CDP_VAR / "outbox"


def file_names(notice: object) -> tuple[str, str]:
    """The files that a notice may have become: an e-mail, or a short text."""
    return f"{notice}.eml", f"{notice}.txt"
