"""What calls about questionnaires look like, for the OpenAPI document."""

from collections.abc import Mapping

from cdp.core.api.schema import Example, page

SURVEY = {
    "slug": "nps",
    "title": {"en": "Would you recommend us?", "th": "คุณจะแนะนำเราให้คนอื่นหรือไม่", "ko": "저희를 추천하시겠어요?"},
    "status": "open",
    "version": 1,
    "languages": ["en", "th", "ko"],
    "anonymous": False,
    "opens_at": None,
    "closes_at": None,
    "url": "https://shop.example/s/nps/",
}
SCORE = {"kind": "nps", "key": "score", "text": {"en": "Would you recommend us?"}, "required": True}
DEFINITION = {
    "schema": 1,
    "title": {"en": "Would you recommend us?"},
    "languages": ["en"],
    "pages": [{"key": "score", "questions": [SCORE]}],
}
BODY = {
    "answers": {"score": 9, "why": "Everything arrived the next day"},
    "customer": {"email": "mali@example.com"},
    "language": "en",
    "external_id": "app-7731",
    "disclosure": "1",
    "context": {"store": "BKK1"},
}
SAID = {
    "version": "1",
    "language": "en",
    "title": "What becomes of your answers",
    "used_for": "To understand what our customers think and to do better.",
    "seen_by": "Only our own staff.",
    "kept_for": "As long as we need them for that.",
}
RESPONSE = {
    "id": "019a4f7a-1c02-7d3e-9f40-2b3c4d5e6f70",
    "survey": "nps",
    "version": 1,
    "state": "complete",
    "customer": "019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70",
    "external_id": "app-7731",
    "scores": {},
    "at": "2026-11-20T16:30:00+07:00",
    "refused": [],
    "claim": None,
}
EXAMPLES: Mapping[str, Example] = {
    "list": Example(response=page(SURVEY)),
    "retrieve": Example(response=SURVEY | {"disclosure": [SAID], "definition": DEFINITION}),
    "responses": Example(request=BODY, response=RESPONSE),
}

TICKET = {
    "id": "019a4f7a-1c02-7d3e-9f40-2b3c4d5e6f71",
    "customer": "019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70",
    "source": "helpdesk",
    "external_id": "HD-2041",
    "channel": "email",
    "topic": "delivery",
    "priority": "normal",
    "status": "open",
    "subject": "Where is my parcel?",
    "opened_at": "2026-11-20T17:30:00+07:00",
    "first_reply_at": None,
    "first_reply_seconds": None,
    "resolved_at": None,
    "resolution_seconds": None,
    "due_at": "2026-11-23T12:30:00+07:00",
    "escalated_at": None,
    "satisfaction": None,
}
ASKED: dict[str, object] = {
    "id": "019a4f7a-1c02-7d3e-9f40-2b3c4d5e6f72",
    "direction": "in",
    "act": "",
    "words": "Where is my parcel?",
    "files": [],
    "at": "2026-11-20T17:30:00+07:00",
}
REPLY = {"direction": "out", "words": "It arrives tomorrow.", "waits": True, "external_id": "HD-2041-2"}
NEW = {
    "customer": {"email": "mali@example.com"},
    "channel": "email",
    "words": "Where is my parcel?",
    "topic": "delivery",
    "external_id": "HD-2041",
    "at": "2026-11-20T17:30:00+07:00",
}
WHOLE = TICKET | {"messages": [ASKED]}
TICKETS: Mapping[str, Example] = {
    "list": Example(response=page(TICKET)),
    "retrieve": Example(response=WHOLE),
    "create": Example(request=NEW, response=WHOLE),
    "messages": Example(request=REPLY, response=WHOLE),
    "resolve": Example(request={}, response=WHOLE),
    "rate": Example(request={"stars": 5, "words": "Quick"}, response=WHOLE),
}
ACT_BODY = {
    "platform": "instagram",
    "kind": "comment",
    "handle": "@mali.tea",
    "followers": 12300,
    "text": "Where can I buy this in Chiang Mai?",
    "at": "2026-11-20T16:30:00+07:00",
    "post": "C9x1yz",
    "url": "https://www.instagram.com/p/C9x1yz",
    "campaign": "Rain tea",
    "external_id": "17912345",
}
ACT = {
    "id": "019a4f8b-2d13-7e4f-8a51-3c4d5e6f7081",
    "customer": "019a4f3e-7c21-7b6a-9d52-3f0c8a1e5b70",
    "platform": "instagram",
    "kind": "comment",
    "handle": "mali.tea",
    "followers": 12300,
    "text": "Where can I buy this in Chiang Mai?",
    "at": "2026-11-20T16:30:00+07:00",
    "post": "C9x1yz",
    "url": "https://www.instagram.com/p/C9x1yz",
    "campaign": "Rain tea",
    "external_id": "17912345",
    "replied_at": None,
    "source": "shop",
}
SOCIAL: Mapping[str, Example] = {
    "list": Example(response=page(ACT)),
    "create": Example(request=ACT_BODY, response=ACT),
    "batch": Example(
        request={"acts": [ACT_BODY]},
        response={
            "created": 1,
            "updated": 0,
            "unchanged": 0,
            "failed": 0,
            "results": [{"index": 0, "outcome": "created", "id": ACT["id"], "code": None, "errors": []}],
        },
    ),
}
