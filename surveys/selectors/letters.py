"""What an invitation says: as a mail, a text message that is one message, a chat message."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from cdp.core.outbox import composing
from surveys.models import Survey
from surveys.rules import texting
from surveys.rules.definition import Definition
from surveys.rules.kinds.choices import Poll, Single
from surveys.rules.kinds.scales import Scale, YesNo
from surveys.selectors import questionnaires, wording

INVITATION = "survey-invitation"
MOST_CHOICES = 11


@dataclass(frozen=True)
class Texts:
    """Ready to be sent by hand. `units` of `room` are what the text message takes."""

    subject: str
    mail: str
    sms: str
    units: int
    room: int
    messages: int
    chat: str


def letter(survey: Survey, url: str, *, language: str, channel: str, label: str = "") -> dict[str, Any]:
    """What an invitation says: the title and the first question. Its answers are links that open the page with one
    chosen; whatever follows links before people do records nothing. `label` stands before it where a law wants one.
    """
    definition = questionnaires.version(survey.id, survey.version).definition
    spoken = _spoken(definition, language)
    first = definition.pages[0].questions[0]
    told: dict[str, Any] = {
        "url": url,
        "title": wording.text(definition.title, spoken),
        "question": wording.text(first.text, spoken),
        "is_anonymous": survey.is_anonymous,
        "choices": [],
        "label": label,
    }
    if channel != "email":
        return told | {"short": _short(told["question"], url, language=spoken, label=label)}
    with override(spoken):
        if isinstance(first, Scale):
            lowest, highest = first.ends()
            choices = {str(n): str(n) for n in range(lowest, highest + 1)}
            told |= {"low": wording.text(first.low, spoken), "high": wording.text(first.high, spoken)}
        else:
            choices = wording.choices(first) if isinstance(first, Single | Poll | YesNo) else {}
    if len(choices) <= MOST_CHOICES:
        join = "&" if "?" in url else "?"
        told["choices"] = [
            {"label": text, "url": f"{url}{join}q={first.key}&v={code}"} for code, text in choices.items()
        ]
        told["is_scale"] = isinstance(first, Scale)
    return told


def texts(survey: Survey, url: str, *, language: str, label: str = "") -> Texts:
    """All three with this link, in the language of whoever gets them if the questionnaire speaks it."""
    definition = questionnaires.version(survey.id, survey.version).definition
    spoken = _spoken(definition, language)
    data = letter(survey, url, language=spoken, channel="email", label=label)
    # Somebody's own program sends it, from which no mail with buttons goes: the page asks.
    plain = {**data, "choices": []}
    outgoing = composing.Outgoing(survey.id, INVITATION, None, "email", "", spoken, plain, timezone.now())
    mail = composing.parts(outgoing)
    sms = _short(data["question"], url, language=spoken, label=label)
    units, room = texting.units(sms)
    chat = "\n".join(part for part in (_joined(label, f"{settings.CDP_SHOP_NAME}: {data['question']}"), url) if part)
    return Texts(mail.subject, mail.text.strip(), sms, units, room, texting.messages(sms), chat)


def _short(question: str, url: str, *, language: str, label: str) -> str:
    """As much of it as one message holds; the link whatever it takes."""
    shop = settings.CDP_SHOP_NAME
    with override(language):
        asked = _("%(shop)s asks for your view.") % {"shop": shop}
        return texting.fitting(
            [
                _joined(label, f"{shop}: {question} {url}"),
                _joined(label, f"{asked} {url}"),
                _joined(label, f"{shop}: {pgettext('in a text message', 'Your view?')} {url}"),
                _joined(label, f"{shop}: {url}"),
                _joined(label, url),
            ]
        )


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _spoken(definition: Definition, language: str) -> str:
    return language if language in definition.languages else definition.languages[0]
