"""People, campaigns and mail servers for the tests of the room."""

import asyncio
import datetime as dt
import email.policy
import threading
from collections.abc import Callable, Iterator, Mapping
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from analytics.services import metrics
from campaigns.models import Campaign
from campaigns.services import drafts
from cdp.core import actors
from customers.models import Customer
from tests import factories

NOW = dt.datetime(2026, 6, 30, 5, 0, tzinfo=dt.UTC)  # noon in Bangkok

Raw = dict[str, Any]


@pytest.fixture
def now() -> dt.datetime:
    return NOW


@pytest.fixture
def make_definition() -> Callable[..., Raw]:
    """The JSON of a win-back campaign with changes."""

    def make(**changes: Any) -> Raw:
        subject = changes.pop("subject", {"en": "We miss you"})
        body = changes.pop("body", {"en": "Hello {{ customer.given_name | default: 'friend' }}"})
        return {
            "name": "Win back",
            "purpose": "marketing",
            "trigger": {"kind": "inactive", "days": 90, "activity": "order"},
            "audience": {"all": []},
            "steps": [{"kind": "message", "channel": "email", "template": {"subject": subject, "body": body}}],
            **changes,
        }

    return make


@pytest.fixture
def make_campaign(make_definition: Callable[..., Raw]) -> Callable[..., Campaign]:
    """An active campaign."""

    def make(**changes: Any) -> Campaign:
        row = drafts.create(raw=make_definition(**changes), actor=actors.SYSTEM, at=NOW)
        return drafts.activate(campaign=row.id, actor=actors.SYSTEM, at=NOW)[0]

    return make


@pytest.fixture
def make_person() -> Callable[..., Customer]:
    """Somebody with an e-mail address who allows marketing, and whose last order is `days` days old (None: never)."""
    numbers = iter(range(1, 10_000))

    def make(*, days: float | None = 100, consent: bool | None = True, **raw: str) -> Customer:
        raw.setdefault("email", f"person{next(numbers)}@example.com")
        raw.setdefault("name", "Mali Srisuk")
        columns = {name: raw.pop(name) for name in ("country", "language") if name in raw}
        person = factories.customer(now=NOW - dt.timedelta(days=400), **raw)
        if columns:
            Customer.objects.filter(id=person.id).update(**columns)
        if consent is not None:
            factories.consent(person, granted=consent, at=NOW - dt.timedelta(days=300))
        if days is not None:
            factories.order(person, placed_at=NOW - dt.timedelta(days=days))
        metrics.update([person.id], NOW)
        return person

    return make


class MailServer:
    """A real SMTP server in a thread. `answer(n, envelope)` may give another reply for the n-th message, or "die"."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.answer: Callable[[int, Envelope], str | None] = lambda _n, _envelope: None
        self.seen = 0
        self._ready = threading.Event()
        self._spoken_to: list[SMTP] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(60)

    def _serve(self) -> None:
        self.loop = asyncio.new_event_loop()
        self._server = self.loop.run_until_complete(self.loop.create_server(self._speak, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]
        self._ready.set()
        self.loop.run_forever()
        for smtp in self._spoken_to:
            if smtp.transport is not None:
                smtp.transport.abort()
        self.loop.run_until_complete(asyncio.sleep(0))  # or the ends of lines outlive the loop that closes them
        self.loop.close()

    def _speak(self) -> SMTP:
        self._spoken_to.append(SMTP(self, hostname="mail.test", enable_SMTPUTF8=False, loop=self.loop))
        return self._spoken_to[-1]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.seen += 1
        reply = self.answer(self.seen, envelope)
        if reply == "die":
            self._server.close()
            server.transport.abort()
            return "421 gone"
        if reply == "vanish":  # takes the message, and the line breaks before it can say so
            self._keep(envelope)
            server.transport.abort()
            return "421 gone"
        if reply == "unseen":  # the line breaks before the message was taken
            server.transport.abort()
            return "421 gone"
        if reply is None:
            self._keep(envelope)
        return reply or "250 OK"

    def _keep(self, envelope: Envelope) -> None:
        assert isinstance(envelope.content, bytes)
        self.raw.append(envelope.content)
        self.received.append(email.message_from_bytes(envelope.content, policy=email.policy.default))  # type: ignore[arg-type]

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def ids(self) -> list[str]:
        return [str(message["X-CDP-Message"]) for message in self.received]

    def stop(self) -> None:
        if self.loop.is_closed():
            return
        self.loop.call_soon_threadsafe(self._server.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(60)


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """EMAIL_URL points at it."""
    server = MailServer()
    settings.EMAIL_URL = server.url
    yield server
    server.stop()


@pytest.fixture
def outbox(settings: Any, tmp_path: Path) -> Callable[[], Mapping[str, EmailMessage]]:
    """EMAIL_URL points at a folder; calling it gives the messages by id."""
    settings.EMAIL_URL = f"file:{tmp_path}/outbox"

    def read() -> Mapping[str, EmailMessage]:
        return {
            path.stem: email.message_from_bytes(path.read_bytes(), policy=email.policy.default)  # type: ignore[misc]
            for path in (tmp_path / "outbox").glob("*.eml")
        }

    return read
