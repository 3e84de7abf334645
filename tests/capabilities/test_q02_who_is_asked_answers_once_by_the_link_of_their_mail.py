"""Q2: a segment is asked by mail; the link in it is looked at by a scanner, answered once, and spent."""

import datetime as dt
import email
import email.policy
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from analytics.services import membership, segments
from cdp.core import actors, jobs, outbox
from surveys.models import Invitation, Response, Survey
from surveys.rules import ready
from surveys.rules.definition import written
from surveys.services import inviting
from tests import factories
from tests.surveys import asking
from tests.surveys.forms import Form

pytestmark = pytest.mark.django_db
LINK = re.compile(r"https?://[^/\s]+(/s/nps/[\w-]+)\b")


@pytest.fixture
def mails(settings: Any, tmp_path: Any) -> Any:
    """The words of every mail that left, in the order of their names."""
    settings.EMAIL_URL = f"file:{tmp_path}"

    def read() -> list[str]:
        found = [
            email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            for path in sorted(tmp_path.glob("*.eml"))
        ]
        return [message.get_body(("plain",)).get_content() for message in found]  # type: ignore[attr-defined]

    return read


def test_q02_the_link_of_a_mail_is_answered_once(client: Client, mails: Any) -> None:
    survey = asking.opened(written(ready.one("nps")), slug="nps")
    mali = factories.customer(email="mali@example.com", name="Mali", language="en")
    factories.consent(mali, at=timezone.now() - dt.timedelta(days=9))
    segment = segments.create(key="all", name="All", rules={"all": []}, actor=actors.SYSTEM, at=timezone.now())
    membership.refresh(segment, timezone.now())
    staff = Client()
    staff.force_login(factories.staff("owner"))
    terms = {"segment": "all", "channel": "email", "days": "30", "reminders": "1", "remind_days": "7", "go": "1"}
    assert staff.post("/surveys/nps/ask/", terms).status_code == 302
    jobs.run_waiting()
    now = timezone.now()
    outbox.send_due(now=now)
    (mail,) = mails()
    link = LINK.search(mail)
    assert link is not None
    # Whatever follows links before people do records nothing, also that of a score.
    assert client.get(f"{link[1]}?q=score&v=9").status_code == 200
    assert not Response.objects.exists()
    page = Form(client.get(f"{link[1]}?q=score&v=9"))
    page = Form(page.send(client))
    assert "Thank you" in page.send(client, q__why="The tea").content.decode()
    answered = Response.objects.get()
    assert (answered.customer_id, answered.state, answered.mode) == (mali.id, "complete", "mail")
    spent = Client().get(link[1])
    assert (spent.status_code, "already" in spent.content.decode()) == (410, True)
    # Who answered is not reminded; the next time everybody is asked, not so soon again.
    assert inviting.look_after(at=now + dt.timedelta(days=8)) == 0
    staff.post("/surveys/nps/ask/", terms)
    jobs.run_waiting()
    assert Invitation.objects.count() == 1
    # Over is over, on every way in.
    Survey.objects.filter(id=survey.id).update(closes_at=now)
    assert client.get("/s/nps/").status_code == 410
