"""Hands e-mails over, one connection for a batch."""

import contextlib
from collections.abc import Iterator

from campaigns.channels import contract
from campaigns.channels.email import compose
from cdp.core import letters, mail
from cdp.core.carrying import Rejected, TryLater, Unreachable
from cdp.core.leaving import Permit


class EmailCarrier:
    """An open transport. The Message-ID is the message's own id, so whoever gets it twice can tell."""

    def __init__(self, transport: mail.Transport) -> None:
        self._transport = transport

    def send(self, outgoing: contract.Outgoing, *, permit: Permit) -> str:
        """Compose and hand over. Raises Rejected, TryLater, Unreachable or NotPermitted."""
        permit.check(channel="email", customer=outgoing.customer, purpose=outgoing.purpose)
        try:
            message = compose.message(outgoing)
        except letters.BadAddress as error:
            raise Rejected("bad_address") from error
        try:
            self._transport.send(message, name=str(outgoing.id), permit=permit)
        except mail.Unreachable as error:
            raise Unreachable(str(error)) from error
        except mail.Unavailable as error:
            raise TryLater(str(error)) from error
        except mail.Refused as error:
            raise Rejected(str(error)) from error
        return str(message["Message-ID"]).strip("<>")


@contextlib.contextmanager
def carrier() -> Iterator[EmailCarrier]:
    """A carrier for a batch. Raises Unreachable when the transport cannot even be opened."""
    try:
        transport = mail.transport().__enter__()
    except OSError as error:
        raise Unreachable(type(error).__name__) from error
    try:
        yield EmailCarrier(transport)
    finally:
        transport.__exit__(None, None, None)
