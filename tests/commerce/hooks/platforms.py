"""Platforms that bring leads, as they are seen from a shop: signed webhooks, and an interface that answers over HTTP.

The interface is a real server on loopback that says what a test told it to, and remembers what it was asked.
"""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from django.utils import timezone

from cdp.core import actors
from cdp.core.models import Source
from commerce.models import HookDelivery
from commerce.services import connecting
from commerce.services.hooks import deliveries

SECRET = "the app's secret of 32 letters..."
TOKEN = "EAAB-a-token-that-nobody-has"
USER = "U" + "4af4980629" * 3 + "ab"
NOBODY = "U" + "f" * 32


@dataclass
class Interface:
    """Answers by path: (status, body) or (status, body, headers). `asked` are path, query and headers of each call."""

    address: str = ""
    answers: dict[str, tuple] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, list[str]], dict[str, str]]] = field(default_factory=list)

    def paths(self) -> list[str]:
        return [path for path, _query, _headers in self.asked]


@contextmanager
def interface() -> Iterator[Interface]:
    told = Interface()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            told.asked.append((parts.path, parse_qs(parts.query), dict(self.headers)))
            status, body, *rest = told.answers.get(parts.path, (404, {"error": {"code": 100}}))
            raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
            self.send_response(status)
            for name, value in (rest[0] if rest else {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    told.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Platform:
    """A platform with an app of the shop's."""

    vendor = ""

    def __init__(self, client, api: Interface, *, token: str = TOKEN, box: str = "") -> None:
        self.client, self.api = client, api
        self.source: Source = connecting.connect(
            name=f"shop {self.vendor}",
            secret=SECRET,
            vendor=self.vendor,
            token=token,
            consent_box=box,
            actor=actors.SYSTEM,
            now=timezone.now(),
        )

    @property
    def address(self) -> str:
        return f"/hooks/{self.vendor}/{self.source.key}"

    def signed(self, raw: bytes, secret: str) -> dict[str, str]:
        raise AssertionError("a vendor says how")

    def send(self, body, *, secret: str = SECRET):
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return self.client.post(self.address, raw, content_type="application/json", headers=self.signed(raw, secret))

    def tell(self, body, *, now=None) -> None:
        """Send and work off."""
        response = self.send(body)
        assert response.status_code == 200, response.content
        deliveries.work_off(now=now or timezone.now())

    def states(self) -> list[tuple[str, str]]:
        return list(HookDelivery.objects.order_by("id").values_list("state", "reason"))


class Facebook(Platform):
    vendor = "facebook"

    def signed(self, raw, secret):
        return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()}

    def notify(self, *numbers: str, **value) -> dict:
        changes = [
            {
                "field": "leadgen",
                "value": {
                    "leadgen_id": number,
                    "form_id": "77001",
                    "ad_id": "88001",
                    "page_id": "99001",
                    "created_time": 1_790_000_000,
                    **value,
                },
            }
            for number in numbers
        ]
        return {"object": "page", "entry": [{"id": "99001", "time": 1_790_000_000, "changes": changes}]}

    def has(self, number: str, *, boxes: tuple[str, ...] = (), **fields: str) -> None:
        """The lead as the Graph API tells it."""
        self.api.answers[f"/{number}"] = (
            200,
            {
                "id": number,
                "created_time": "2026-10-03T08:00:00+0000",
                "ad_id": "88001",
                "ad_name": "Autumn serum",
                "campaign_id": "66001",
                "campaign_name": "Autumn 2026",
                "form_id": "77001",
                "is_organic": False,
                "platform": "ig",
                "field_data": [{"name": name, "values": [value]} for name, value in fields.items()],
                "custom_disclaimer_responses": [{"checkbox_key": box, "is_checked": "1"} for box in boxes],
            },
        )
        self.api.answers["/77001"] = (
            200,
            {
                "id": "77001",
                "name": "Skin test",
                "questions": [
                    {"key": "what_is_your_skin_type?", "label": "What is your skin type?", "type": "CUSTOM"},
                    {"key": "email", "label": "E-mail", "type": "EMAIL"},
                ],
                "legal_content": {
                    "custom_disclaimer": {
                        "title": "News",
                        "body": {"text": "Once a month, and you can leave at any time."},
                        "checkboxes": [
                            {"key": "newsletter", "text": "Yes, send me news by e-mail."},
                            {"key": "terms", "text": "I have read the terms."},
                            {"key": "pushy", "text": "Yes to everything.", "is_checked_by_default": True},
                            {"key": "wordless", "text": ""},
                        ],
                    }
                },
            },
        )


class LinkedIn(Platform):
    vendor = "linkedin"

    def signed(self, raw, secret):
        told = hmac.new(secret.encode(), b"hmacsha256=" + raw, hashlib.sha256).hexdigest()
        return {"X-LI-Signature": f"hmacsha256={told}"}

    def notify(self, number: str, *, action: str = "CREATED") -> dict:
        return {
            "type": "LEAD_ACTION",
            "leadGenFormResponse": f"urn:li:leadGenFormResponse:{number}",
            "leadGenForm": "urn:li:leadGenForm:3162",
            "owner": {"sponsoredAccount": "urn:li:sponsoredAccount:518"},
            "associatedEntity": {"creative": "urn:li:sponsoredCreative:4455"},
            "leadType": "SPONSORED",
            "leadAction": action,
            "occurredAt": 1_790_000_000_000,
        }

    def has(self, number: str, *, consents: tuple[str, ...] = (), **fields: str) -> None:
        """The answers and their form as the Lead Sync API tells them."""
        names = {"email": "EMAIL", "first_name": "FIRST_NAME", "last_name": "LAST_NAME", "company": "COMPANY_NAME"}
        numbers = {name: place + 1 for place, name in enumerate(fields)}
        self.api.answers[f"/leadFormResponses/{number}"] = (
            200,
            {
                "id": number,
                "submittedAt": 1_790_000_000_000,
                "versionedLeadGenFormUrn": "urn:li:versionedLeadGenForm:(urn:li:leadGenForm:3162,1)",
                "leadMetadataInfo": {
                    "sponsoredLeadMetadataInfo": {
                        "campaign": {"name": "Hotels 2026", "id": "urn:li:sponsoredCampaign:7788"}
                    }
                },
                "formResponse": {
                    "answers": [
                        {"questionId": numbers[name], "answerDetails": {"textQuestionAnswer": {"answer": value}}}
                        for name, value in fields.items()
                    ],
                    "consentResponses": [{"consentId": int(one), "accepted": True} for one in consents],
                },
            },
        )
        self.api.answers["/leadForms/3162"] = (
            200,
            {
                "id": 3162,
                "name": "Catalogue for hotels",
                "content": {
                    "legalInfo": {
                        "legalDisclaimer": {"localized": {"en_US": "We write to you about hotels."}},
                        "consents": [{"consentId": 7, "consent": {"localized": {"en_US": "Yes, by e-mail."}}}],
                    },
                    "questions": [
                        {
                            "questionId": numbers[name],
                            "name": name.replace("_", " "),
                            "question": {"localized": {"en_US": name.replace("_", " ")}},
                            **({"predefinedField": names[name]} if name in names else {}),
                        }
                        for name in fields
                    ],
                },
            },
        )


class Line(Platform):
    vendor = "line"

    def signed(self, raw, secret):
        return {"X-Line-Signature": base64.b64encode(hmac.new(secret.encode(), raw, hashlib.sha256).digest()).decode()}

    def event(self, kind: str, *, user: str = USER, at: int = 1_790_000_000_000, number: str = "", **more) -> dict:
        return {
            "type": kind,
            "mode": "active",
            "timestamp": at,
            "source": {"type": "user", "userId": user},
            "webhookEventId": number or f"01{kind}{at}",
            "deliveryContext": {"isRedelivery": False},
            **more,
        }

    def body(self, *events: dict) -> dict:
        return {"destination": "Uofficial", "events": list(events)}

    def has(self, user: str = USER, name: str = "มะลิ", language: str = "th") -> None:
        self.api.answers[f"/v2/bot/profile/{user}"] = (
            200,
            {"userId": user, "displayName": name, "language": language, "pictureUrl": "https://profile.example/1"},
        )
