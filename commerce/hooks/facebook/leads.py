"""A lead of Facebook or Instagram, as the webhook names it and the Graph API tells it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from commerce.hooks import asking, formfields, reading
from commerce.hooks.facts import Fact, LeadTold
from commerce.hooks.reading import WHOLE, Body, Telling, Unreadable

_LONGEST_SECONDS = 4_102_444_800  # the year 2100
_PLATFORMS = {"ig": "instagram", "instagram": "instagram"}


def told(body: Body, telling: Telling) -> Sequence[Fact]:
    """One lead."""
    fetched = reading.mapping(body, asking.FETCHED)
    lead = reading.mapping(fetched, "lead") or body
    form = reading.mapping(fetched, "form")
    number = reading.number(body, "leadgen_id") if body.get("leadgen_id") else reading.number(lead, "id")
    labels = {str(key): str(label) for key, label in reading.mapping(form, "labels").items() if label}
    raw, answers = formfields.split(_answers(lead), labels=labels)
    boxes = reading.rows(lead, "custom_disclaimer_responses")
    beside = reading.mapping(form, "boxes")
    platform = reading.text(lead, "platform", longest=40) or reading.text(body, "platform", longest=40)
    organic = lead.get("is_organic")
    words = {
        "form": reading.text(form, "name", longest=WHOLE) or reading.text(lead, "form_name", longest=WHOLE),
        "form_id": reading.text(lead, "form_id", longest=WHOLE) or reading.text(body, "form_id", longest=WHOLE),
        "campaign": reading.text(lead, "campaign_name", longest=WHOLE),
        "campaign_id": reading.text(lead, "campaign_id", longest=WHOLE),
        "ad": reading.text(lead, "ad_name", longest=WHOLE),
        "ad_id": reading.text(lead, "ad_id", longest=WHOLE) or reading.text(body, "ad_id", longest=WHOLE),
    }
    return [
        LeadTold(
            platform=_PLATFORMS.get(platform.casefold(), "facebook"),
            number=number,
            external_id=number,
            at=_created(lead, telling) or _created(body, telling) or telling.received_at,
            raw=raw,
            words=words,
            answers=answers,
            is_organic=organic if isinstance(organic, bool) else None,
            ticked={
                key: reading.text(beside, key, longest=WHOLE)
                for box in boxes
                if (key := reading.text(box, "checkbox_key", longest=WHOLE)) and _is_ticked(box.get("is_checked"))
            },
            disclaimer=reading.text(form, "disclaimer", longest=WHOLE),
        )
    ]


def _answers(lead: Body) -> dict[str, str]:
    found: dict[str, str] = {}
    for field in reading.rows(lead, "field_data"):
        values = field.get("values")
        listed: Sequence[Any] = values if isinstance(values, list) else [values]
        texts = [str(value) for value in listed if isinstance(value, str | int | float)]
        if name := reading.text(field, "name", longest=WHOLE):
            found[name] = ", ".join(texts)
    if not found:
        raise Unreadable("field_data", "missing")
    return found


def _created(body: Mapping[str, Any], telling: Telling) -> dt.datetime | None:
    """A moment in seconds, as webhooks tell it, or written out, as the Graph does."""
    value = body.get("created_time")
    if isinstance(value, int) and not isinstance(value, bool):
        is_one = 0 < value < _LONGEST_SECONDS
        return telling.clock(dt.datetime.fromtimestamp(value, tz=dt.UTC)) if is_one else None
    return reading.moment(body, "created_time", telling)


def _is_ticked(value: Any) -> bool:
    return value is True or str(value).casefold() in {"1", "true"}
