"""What stands in a lead is fetched from the Lead Sync API with the member's or the app's access token."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from cdp.core.fetching import Answer
from commerce.hooks import asking, reading
from commerce.hooks.asking import Desk, Later, Refused

VERSION = "202506"
_WAIT = 15 * 60
DELETED = "DELETED"


def fetch(body: Mapping[str, Any], desk: Desk) -> Mapping[str, Any]:
    """The answers and the form they belong to. A body that carries the answers already needs nothing."""
    if body.get("formResponse") is not None or reading.text(body, "leadAction").upper() == DELETED:
        return {}
    asking.needs_token(desk)
    number = tail(reading.number(body, "leadGenFormResponse"))
    response = _object(desk, f"leadFormResponses/{quote(number, safe='')}")
    urn = reading.text(response, "versionedLeadGenFormUrn", longest=reading.WHOLE) or reading.text(
        body, "leadGenForm", longest=300
    )
    form = form_number(urn)
    named: Mapping[str, Any] = {}
    if form.isdigit():
        # Answers name their questions by number only: without the form nobody knows which of them is the address.
        named = desk.remembered(f"form and words {form}", lambda: _form(desk, form))
    return {"response": dict(response), "form": dict(named)}


def tail(urn: str) -> str:
    """The number behind the last colon of a URN."""
    return urn.rpartition(":")[2]


def form_number(urn: str) -> str:
    """The number of a form, also of one with its version: `urn:li:versionedLeadGenForm:(urn:li:leadGenForm:1,2)`."""
    return tail(urn.partition(",")[0]).strip("()")


def _form(desk: Desk, form: str) -> Mapping[str, Any]:
    found = _object(desk, f"leadForms/{form}")
    questions = {}
    for question in reading.rows(reading.mapping(found, "content"), "questions"):
        words = reading.mapping(reading.mapping(question, "question"), "localized")
        label = reading.text(question, "name", longest=reading.WHOLE) or next(
            (str(word) for word in words.values()), ""
        )
        choice = reading.mapping(reading.mapping(question, "questionDetails"), "multipleChoiceQuestionDetails")
        questions[reading.text(question, "questionId")] = {
            "label": label,
            "field": reading.text(question, "predefinedField", longest=60),
            "options": {
                reading.text(option, "id"): _localized(option.get("text")) for option in reading.rows(choice, "options")
            },
        }
    legal = reading.mapping(reading.mapping(found, "content"), "legalInfo")
    return {
        "name": reading.text(found, "name", longest=reading.WHOLE),
        "questions": questions,
        "disclaimer": _localized(legal.get("legalDisclaimer")),
        "boxes": {
            reading.text(box, "consentId") or reading.text(box, "id"): _localized(box.get("consent"))
            for box in reading.rows(legal, "consents")
        },
    }


def _localized(value: Any) -> str:
    if isinstance(value, str):
        return value
    words = value.get("localized") if isinstance(value, dict) else None
    return next((str(word) for word in words.values()), "") if isinstance(words, dict) else ""


def _object(desk: Desk, path: str) -> Mapping[str, Any]:
    answer = desk.get(
        path,
        headers={
            "Authorization": f"Bearer {desk.token}",
            "LinkedIn-Version": VERSION,
            "X-Restli-Protocol-Version": "2.0.0",
        },
    )
    if asking.is_fine(answer):
        return answer.body
    raise _problem(answer)


def _problem(answer: Answer) -> Later | Refused:
    match answer.status:
        case 401:
            return Refused("token_refused")
        case 403:
            return Refused("permission_missing")
        case 404 | 410:
            return Refused("lead_gone")
        case 429:
            return Later("rate_limited", answer.retry_after or _WAIT)
        case 426:
            return Refused("version_retired")
    return Refused("platform_refused", str(answer.status))
