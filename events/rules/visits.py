"""What a call tells beside its event: about the person, about the visit, about permission to measure."""

import re
from typing import Any

from events.rules.tracking import Tracked

# Names of traits (camelCase and snake_case alike) and the fields of a person they fill.
TRAITS = {
    "email": "email",
    "phone": "phone",
    "name": "name",
    "firstname": "given_name",
    "lastname": "family_name",
    "gender": "gender",
    "birthday": "birth_date",
    "language": "language",
    "locale": "language",
    "title": "job_title",
    "industry": "",
    "nationality": "nationality",
    "lineid": "line_id",
    "membernumber": "member_number",
}
_PLACES = {"street": "street", "city": "city", "state": "province", "postalcode": "postcode", "country": "country"}
_MEASURING = ("measurement", "analytics", "statistics", "performance")
_BOT = re.compile(r"bot\b|crawl|spider|slurp|headless|preview|monitor|lighthouse|facebookexternalhit", re.IGNORECASE)
_LONGEST = 500
_PAGE = ("path", "url", "referrer", "title", "search")
_CAMPAIGN = ("name", "source", "medium", "term", "content")


def person_of(event: Tracked) -> dict[str, str]:
    """The fields of a person that a call tells, as raw texts for the one standard of all doors."""
    found: dict[str, str] = {}
    if event.kind == "identify":
        traits = {key.replace("_", "").lower(): value for key, value in event.traits.items()}
        for trait, field in TRAITS.items():
            if field:
                _put(found, field, traits.get(trait))
        address = traits.get("address")
        if isinstance(address, dict):
            for key, value in address.items():
                _put(found, _PLACES.get(str(key).replace("_", "").lower(), ""), value)
        company = traits.get("company")
        _put(found, "company", company.get("name") if isinstance(company, dict) else company)
    elif event.kind == "group":
        _put(found, "company", event.traits.get("name"))
    return found


def _put(found: dict[str, str], field: str, value: Any) -> None:
    if field and isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
        found[field] = str(value)


def may_measure(event: Tracked, *, privacy_signal: bool, must_ask: bool) -> bool:
    """Whether what happened may be kept with a person: the visitor's own word, else the browser's signal, else the
    source's rule for events without a word.
    """
    consent = event.context.get("consent")
    told = consent.get("categoryPreferences") if isinstance(consent, dict) else None
    if isinstance(told, dict):
        known = {str(key).lower(): value for key, value in told.items()}
        words = [known[key] for key in _MEASURING if isinstance(known.get(key), bool)]
        if words:
            return all(words)
    return not (privacy_signal or must_ask)


def surroundings(event: Tracked, agent: str) -> dict[str, Any]:
    """Page, campaign and kind of visitor, for sessions and page analytics; empty where the call tells none of it."""
    found: dict[str, Any] = {}
    page = _chosen(event.context.get("page"), _PAGE)
    campaign = _chosen(event.context.get("campaign"), _CAMPAIGN)
    if page and event.kind not in {"page", "screen"}:
        found["page"] = page
    if campaign:
        found["campaign"] = campaign
    if agent and _BOT.search(agent):
        found["bot"] = True
    return found


def _chosen(value: Any, keys: tuple[str, ...]) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {key: value[key][:_LONGEST] for key in keys if isinstance(value.get(key), str) and value[key]}
