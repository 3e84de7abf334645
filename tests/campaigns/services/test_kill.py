"""kill -9 of a real sender in the middle of real work: everybody gets the message, at most one of them twice."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from campaigns.models import Message, MessageEvent
from campaigns.services import sending, triggers
from tests.campaigns.conftest import NOW, MailServer

ROOT = Path(__file__).parents[3]
PEOPLE = 12


def database_url() -> str:
    """The test's own database, as another process names it."""
    parts = connection.settings_dict
    host, password = quote(str(parts["HOST"]), safe=""), quote(str(parts["PASSWORD"]), safe="")
    return f"postgres://{parts['USER']}:{password}@{host}:{parts['PORT']}/{parts['NAME']}"


def start_sender(server: MailServer) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "send_messages", "--now", NOW.isoformat()],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url(), "EMAIL_URL": server.url},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def wait_for_its_lock(number: int) -> None:
    """PostgreSQL lets go of a dead session's lock when it notices; taking the lock waits for exactly that."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s), pg_advisory_unlock(%s)", [number, number])


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("killed_at", "was_taken"), [(1, True), (5, True), (5, False), (PEOPLE, True)])
def test_a_killed_sender_costs_at_most_one_duplicate(
    make_campaign: Callable[..., Any],
    make_person: Callable[..., Any],
    mail_server: MailServer,
    *,
    killed_at: int,
    was_taken: bool,
) -> None:
    for _ in range(PEOPLE):
        make_person()
    make_campaign()
    triggers.run(now=NOW)
    everybody = {str(message) for message in Message.objects.values_list("id", flat=True)}
    sender: subprocess.Popen[bytes]

    def kill(n: int, _envelope: Any) -> str | None:
        if n != killed_at:
            return None
        sender.send_signal(signal.SIGKILL)
        sender.wait(10)
        return None if was_taken else "unseen"

    mail_server.answer = kill
    sender = start_sender(mail_server)
    assert sender.wait(60) == -signal.SIGKILL
    [left] = Message.objects.filter(state="sending").values_list("claimed_by", flat=True).distinct()
    assert left is not None
    wait_for_its_lock(left)
    attempted = Message.objects.get(state="sending", attempted_at__isnull=False)

    mail_server.answer = lambda _n, _envelope: None
    sending.send_due(now=NOW)
    received = Counter(mail_server.ids)
    assert set(received) == everybody
    twice = {message for message, times in received.items() if times > 1}
    assert twice == ({str(attempted.id)} if was_taken else set())
    assert Message.objects.filter(state="sent").count() == PEOPLE
    assert MessageEvent.objects.filter(kind="sent").count() == PEOPLE
    assert len({str(message["Message-ID"]) for message in mail_server.received}) == PEOPLE
    assert sending.send_due(now=NOW).handled == 0
