"""Requests of people in tests: codes as they arrive, copies as they are opened."""

import datetime as dt
import io
import json
import re
import zipfile
from typing import Any

from django.test import Client
from django.utils import timezone

from cdp.core import jobs, outbox
from cdp.core.crypto import subjects
from cdp.core.models import Notice
from cdp.core.outbox import writing
from consent.models import PrivacyRequest
from consent.services import links
from consent.services.requests import codes


def notices(kind: str) -> list[dict[str, Any]]:
    """What notices of that kind say, the oldest first."""
    rows = list(Notice.objects.filter(kind=kind).order_by("id"))
    keyring = subjects.load({row.customer_id for row in rows} - {outbox.NOBODY})
    return [json.loads(writing.opened(row, "data", keyring)) for row in rows]


def code_sent(*, at: dt.datetime | None = None) -> str:
    """The newest one-time code, after the worker has been."""
    codes.send_waiting(now=at or timezone.now())
    return str(notices("my-data-code")[-1]["code"])


def ask(client: Client, right: str, contact: str, **fields: str) -> PrivacyRequest:
    """What a person does at /my-data/ until the page of their request."""
    sent = client.post("/my-data/", {"right": right, "contact": contact, **fields})
    assert sent.status_code == 302, sent.content.decode()
    entered = client.post(sent.headers["Location"], {"code": code_sent()})
    assert entered.status_code == 302, entered.content.decode()
    token = re.fullmatch(r"/my-data/r/([^/]+)/", entered.headers["Location"])
    assert token is not None
    return PrivacyRequest.objects.get(id=links.read_progress(token[1]))


def page(request: PrivacyRequest) -> str:
    """The path of the person's own page."""
    return f"/my-data/r/{links.progress_token(request.id)}/"


def copy(client: Client, request: PrivacyRequest) -> zipfile.ZipFile:
    """The copy as the person fetches it: made by the worker, opened with a second code."""
    jobs.run_waiting()
    shown = client.post(page(request), {"act": "code"})
    ticket = re.search(r'name="ticket" value="([^"]+)"', shown.content.decode())
    assert ticket is not None, shown.content.decode()
    fetched = client.post(page(request), {"act": "fetch", "ticket": ticket[1], "code": code_sent()})
    assert fetched.headers["Content-Type"] == "application/zip", fetched.content.decode()
    return zipfile.ZipFile(io.BytesIO(b"".join(fetched.streaming_content)))
