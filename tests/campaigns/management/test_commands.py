"""run_triggers and send_messages."""

import argparse
import datetime as dt
import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from campaigns import tasks
from campaigns.management.commands import run_triggers
from campaigns.models import Message
from cdp.core.models import Job
from tests.campaigns.conftest import NOW, MailServer

Make = Callable[..., Any]


def run(name: str, *arguments: str) -> str:
    written = io.StringIO()
    call_command(name, *arguments, stdout=written)
    return written.getvalue()


@pytest.mark.django_db
def test_planning_and_sending_from_the_command_line(
    make_campaign: Make, make_person: Make, mail_server: MailServer
) -> None:
    make_person()
    make_person(consent=None)
    campaign = make_campaign(trigger={"kind": "inactive", "days": 90, "clock": "manual"})
    plan = ("run_triggers", "--now", "2026-06-30T12:00:00", "--campaign", str(campaign.id))
    assert run(*plan) == "1 campaigns: 1 messages planned, 1 people not written to.\n"
    assert Message.objects.filter(planned_at=NOW).count() == 2
    assert run(*plan) == "1 campaigns: 0 messages planned, 0 people not written to.\n"
    assert run("send_messages", "--now", "2026-06-29") == "0 sent, 0 suppressed, 0 deferred, 0 retried, 0 failed.\n"
    assert run("send_messages", "--now", NOW.isoformat()).startswith("1 sent,")
    assert run("send_messages").startswith("0 sent,")
    assert len(mail_server.received) == 1


@pytest.mark.django_db
def test_failures_end_in_a_non_zero_exit(make_campaign: Make, make_person: Make, settings: Any) -> None:
    with pytest.raises(CommandError, match="no active campaign"):
        run("run_triggers", "--campaign", str(uuid.uuid4()))
    make_person()
    campaign = make_campaign()
    run("run_triggers", "--now", NOW.isoformat())
    settings.EMAIL_URL = "smtp://127.0.0.1:1"
    with pytest.raises(CommandError, match="cannot be reached"):
        run("send_messages")
    campaign.versions.update(audience={"segment": "gone"})
    with pytest.raises(CommandError, match="gone"):
        run("run_triggers")


@pytest.mark.django_db
def test_the_limit_is_kept(make_campaign: Make, make_person: Make, outbox: Any) -> None:
    for _ in range(3):
        make_person()
    make_campaign()
    run("run_triggers", "--now", NOW.isoformat())
    assert run("send_messages", "--limit", "2").startswith("2 sent,")
    assert len(outbox()) == 2


def test_times_without_a_zone_are_the_shops() -> None:
    assert run_triggers.moment("2026-06-30T12:00") == NOW
    assert run_triggers.moment("2026-06-30T05:00Z") == NOW
    assert run_triggers.moment("2026-06-30").tzinfo is not None
    with pytest.raises(argparse.ArgumentTypeError):
        run_triggers.moment("soon")


@pytest.mark.django_db
def test_beat_plans_live_campaigns_and_sends(make_campaign: Make, make_person: Make, outbox: Any) -> None:
    make_person()
    make_campaign(trigger={"kind": "inactive", "days": 90, "clock": "manual"})
    tasks.run_triggers()
    assert not Message.objects.exists()
    live = make_campaign()
    Job.objects.update(state=Job.State.DONE)  # the one that switching on starts
    tasks.run_triggers()
    [message] = Message.objects.all()
    assert message.campaign_id == live.id
    assert timezone.now() - message.planned_at < dt.timedelta(minutes=1)
    tasks.send_messages()
    tasks.send_messages()
    assert set(outbox()) == {str(message.id)}
