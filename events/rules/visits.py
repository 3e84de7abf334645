"""What a call tells beside its event: about the person, about the visit, about permission to measure."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from events.rules import agents
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
ORDERED = frozenset({"order completed", "completed order"})
_PLACES = {"street": "street", "city": "city", "state": "province", "postalcode": "postcode", "country": "country"}
_EXTERNAL = frozenset({"email", "phone", "lineid", "membernumber"})
_MOST_EXTERNAL = 20
_MEASURING = ("measurement", "analytics", "statistics", "performance")
# What mail programs, messengers and back offices tell about somebody who need not have been there.
_ELSEWHERE = ("email ", "push notification ", "sms ", "line message ")
_NEWS = frozenset(
    {"order updated", "order cancelled", "order refunded", "order fulfilled", "order shipped", "order delivered"}
)
_LONGEST = 500
_SHOWN = re.compile(r"[0-9]{1,4}(/[a-z]{2})?")
_LONGEST_QUERY = 4000
_PAGES = frozenset({"page", "screen"})
_ADDRESSES = ("url", "referrer", "search", "path")
_PAGE = frozenset({"path", "url", "referrer", "title", "search"})
_TAGS = ("source", "medium", "term", "content")
_CAMPAIGN = frozenset({"name", *_TAGS})


def person_of(event: Tracked) -> dict[str, str]:
    """The fields of a person that a call tells, as raw texts for the one standard of all doors.

    Beside `identify` only a completed order is asked who is behind it (`context.traits`): a guest at the checkout says
    it there and nowhere else, and no other call does so rarely enough to be worth a look-up each time.
    """
    found: dict[str, str] = {}
    if event.kind == "identify":
        _put_external(found, event.context.get("externalIds"))
        _put_traits(found, event.traits)
    elif event.kind == "track" and event.name.casefold() in ORDERED:
        traits = event.context.get("traits")
        if isinstance(traits, dict):
            _put_traits(found, traits)
    elif event.kind == "group":
        _put(found, "company", event.traits.get("name"))
    return found


def company_of(event: Tracked) -> tuple[str, Mapping[str, Any]] | None:
    """(id, facts) of the company that a call tells of: a group's, or the `company` among somebody's traits where it is
    more than a name, which is a field of the person. None where there is none.
    """
    if event.kind == "group":
        return event.group_id, event.traits
    told = event.traits.get("company") if event.kind == "identify" else None
    if not isinstance(told, dict) or not told.keys() - {"name"}:
        return None
    key = told.get("id")
    return (str(key) if isinstance(key, str | int) and not isinstance(key, bool) else ""), told


def _put_traits(found: dict[str, str], told: Mapping[str, Any]) -> None:
    traits = {str(key).replace("_", "").lower(): value for key, value in told.items()}
    for trait, field in TRAITS.items():
        if field:
            _put(found, field, traits.get(trait))
    address = traits.get("address")
    if isinstance(address, dict):
        for key, value in address.items():
            _put(found, _PLACES.get(str(key).replace("_", "").lower(), ""), value)
    company = traits.get("company")
    _put(found, "company", company.get("name") if isinstance(company, dict) else company)


def _put_external(found: dict[str, str], told: Any) -> None:
    """`context.externalIds`: ids beside the user's, of kinds that we know; one in clear only, and of a person."""
    for one in told[:_MOST_EXTERNAL] if isinstance(told, list) else ():
        if not isinstance(one, dict):
            continue
        if one.get("collection", "users") == "users" and one.get("encoding", "none") == "none":
            kind = str(one.get("type")).replace("_", "").lower()
            _put(found, TRAITS[kind] if kind in _EXTERNAL else "", one.get("id"))


def _put(found: dict[str, str], field: str, value: Any) -> None:
    if field and isinstance(value, str | int) and not isinstance(value, bool) and str(value).strip():
        found[field] = str(value)


def may_measure(context: Mapping[str, Any], *, privacy_signal: bool, must_ask: bool) -> bool:
    """Whether what happened may be kept with a person: the visitor's own word in the event's context, else the
    browser's signal, else the source's rule for events without a word.
    """
    return allows(measurement_word(context), privacy_signal=privacy_signal, must_ask=must_ask)


def allows(word: bool | None, *, privacy_signal: bool, must_ask: bool) -> bool:  # noqa: FBT001  (see measurement_word)
    """`may_measure` of whoever's word is read already."""
    return not (privacy_signal or must_ask) if word is None else word


