"""A lead of LinkedIn: answers by the number of their question, and the form that says what each asked."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from commerce.hooks import asking, formfields, reading
from commerce.hooks.facts import Fact, LeadTold
from commerce.hooks.linkedin.asking import DELETED, form_number, tail
from commerce.hooks.reading import WHOLE, Body, Telling, Unreadable

_LONGEST = 4_102_444_800_000  # the year 2100, in milliseconds


def told(body: Body, telling: Telling) -> Sequence[Fact]:
    """One lead. That LinkedIn deleted its copy of one says nothing about ours."""
    if reading.text(body, "leadAction").upper() == DELETED:
        return []
    fetched = reading.mapping(body, asking.FETCHED)
    response = reading.mapping(fetched, "response") or body
    form = reading.mapping(fetched, "form")
    number = tail(reading.text(body, "leadGenFormResponse", longest=WHOLE)) or reading.number(response, "id")
    content = reading.mapping(response, "formResponse")
    labels, plain = _answers(content, reading.mapping(form, "questions"))
    raw, answers = formfields.split(plain, labels=labels)
    about = reading.mapping(reading.mapping(response, "leadMetadataInfo"), "sponsoredLeadMetadataInfo")
    campaign = reading.mapping(about, "campaign")
    urn = reading.text(response, "versionedLeadGenFormUrn", longest=WHOLE) or reading.text(
        body, "leadGenForm", longest=300
    )
    return [
        LeadTold(
            platform="linkedin",
            number=number,
            external_id=number,
            at=_moment(response, "submittedAt", telling) or _moment(body, "occurredAt", telling) or telling.received_at,
            raw=raw,
            words={
                "form": reading.text(form, "name", longest=WHOLE),
                "form_id": form_number(urn),
                "campaign": reading.text(campaign, "name", longest=WHOLE),
                "campaign_id": tail(reading.text(campaign, "id", longest=WHOLE)),
                "ad": "",
                "ad_id": tail(_entity(response) or _entity(body)),
            },
            answers=answers,
            ticked=_ticked(content, reading.mapping(form, "boxes")),
            disclaimer=reading.text(form, "disclaimer", longest=WHOLE),
        )
    ]


def _answers(content: Body, questions: Mapping[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
    """Questions by name, and answers by name; the name of a ready-made question is its field."""
    labels: dict[str, str] = {}
    found: dict[str, str] = {}
    for answer in reading.rows(content, "answers"):
        number = reading.text(answer, "questionId")
        question = questions.get(number)
        about = question if isinstance(question, dict) else {}
        field = str(about.get("field") or answer.get("name") or "").casefold()
        label = str(about.get("label") or field or number)
        name = field if field in formfields.FIELDS else label
        labels[name] = label
        found[name] = _text(reading.mapping(answer, "answerDetails"), about.get("options"))
    if not found:
        raise Unreadable("formResponse.answers", "missing")
    return labels, found


def _text(details: Body, options: Any) -> str:
    text = reading.lines(reading.mapping(details, "textQuestionAnswer"), "answer")
    chosen = reading.mapping(details, "multipleChoiceAnswer").get("options")
    if text or not isinstance(chosen, list):
        return text
    names = options if isinstance(options, dict) else {}
    return ", ".join(str(names.get(str(one)) or one) for one in chosen)


def _ticked(content: Body, beside: Body) -> dict[str, str]:
    """The boxes that were ticked, with the words beside each."""
    return {
        number: reading.text(beside, number, longest=WHOLE)
        for consent in reading.rows(content, "consentResponses")
        if (number := reading.text(consent, "consentId", longest=100)) and consent.get("accepted") is True
    }


def _entity(body: Body) -> str:
    entity = body.get("associatedEntity")
    if isinstance(entity, dict):
        return next((str(value) for value in entity.values() if isinstance(value, str)), "")
    return entity if isinstance(entity, str) else ""


def _moment(body: Body, name: str, telling: Telling) -> dt.datetime | None:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < _LONGEST:
        return None
    return telling.clock(dt.datetime.fromtimestamp(value / 1000, tz=dt.UTC))
