"""What is said before the first question: what the answers are used for, who sees them, how long they are kept.

The words are a text among all others (`consent.services.policies`), written here beside the questions and put in force
with them.
"""

import datetime as dt
import functools
import json
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from cdp.core.actors import Actor
from consent.rules import notices as rules
from consent.rules.notices import Text
from consent.selectors import notices
from consent.services import policies
from surveys.models import Guide, Survey
from surveys.selectors.questionnaires import PLACE

FILE = Path(__file__).resolve().parent.parent / "texts" / "disclosures.json"
INTERVIEW = "interview"
PARTS = ("title", rules.USED_FOR, rules.SEEN_BY, rules.KEPT_FOR)
UnableToPublish = policies.UnableToPublish


def name_of(asked: Survey | Guide) -> str:
    """What the disclosure of a questionnaire or a guide is called among the texts."""
    return rules.of_disclosure(INTERVIEW if isinstance(asked, Guide) else PLACE, asked.slug)


@functools.cache
def usual(*, is_anonymous: bool = False, is_talk: bool = False) -> Mapping[str, Text]:
    """What a shop can begin with, in three languages. In a talk each person says for themselves if they stay nameless,
    so one text speaks of both.
    """
    kept = json.loads(FILE.read_text("utf-8"))["interview" if is_talk else "anonymous" if is_anonymous else "named"]
    return {
        language: Text(title=parts["title"], parts={part: parts[part] for part in PARTS[1:]})
        for language, parts in kept.items()
    }


def words(survey: Survey | Guide, *, at: dt.datetime) -> dict[str, Text]:
    """What would be said of it now: its draft, else what is in force, else the usual words. What was written for
    answers with a name is not carried over to anonymous ones, nor the other way.
    """
    drafted = notices.versions(name_of(survey)).filter(published_at__isnull=True).first()
    for version in (drafted, notices.in_force(name_of(survey), at=at)):
        is_fitting = version is not None and version.is_anonymous == _is_anonymous(survey)
        if version is not None and is_fitting and (found := notices.texts_of(version)):
            return found
    return dict(usual(is_anonymous=_is_anonymous(survey), is_talk=isinstance(survey, Guide)))


def save(survey: Survey | Guide, texts: Mapping[str, Text], *, actor: Actor, at: dt.datetime) -> None:
    """Keep the words as a draft."""
    draft = policies.begin(name=name_of(survey), actor=actor, at=at)
    policies.save(version=draft, texts=texts, actor=actor, at=at, is_anonymous=_is_anonymous(survey))


def put_in_force(survey: Survey | Guide, texts: Mapping[str, Text], *, actor: Actor, at: dt.datetime) -> bool:
    """Publish the words, unless they are in force already. Whether anything was published. Raises UnableToPublish."""
    held = notices.in_force(name_of(survey), at=at)
    written = {language: text for language, text in texts.items() if not text.is_empty}
    if (
        held is not None
        and held.is_anonymous == _is_anonymous(survey)
        and _plain(notices.texts_of(held)) == _plain(written)
    ):
        return False
    save(survey, written, actor=actor, at=at)
    draft = policies.begin(name=name_of(survey), actor=actor, at=at)
    policies.publish(
        version=draft,
        actor=actor,
        at=at,
        # A questionnaire need not speak every language of the shop; what it does speak is asked for below.
        shown_instead=[code for code, _name in settings.LANGUAGES if code not in written],
    )
    return True


def _is_anonymous(asked: Survey | Guide) -> bool:
    return isinstance(asked, Survey) and asked.is_anonymous


def _plain(texts: Mapping[str, Text]) -> dict[str, tuple[str, ...]]:
    return {
        language: (text.title.strip(), *(text.parts.get(part, "").strip() for part in PARTS[1:]))
        for language, text in texts.items()
    }
