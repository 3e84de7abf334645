"""Places in a definition, in words staff understand and as links into the build page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from cdp.core.structures import Problem
from surveys.models import Survey
from surveys.rules.kinds import LANGUAGES

MOST_PARTS = 5
PARTS = {
    "options": gettext_lazy("option %(number)d"),
    "lines": gettext_lazy("line %(number)d"),
    "pictures": gettext_lazy("picture %(number)d"),
    "jumps": gettext_lazy("way %(number)d"),
    "wordings": gettext_lazy("other wording %(number)d"),
    "scores": gettext_lazy("score %(number)d"),
}
NAMES = {
    "when": gettext_lazy("condition"),
    "title": gettext_lazy("title"),
    "intro": gettext_lazy("introduction"),
    "thanks": gettext_lazy("thanks"),
    "screened": gettext_lazy("words for whom it is not meant"),
    "help": pgettext_lazy("of a question", "help"),
    "spoken": gettext_lazy("words for a call"),
    "low": gettext_lazy("words at the low end"),
    "high": gettext_lazy("words at the high end"),
    "options": gettext_lazy("options"),
    "lines": gettext_lazy("lines"),
    "questions": gettext_lazy("questions"),
    "languages": gettext_lazy("languages"),
    "pages": gettext_lazy("pages"),
    "pictures": gettext_lazy("pictures"),
    "scores": gettext_lazy("scores"),
    "image": gettext_lazy("picture"),
    "key": pgettext_lazy("of a question", "key"),
    "kind": pgettext_lazy("of a question", "kind"),
    "most": gettext_lazy("at most"),
    "least": gettext_lazy("at least"),
    "top": gettext_lazy("how many to place"),
    "earliest": gettext_lazy("first day"),
    "latest": gettext_lazy("last day"),
    "steps": gettext_lazy("steps"),
    "maps_to": gettext_lazy("field of the profile"),
    "purpose": gettext_lazy("permission"),
    "of": gettext_lazy("what counts"),
}


@dataclass(frozen=True)
class Told:
    """A problem with its place in words, the page on which it can be mended, and the mark of what it is about on the
    build page (empty for the whole).
    """

    place: str
    message: str
    url: str
    mark: str = ""


def told(survey: Survey, problems: Iterable[Problem]) -> list[Told]:
    """The problems for a page; what is wrong in the same way with several parts of one question is said once."""
    found: dict[tuple[str, str, str, str], list[str]] = {}
    for problem in problems:
        steps = problem.pointer.split("/")[1:]
        if steps[:1] == ["disclosure"]:
            place, part, url, mark = _("What people are told"), "", "#said", ""
        else:
            (place, part), (url, mark) = _placed(survey.draft, steps), _mended_at(survey, steps)
        found.setdefault((place, str(problem.message), url, mark), []).append(part)
    return [Told(_joined(place, parts), message, url, mark) for (place, message, url, mark), parts in found.items()]


def _joined(place: str, parts: Sequence[str]) -> str:
    named = [part for part in dict.fromkeys(parts) if part]
    if len(named) > MOST_PARTS:
        rest = ngettext("%(n)d more", "%(n)d more", len(named) - MOST_PARTS) % {"n": len(named) - MOST_PARTS}
        named = [*named[:MOST_PARTS], rest]
    return f"{place}: {', '.join(named)}" if named else place


def _mended_at(survey: Survey, steps: Sequence[str]) -> tuple[str, str]:
    """The page of what it is about, and its mark on the build page."""
    numbers = [int(step) if step.isdigit() else None for step in steps]
    if steps[:1] == ["pages"] and len(steps) > 1 and (page := numbers[1]) is not None:
        if len(steps) > 3 and steps[2] == "questions" and (number := numbers[3]) is not None:
            return reverse("surveys:question", args=[survey.slug, page, number]), f"q-{page}-{number}"
        return reverse("surveys:page", args=[survey.slug, page]), f"p-{page}"
    if steps[:1] == ["scores"] and len(steps) > 1 and (score := numbers[1]) is not None:
        return reverse("surveys:score", args=[survey.slug, score]), "scores"
    if steps[:1] == ["quotas"]:
        return f"{reverse('surveys:settings', args=[survey.slug])}#quotas", ""
    if steps[:1] and steps[0] in {"title", "intro", "thanks", "screened", "languages"}:
        return reverse("surveys:texts", args=[survey.slug]), ""
    return reverse("surveys:build", args=[survey.slug]), ""


def placed(draft: Mapping[str, Any], pointer: str) -> str:
    """A pointer in words: "Page 2, question 3 (why)", with the part it is about behind."""
    place, part = _placed(draft, pointer.split("/")[1:])
    return f"{place}: {part}" if part else place


def _placed(draft: Mapping[str, Any], steps: Sequence[str]) -> tuple[str, str]:
    if steps[:1] == ["quotas"]:
        return _("Quotas"), ""
    if len(steps) > 1 and steps[0] == "scores" and steps[1].isdigit():
        return _("Score %(number)d") % {"number": int(steps[1]) + 1}, _part(steps[2:3])
    if len(steps) < 2 or steps[0] != "pages" or not steps[1].isdigit():
        return _("The whole survey"), _part(steps)
    page = int(steps[1])
    if len(steps) < 4 or steps[2] != "questions" or not steps[3].isdigit():
        return _("Page %(page)d") % {"page": page + 1}, _part(steps[2:])
    number = int(steps[3])
    try:
        key = str(draft["pages"][page]["questions"][number]["key"])
    except (KeyError, IndexError, TypeError):
        key = ""
    words = _("Page %(page)d, question %(question)d") % {"page": page + 1, "question": number + 1}
    return words + (f" ({key})" if key else ""), _part(steps[4:])


def _part(steps: Sequence[str]) -> str:
    """Which part of it, in words where it has any; a language is named by the message."""
    kept = [step for step in steps if step and step not in {*LANGUAGES, "text", "to"}]
    if len(kept) > 1 and kept[0] in PARTS and kept[1].isdigit():
        return " · ".join([PARTS[kept[0]] % {"number": int(kept[1]) + 1}, *(_name(step) for step in kept[2:])])
    return " · ".join(_name(step) for step in kept)


def _name(step: str) -> str:
    return str(NAMES.get(step, step))
