"""Purposes and the words customers read."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext

from consent.models import Channel, ConsentState, PolicyText, Purpose
from consent.rules import notices

SPECIAL = "special"
"""The purpose of details of the special categories, asked only where the shop keeps any."""
TESTIMONIAL = "testimonial"
"""The purpose of showing somebody's words to everybody: asked with those words alone, and never by a box beside others.
Who allowed any finds it among their settings, to take it back.
"""

COUNTED = 10_000
"""How far permissions are counted while somebody waits for a page."""


@dataclass(frozen=True)
class Wording:
    """A purpose in one language."""

    key: str
    name: str
    description: str
    channels: Sequence[str]
    refusal: str = ""  # what happens without a "yes"


def channels() -> dict[str, frozenset[str]]:
    """Every purpose with the channels a statement about it may name: what `grants` accepts."""
    return {key: frozenset(offered) for key, offered in Purpose.objects.values_list("key", "channels")}


def offered(language: str, *, with_refusals: bool = False, also: Collection[str] = ()) -> list[Wording]:
    """The purposes in use, in order, in that language (English where the shop wrote no other).

    `with_refusals` adds what happens without a "yes", as every form that asks has to say, for one more read. `also` are
    purposes that are asked for elsewhere and told here, to somebody who said something about them.
    """
    refusals = _refusals() if with_refusals else {}
    return [
        Wording(
            key=purpose.key,
            name=in_language(purpose.name, language) or purpose.key,
            description=in_language(purpose.description, language),
            channels=tuple(purpose.channels),
            refusal=in_language(refusals.get(purpose.key, {}), language),
        )
        for purpose in Purpose.objects.filter(is_active=True)
        if (purpose.key != SPECIAL or settings.CDP_SPECIAL_DETAILS)
        and (purpose.key != TESTIMONIAL or TESTIMONIAL in also)
    ]


def _refusals() -> dict[str, dict[str, str]]:
    """What happens without a "yes", by purpose and language, of the newest published words. One small read."""
    found: dict[str, dict[str, str]] = {}
    newest: dict[str, str] = {}
    rows = PolicyText.objects.filter(
        version__policy__startswith=f"{notices.PURPOSE}.", version__published_at__isnull=False
    ).order_by("version__published_at", "version_id")
    for name, version, language, parts in rows.values_list("version__policy", "version__version", "language", "parts"):
        key = notices.key_of(name)
        if newest.get(key) != version:
            newest[key], found[key] = version, {}
        found[key][language] = parts.get(notices.REFUSAL, "")
    return found


def lapsed_before(at: dt.datetime) -> dict[str, dt.datetime]:
    """Before when a "yes" is too old at that moment, of the purposes where one ever is. Counted as the gate counts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, %s::timestamptz - make_interval(months => lapses_after::int) FROM consent_purpose"
            " WHERE lapses_after IS NOT NULL",
            [at],
        )
        return dict(cursor.fetchall())


def lapsed(key: str, *, at: dt.datetime) -> int:
    """How many permissions for a purpose are too old at that moment and not yet so in the ledger; COUNTED + 1: more."""
    moment = lapsed_before(at).get(key)
    if moment is None:
        return 0
    return ConsentState.objects.filter(purpose=key, is_granted=True, at__lt=moment)[: COUNTED + 1].count()


def names(language: str) -> dict[str, str]:
    """What every purpose is called, also those no longer in use: old records name them."""
    return {
        purpose.key: in_language(purpose.name, language) or purpose.key
        for purpose in Purpose.objects.only("key", "name")
    }


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in that language, else in the shop's base language."""
    return texts.get(language[:2]) or texts.get(settings.LANGUAGE_CODE) or ""


def outdated_before(at: dt.datetime) -> dict[str, dt.datetime]:
    """Before when a "yes" counts no more at that moment, of the purposes where one ever does: it is too old, or the
    purpose meant something else. The gate counts so too.
    """
    moments = lapsed_before(at)
    turned = Purpose.objects.filter(meaning_since__isnull=False, meaning_since__lte=at)
    for key, since in turned.values_list("key", "meaning_since"):
        assert since is not None, "the statement asked for those that turned"  # noqa: S101
        moments[key] = max(since, moments.get(key, since))
    return moments


def box_label(channel: str) -> str:
    """What stands beside a box of a purpose, in the language that is in force."""
    return gettext("Yes, please") if channel == Channel.ANY else channel_name(channel)


def box_words(wording: Wording, channel: str) -> str:
    """All that a box says, as it is kept with the answer: the purpose, what stands beside the box, what it means."""
    return f"{wording.name} · {box_label(channel)}\n{wording.description}"


def words_for_guardian(wording: Wording, channel: str) -> str:
    """What a guardian is asked to allow: as `box_words`, without the "yes" that a box has for who ticks it for
    themselves; there it would read as allowed already.
    """
    return f"{wording.name}\n{wording.description}" if channel == Channel.ANY else box_words(wording, channel)


def boxes_of_today(
    boxes: Collection[tuple[str, str]], language: str, *, is_guardian: bool = False
) -> list[tuple[tuple[str, str], str]]:
    """Each of these boxes (purpose, channel) that the shop asks for today, with all that it says in that language to
    the person, or to their guardian.
    """
    words = words_for_guardian if is_guardian else box_words
    wording = {one.key: one for one in offered(language)}
    with translation.override(language or settings.LANGUAGE_CODE):
        return [
            ((purpose, channel), words(wording[purpose], channel))
            for purpose, channel in boxes
            if purpose in wording and channel in wording[purpose].channels
        ]


def channel_name(channel: str) -> str:
    """The channel in the reader's language; a channel of other times by its own key."""
    return str(Channel(channel).label) if channel in Channel.values else channel
