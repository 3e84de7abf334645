"""The first questionnaire of a fresh shop: how likely people are to recommend it, open from the start."""

import datetime as dt

from cdp.core.actors import SYSTEM
from consent.rules import notices as rules
from consent.selectors import notices
from surveys.models import Survey
from surveys.rules import definition, ready
from surveys.selectors import questionnaires, wording
from surveys.services import disclosing, publishing


def ensure(*, at: dt.datetime) -> Survey | None:
    """Make and open it in a shop that never had a questionnaire. One that closed, put away or removed it keeps that."""
    known = rules.of_disclosure(questionnaires.PLACE, ready.OPEN)
    if Survey.objects.exists() or notices.versions(known).exists():
        return None
    begun = ready.one(ready.OPEN)
    survey = publishing.create(
        slug=ready.OPEN,
        name=wording.text(begun.title),
        draft=definition.written(begun),
        is_anonymous=False,
        actor=SYSTEM,
        at=at,
    )
    publishing.publish(survey=survey.id, disclosure=disclosing.usual(is_anonymous=False), actor=SYSTEM, at=at)
    # Whether somebody recommends a shop changes with what they live through there: it may be told again.
    return publishing.arrange(
        survey=survey.id,
        actor=SYSTEM,
        at=at,
        name=survey.name,
        opens_at=None,
        closes_at=None,
        is_once=False,
        wait_days=None,
        sample=100,
        reward={},
    )
