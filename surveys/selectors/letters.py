"""What an invitation says: as a mail, a text message that is one message, a chat message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from cdp.core.outbox import composing
from consent.rules.jurisdiction import place
from consent.selectors import jurisdiction
from customers.selectors.profiles import Profile
from surveys.models import Survey
from surveys.rules import own_words, texting
from surveys.rules.definition import Definition
from surveys.rules.kinds.choices import Poll, Single
from surveys.rules.kinds.scales import Scale, YesNo
from surveys.rules.own_words import Words
from surveys.selectors import links, questionnaires, wording
from surveys.selectors.inviting import PURPOSE

INVITATION = "survey-invitation"
MOST_CHOICES = 11
READY: Words = {}
"""No words of the shop's own."""
NAMELESS: Mapping[str, str] = {}
SAMPLE_NAMES = {"en": ("Anna", "Anna Lee"), "th": ("มะลิ", "มะลิ ใจดี"), "ko": ("민지", "김민지")}
"""Whom a preview speaks to, by language."""
SECRET_LENGTH = 20
"""Of the secret in a personal link."""


@dataclass(frozen=True)
class Texts:
    """Ready to be sent by hand. `units` of `room` are what the text message takes, in the shop's own words or not."""

    subject: str
    mail: str
    sms: str
    units: int
    room: int
    messages: int
    chat: str
    is_own_sms: bool = False


@dataclass(frozen=True)
class Shown:
    """An invitation as staff see it before it goes: `text` are the shop's own paragraphs, empty for the ready ones;
    `data` is what the mail asks.
    """

    language: str
    subject: str
    text: Sequence[str]
    data: Mapping[str, Any]
    sms: str
    units: int
    room: int
    messages: int
    is_own_sms: bool


def letter(
    survey: Survey,
    url: str,
    *,
    language: str,
    channel: str,
    label: str = "",
    own: Words = READY,
    names: Mapping[str, str] = NAMELESS,
) -> dict[str, Any]:
    """What an invitation says: the title and the first question. Its answers are links that open the page with one
    chosen; whatever follows links before people do records nothing. `label` stands before it where a law wants one;
    `own` are words of the shop instead of the ready ones, `names` how whoever reads it is called.
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
    said = _own(own.get(language, {}), _values(names, told["title"]))
    if channel != "email":
        return told | {"short": _short(told["question"], url, language=spoken, label=label, own=said.get("short", ""))}
    told |= {"own_subject": said.get("subject", ""), "own_text": said["text"].split("\n\n") if "text" in said else []}
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


def names_of(person: Profile) -> dict[str, str]:
    """How somebody is called in a letter."""
    return {"first_name": own_words.sendable(person.given_name), "name": own_words.sendable(person.name)}


def texts(survey: Survey, url: str, *, language: str, label: str = "", names: Mapping[str, str] = NAMELESS) -> Texts:
    """All three with this link, in the language of whoever gets them if the questionnaire speaks it; in the shop's own
    words where it has some.
    """
    definition = questionnaires.version(survey.id, survey.version).definition
    spoken = _spoken(definition, language)
    own: Words = survey.letter
    data = letter(survey, url, language=spoken, channel="email", label=label, own=own, names=names)
    # Somebody's own program sends it, from which no mail with buttons goes: the page asks.
    plain = {**data, "choices": []}
    outgoing = composing.Outgoing(survey.id, INVITATION, None, "email", "", spoken, plain, timezone.now())
    mail = composing.parts(outgoing)
    sms = letter(survey, url, language=spoken, channel="sms", label=label, own=own, names=names)["short"]
    units, room = texting.units(sms)
    chat = "\n".join(part for part in (_joined(label, f"{settings.CDP_SHOP_NAME}: {data['question']}"), url) if part)
    is_own = bool(_own(own.get(spoken, {}), _values(names, data["title"])).get("short"))
    return Texts(mail.subject, mail.text.strip(), sms, units, room, texting.messages(sms), chat, is_own)


def previews(survey: Survey, own: Words) -> list[Shown]:
    """The invitation in every language of the shop, as somebody with a usual name gets it. Its link is as long as one
    of theirs, and leads nowhere.
    """
    url = links.public(survey.slug) if survey.is_anonymous else links.personal(survey.slug, "x" * SECRET_LENGTH)
    found = []
    for language, (first_name, name) in SAMPLE_NAMES.items():
        where = place(country="", phone_country="", language=language)
        names = {"first_name": first_name, "name": name}
        data, short = (
            letter(
                survey,
                url,
                language=language,
                channel=channel,
                label=jurisdiction.of_place(where).label_for(PURPOSE, channel),
                own=own,
                names=names,
            )
            for channel in ("email", "sms")
        )
        outgoing = composing.Outgoing(survey.id, INVITATION, None, "email", "", language, data, timezone.now())
        subject, sms = composing.parts(outgoing).subject, str(short["short"])
        units, room = texting.units(sms)
        parts = own.get(language, {})
        found.append(
            Shown(language, subject, data["own_text"], data, sms, units, room, texting.messages(sms), "short" in parts)
        )
    return found


def ready_words(survey: Survey) -> Words:
    """What stands in for words that the shop did not write, by language; without link and label."""
    definition = questionnaires.version(survey.id, survey.version).definition
    found = {}
    for language in SAMPLE_NAMES:
        data = letter(survey, "", language=language, channel="email")
        outgoing = composing.Outgoing(survey.id, INVITATION, None, "email", "", language, data, timezone.now())
        short = _short(data["question"], "", language=_spoken(definition, language), label="").strip()
        with override(language):
            text = _("%(shop)s asks for your view.") % {"shop": settings.CDP_SHOP_NAME}
        found[language] = {"subject": composing.parts(outgoing).subject, "text": text, "short": short}
    return found


def _values(names: Mapping[str, str], title: str) -> dict[str, str]:
    return {**names, "shop": settings.CDP_SHOP_NAME, "survey": title}


def _own(parts: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """The shop's own words for one person; those of which nothing is left are the ready ones."""
    found = {part: own_words.filled(text, values) for part, text in parts.items()}
    return {part: text for part, text in found.items() if text}


def _short(question: str, url: str, *, language: str, label: str, own: str = "") -> str:
    """As much of it as one message holds; the link whatever it takes. The shop's own words are sent as they are."""
    if own:
        return _joined(label, own, url)
    shop = settings.CDP_SHOP_NAME
    with override(language):
        asked = _("%(shop)s asks for your view.") % {"shop": shop}
        wishes = (pgettext("in a text message", "Your view?"), pgettext("in a text message, the shortest", "Survey"))
        return texting.fitting(
            [
                _joined(label, f"{shop}: {question} {url}"),
                _joined(label, f"{asked} {url}"),
                *(_joined(label, f"{shop}: {wish} {url}") for wish in wishes),
                # A link without a word why looks like a fraud: sooner the shop is called by less than its whole name.
                *(_joined(label, f"{name}: {wishes[-1]} {url}") for name in texting.shortened(shop)),
                _joined(label, f"{wishes[-1]} {url}"),
                _joined(label, f"{shop}: {url}"),
                _joined(label, url),
            ]
        )


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _spoken(definition: Definition, language: str) -> str:
    return language if language in definition.languages else definition.languages[0]
