"""Questions, options and lines of a published version in the language in force: for pages, files and letters."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cdp.core import written_dates
from surveys.models import Survey, SurveyVersion
from surveys.rules import rewards
from surveys.rules.kinds import Question, Texts
from surveys.rules.kinds.choices import Chosen, Matrix, Poll
from surveys.rules.kinds.scales import YesNo
from surveys.selectors import questionnaires


def text(texts: Texts, language: str = "") -> str:
    """The text in that language (the one in force), else in the shop's, else in any."""
    wanted = (language or translation.get_language() or settings.LANGUAGE_CODE)[:2]
    return next(
        (found for code in (wanted, settings.LANGUAGE_CODE[:2], *texts) if (found := texts.get(code, ""))),  # type: ignore[call-overload]
        "",
    )


def question(survey: Any, version: Any, key: str) -> str:
    """What was asked; the key where nobody knows any more."""
    found = asked(survey, version, key)
    return text(found.text) if found is not None else key


def choice(survey: Any, version: Any, key: str, code: str) -> str:
    """What was chosen."""
    found = asked(survey, version, key)
    return choices(found).get(code, code) if found is not None else code


def line(survey: Any, version: Any, key: str, item: str) -> str:
    """Which line of a matrix, or which option, an answer is about."""
    found = asked(survey, version, key)
    if isinstance(found, Matrix):
        return next((text(one.text) for one in found.lines if one.key == item), item)
    return choices(found).get(item, item) if found is not None else item


def choices(asked: Question) -> dict[str, str]:
    """The codes an answer can have, with their words."""
    match asked:
        case Chosen():
            return {option.key: text(option.text) for option in asked.options}
        case Poll():
            return {picture.key: text(picture.text) for picture in asked.pictures}
        case YesNo():
            return {"yes": _("Yes"), "no": _("No")}
        case _:
            return {}


def promised(reward: Mapping[str, Any], at: dt.datetime | None = None) -> str:
    """What is promised for an answer (at that moment), as people read it; empty for nothing that can be told."""
    try:
        found = rewards.read(rewards.holding(reward, at) if at is not None else reward)
    except rewards.Unreadable:
        return ""
    match found:
        case rewards.Points():
            return ngettext("%(count)s point", "%(count)s points", found.points) % {
                "count": number_format(found.points, force_grouping=True)
            }
        case rewards.Coupon():
            return _("a coupon")
        case rewards.Draw(names=names, closes_at=closes_at) if names is not None and closes_at is not None:
            return _("a place in the draw “%(name)s”, which closes on %(closes)s: %(prize)s") % {
                "name": text(names),
                "closes": last_day(closes_at),
                "prize": text(found.prize),
            }
        case rewards.Draw():
            return _("a place in the draw of %(day)s: %(prize)s") % {
                "day": written_dates.whole(dt.date.fromisoformat(found.draws_on)),
                "prize": text(found.prize),
            }
        case _:
            return ""


def last_day(closes_at: dt.datetime) -> str:
    """The last day on which something counts that closes at that moment."""
    return written_dates.whole(timezone.localdate(closes_at - dt.timedelta(microseconds=1)))


def titles(surveys: Iterable[uuid.UUID] | None = None) -> dict[str, str]:
    """Each questionnaire by id as people who answer it see it called; one that was never published by staff's name."""
    rows = Survey.objects.all() if surveys is None else Survey.objects.filter(id__in=list(surveys))
    found = {}
    for row in rows.only("id", "name", "version"):
        definition = questionnaires.version(row.id, row.version).definition if row.version else None
        found[str(row.id)] = (text(definition.title) if definition else "") or row.name
    return found


def asked(survey: Any, version: Any, key: str) -> Question | None:
    """The question of a published version; None where nobody knows any more."""
    try:
        prepared = questionnaires.version(uuid.UUID(str(survey)), int(version))
    except (SurveyVersion.DoesNotExist, ValueError):
        return None
    return next((one for one in prepared.definition.questions() if one.key == key), None)
