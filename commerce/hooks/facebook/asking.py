"""What stands in a lead is fetched from the Graph API with the page's access token."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from cdp.core.fetching import Answer
from commerce.hooks import asking, reading
from commerce.hooks.asking import Desk, Later, Refused

FIELDS = (
    "id,created_time,ad_id,ad_name,adset_id,adset_name,campaign_id,campaign_name,form_id,is_organic,platform,"
    "field_data,custom_disclaimer_responses"
)
# Codes of errors by what they mean (developers.facebook.com, Graph API, handling errors; Marketing API, lead ads).
TOKEN = frozenset({102, 190})
PERMISSION = frozenset({3, 10, *range(200, 300)})
BUSY = frozenset({1, 2, 4, 17, 32, 341, 368, 613, *range(80_000, 80_015)})
GONE = frozenset({100, 803})
FORM_FIELDS = "id,name,questions,legal_content{custom_disclaimer{title,body,checkboxes}}"
_WAIT = 15 * 60


def fetch(body: Mapping[str, Any], desk: Desk) -> Mapping[str, Any]:
    """The lead and the name of its form. A body that carries the answers already needs nothing."""
    if body.get("field_data") is not None:
        return {}
    asking.needs_token(desk)
    number = reading.number(body, "leadgen_id")
    if not number.isalnum():
        raise Refused("lead_gone", "leadgen_id")
    lead = _object(desk, number, FIELDS)
    form = reading.text(body, "form_id", longest=100) or reading.text(lead, "form_id", longest=100)
    named: Mapping[str, Any] = {}
    if form.isalnum():
        try:
            named = desk.remembered(f"form and words {form}", lambda: _form(desk, form))
        except (Refused, reading.Unreadable):
            named = {}  # a name is a comfort; the lead is not held up for it
        except Later:
            # The words of a ticked box are its proof, and are worth a wait.
            if reading.rows(lead, "custom_disclaimer_responses"):
                raise
            named = {}
    return {"lead": dict(lead), "form": dict(named)}


def _form(desk: Desk, form: str) -> Mapping[str, Any]:
    found = _object(desk, form, FORM_FIELDS)
    labels = {
        reading.text(question, "key", longest=reading.WHOLE): reading.text(question, "label", longest=reading.WHOLE)
        for question in reading.rows(found, "questions")
    }
    told = reading.mapping(reading.mapping(found, "legal_content"), "custom_disclaimer")
    above = (reading.text(told, "title"), reading.text(reading.mapping(told, "body"), "text", longest=reading.WHOLE))
    return {
        "name": reading.text(found, "name", longest=reading.WHOLE),
        "labels": labels,
        "disclaimer": " ".join(words for words in above if words),
        "boxes": _boxes(told),
    }


def _boxes(told: Mapping[str, Any]) -> dict[str, str]:
    """The words beside each box by its key. One that comes ticked is no free choice of anybody, so it has none."""
    paged = told.get("checkboxes")  # as the Graph wraps lists, or plain
    listed = reading.rows(paged, "data") if isinstance(paged, dict) else reading.rows(told, "checkboxes")
    return {
        key: reading.text(box, "text", longest=reading.WHOLE)
        for box in listed
        if (key := reading.text(box, "key", longest=100)) and box.get("is_checked_by_default") is not True
    }


def _object(desk: Desk, number: str, fields: str) -> Mapping[str, Any]:
    """One object of the Graph. The token travels in a header, so that it stands in nobody's log of addresses."""
    proof = hmac.digest(desk.secret, desk.token.encode(), hashlib.sha256).hex()
    answer = desk.get(
        number,
        query={"fields": fields, "appsecret_proof": proof},
        headers={"Authorization": f"Bearer {desk.token}"},
    )
    if asking.is_fine(answer):
        return answer.body
    raise _problem(answer)


def _problem(answer: Answer) -> Later | Refused:
    error = answer.body.get("error")
    told = error if isinstance(error, dict) else {}
    code = told.get("code")
    if code in TOKEN:
        return Refused("token_refused")
    if code in PERMISSION:
        return Refused("permission_missing")
    if code in BUSY or told.get("is_transient") is True or answer.status == 429:
        return Later("rate_limited", answer.retry_after or _WAIT)
    if code in GONE or answer.status == 404:
        return Refused("lead_gone")
    if answer.status == 401:
        return Refused("token_refused")
    if answer.status == 403:
        return Refused("permission_missing")
    return Refused("platform_refused", str(code or answer.status)[:20])
