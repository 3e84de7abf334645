"""Places in a definition, in words staff understand and as links into the build page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from surveys.models import Survey
from surveys.rules.definition import Problem


@dataclass(frozen=True)
class Told:
    """A problem with its place in words and where it can be mended; `url` is empty where that is this very page."""

    place: str
    message: str | Promise
    url: str


def told(survey: Survey, problem: Problem) -> Told:
    """The problem for a page."""
    steps = problem.pointer.split("/")[1:]
    if steps[:1] == ["disclosure"]:
        return Told(_("What people are told"), problem.message, "#said")
    return Told(placed(survey.draft, problem.pointer), problem.message, _mended_at(survey, steps))


def _mended_at(survey: Survey, steps: list[str]) -> str:
    """Where on the build page it stands."""
    page = reverse("surveys:build", args=[survey.slug])
    if len(steps) >= 4 and steps[0] == "pages" and steps[2] == "questions":
        return f"{page}#q-{steps[1]}-{steps[3]}"
    if steps[:1] == ["scores"]:
        return f"{page}#scores"
    return f"{page}#p-{steps[1]}" if len(steps) >= 2 and steps[0] == "pages" else page


def placed(draft: Mapping[str, Any], pointer: str) -> str:
    """A pointer in words: "Page 2, question 3 (why)", with what is left of it behind."""
    steps = pointer.split("/")[1:]
    if len(steps) < 2 or steps[0] != "pages" or not steps[1].isdigit():
        return _("The whole survey") + (f": {'/'.join(steps)}" if steps and steps[0] else "")
    page = int(steps[1])
    if len(steps) < 4 or steps[2] != "questions" or not steps[3].isdigit():
        rest = "/".join(steps[2:])
        return _("Page %(page)d") % {"page": page + 1} + (f": {rest}" if rest else "")
    number, rest = int(steps[3]), "/".join(steps[4:])
    try:
        key = str(draft["pages"][page]["questions"][number]["key"])
    except (KeyError, IndexError, TypeError):
        key = ""
    words = _("Page %(page)d, question %(question)d") % {"page": page + 1, "question": number + 1}
    return words + (f" ({key})" if key else "") + (f": {rest}" if rest else "")
