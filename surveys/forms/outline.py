"""A definition as a list to read: of a draft with faults too, so nothing in it is taken for granted."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from surveys.forms.kinds import KINDS
from surveys.rules.definition import END, SCREENED
from surveys.selectors import wording

_SHOWN = ("options", "lines", "pictures")


def of(draft: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Its pages with their questions, in the language in force."""
    found = []
    for number, page in enumerate(_dicts(draft.get("pages"))):
        found.append(
            {
                "number": number,
                "key": page.get("key", ""),
                "title": text(page.get("title")),
                "when": page.get("when", ""),
                "jumps": [{**jump, "name": _target(draft, jump.get("to"))} for jump in _dicts(page.get("jumps"))],
                "questions": [_question(place, one) for place, one in enumerate(_dicts(page.get("questions")))],
            }
        )
    return found


def targets(draft: Mapping[str, Any], page: int) -> list[tuple[str, str]]:
    """The pages behind one: key, and number with title."""
    return [
        (str(one.get("key", "")), _named(number, one))
        for number, one in enumerate(_dicts(draft.get("pages")))
        if number > page
    ]


def _named(number: int, page: Mapping[str, Any]) -> str:
    title = text(page.get("title"))
    name = _("Page %(page)d") % {"page": number + 1}
    return f"{name}: {title}" if title else name


def _target(draft: Mapping[str, Any], to: Any) -> str:
    """Where a jump leads; the key of what is no longer there."""
    ends = {END: _("the end"), SCREENED: _("not meant for them")}
    pages = {str(one.get("key", "")): _named(number, one) for number, one in enumerate(_dicts(draft.get("pages")))}
    return {**pages, **ends}.get(str(to), str(to))


def scores(draft: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Its scores: name, key, and the questions that count."""
    return [
        {
            "key": score.get("key", ""),
            "text": text(score.get("text")),
            "of": [str(worth.get("question", "")) for worth in _dicts(score.get("of"))],
        }
        for score in _dicts(draft.get("scores"))
    ]


def text(texts: Any) -> str:
    """Texts in the language in force, whatever stands there."""
    kept = (
        {code: words for code, words in texts.items() if isinstance(words, str)} if isinstance(texts, Mapping) else {}
    )
    return wording.text(kept)


def _question(place: int, question: Mapping[str, Any]) -> dict[str, Any]:
    kind = KINDS.get(str(question.get("kind", "")))
    return {
        "place": place,
        "key": question.get("key", ""),
        "kind": kind.label if kind else question.get("kind", ""),
        "icon": kind.icon if kind else "help",
        "text": text(question.get("text")),
        "required": question.get("required") is True,
        "when": question.get("when", ""),
        "maps_to": question.get("maps_to", "") or question.get("field", ""),
        "parts": [
            text(part.get("text")) or part.get("key", "") for name in _SHOWN for part in _dicts(question.get(name))
        ],
    }


def _dicts(parts: Any) -> list[dict[str, Any]]:
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
