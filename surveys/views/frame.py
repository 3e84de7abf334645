"""What the staff pages of one questionnaire share: the row, its name, its state and its tabs.

A page calls `survey_of`, renders a template that extends `surveys/frame.html`, and gives it `context(...)`.
"""

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from cdp.core.views.access import staff_of
from surveys.models import Survey
from surveys.selectors import questionnaires
from surveys.selectors.questionnaires import Closed

TABS = (
    ("build", _("Build")),
    ("ask", _("Ask")),
    ("results", pgettext_lazy("survey", "Results")),
    ("refused", pgettext_lazy("survey", "Refused")),
    ("settings", _("Settings")),
)
"""URL names of the tabs, each taking `survey`; one that nothing answers yet is left out."""


def survey_of(slug: str) -> Survey:
    """The questionnaire of an address. Raises Http404."""
    found = questionnaires.find(slug)
    if found is None:
        raise Http404
    return found


def state(survey: Survey, *, at: dt.datetime) -> tuple[str, str]:
    """Its state as the clock has it, and the word for it: one that is open by its switch may open later, or be over."""
    match questionnaires.closed(survey, at=at) if survey.state == Survey.State.OPEN else None:
        case Closed.EARLY:
            return "scheduled", pgettext("survey", "Opens later")
        case Closed.OVER:
            return Survey.State.CLOSED.value, str(Survey.State.CLOSED.label)
    return survey.state, survey.get_state_display()


def context(request: HttpRequest, survey: Survey, tab: str) -> dict[str, Any]:
    """What `surveys/frame.html` shows around a page that stands under `tab`."""
    return {
        "survey": survey,
        "state": state(survey, at=timezone.now()),
        "may_edit": staff_of(request).can("surveys.edit"),
        "tabs": [
            {"label": label, "url": url, "active": name == tab}
            for name, label in TABS
            if (url := _address(name, survey))
        ],
    }


def _address(name: str, survey: Survey) -> str:
    try:
        return reverse(f"surveys:{name}", kwargs={"survey": survey.slug})
    except NoReverseMatch:
        return ""