def measurement_word(context: Mapping[str, Any]) -> bool | None:
    """What the visitor themselves said of being measured, where the call tells it."""
    consent = context.get("consent")
    told = consent.get("categoryPreferences") if isinstance(consent, dict) else None
    if not isinstance(told, dict):
        return None
    known = {str(key).lower(): value for key, value in told.items()}
    words = [known[key] for key in _MEASURING if isinstance(known.get(key), bool)]
    return all(words) if words else None


def question_shown(context: Mapping[str, Any]) -> str:
    """Which version of our question, in which language, the visitor answered; empty for other tools."""
    consent = context.get("consent")
    shown = consent.get("shown") if isinstance(consent, dict) else None
    return shown if isinstance(shown, str) and _SHOWN.fullmatch(shown) else ""


def is_robot(event: Tracked, agent: str) -> bool:
    """Whether a program and no person did this: by its user agent, or because the browser says it is driven."""
    told = event.context.get("userAgent")
    return (
        agents.is_robot(agent)
        or (isinstance(told, str) and agents.is_robot(told[:_LONGEST]))
        or event.context.get("automated") is True
    )


def is_order(kind: str, name: str) -> bool:
    """Whether an event tells what became of an order: that is the contract's, whoever may be measured."""
    return kind == "track" and name.strip().casefold() in ORDERED | _NEWS


def is_visit(kind: str, name: str) -> bool:
    """Whether an event tells that somebody was on the site or in the app, going by what it is called."""
    told = name.casefold()
    return kind != "track" or not (told in _NEWS or told.startswith(_ELSEWHERE))


def is_of_answering(event: Tracked, home: str) -> bool:
    """Whether an event tells that somebody was where questionnaires are answered (`home`, an address that ends in
    `/s/`), or went there by a link: the day and hour of that would tell who an answer without a name is of.
    """
    page = event.context.get("page")
    told = event.properties
    addresses = (page.get("url") if isinstance(page, dict) else None, told.get("url"), told.get("href"))
    if any(isinstance(address, str) and address.startswith(home) for address in addresses):
        return True
    host, path = told.get("host"), told.get("path")
    return isinstance(host, str) and isinstance(path, str) and f"{host}{path}".startswith(home.partition("://")[2])


def surroundings(event: Tracked, agent: str, *, is_robot: bool) -> dict[str, Any]:
    """Page, campaign and kind of visitor, for sessions and page analytics; empty where the call tells none of it."""
    found: dict[str, Any] = {}
    page = _chosen(event.context.get("page"), _PAGE)
    # Clients of servers and some pages send only the address that the campaign's link led to.
    campaign = _chosen(event.context.get("campaign"), _CAMPAIGN) or campaign_of(
        page.get("url") or event.properties.get("url") if event.kind in _PAGES else page.get("url")
    )
    if page and event.kind not in _PAGES:
        found["page"] = page
    if campaign:
        found["campaign"] = campaign
    if is_robot:
        found["bot"] = True
    told = event.context.get("userAgent")
    if device := agents.device(told[:_LONGEST] if isinstance(told, str) and told else agent):
        found["device"] = device
    return found


def campaign_of(address: Any) -> dict[str, str]:
    """The campaign that an address names by its `utm_` parameters, with the keys of `context.campaign`."""
    if not isinstance(address, str) or "utm_" not in address:
        return {}
    query = address.partition("?")[2].partition("#")[0]
    told = dict(parse_qsl(query[:_LONGEST_QUERY]))
    words = {"name": told.get("utm_campaign"), **{key: told.get(f"utm_{key}") for key in _TAGS}}
    return {key: value[:_LONGEST] for key, value in words.items() if value}


def shortened(kind: str, properties: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(properties, what of them is not for everybody): addresses of pages lose their queries, which hold what people
    typed and who they are; the whole is kept sealed. What is no page view stays as it is.
    """
    if kind not in _PAGES:
        return properties, {}
    found, whole = dict(properties), {}
    for key in _ADDRESSES:
        value = found.get(key)
        if isinstance(value, str) and (short := _without_query(key, value)) != value:
            found[key], whole[key] = short, value
    return found, whole


def _without_query(key: str, value: str) -> str:
    return "" if key == "search" else value.partition("?")[0].partition("#")[0]


def _chosen(value: Any, keys: frozenset[str]) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {key: told[:_LONGEST] for key, told in value.items() if key in keys and isinstance(told, str) and told}
