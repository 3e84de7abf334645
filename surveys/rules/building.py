"""Changing a draft one step at a time. Each step takes a draft and gives a new one; none looks at what else is wrong.

A draft may have faults (an empty page, a text that is missing): they are told before publishing. Places are the numbers
of a page and of a question on it. Raises Gone where there is no such place any more.
"""

import copy
import re
from collections.abc import Collection, Mapping
from typing import Any

from surveys.rules import ready

Draft = dict[str, Any]
MOST_PAGES = MOST_QUESTIONS = 50
MOST_SCORES = 20
_BEGINNINGS: dict[str, dict[str, Any]] = {
    "single": {"options": 2},
    "multiple": {"options": 2},
    "ranking": {"options": 2},
    "matrix": {"options": 3, "lines": 2},
    "contact": {"field": "email"},
    "consent": {"purpose": "", "channel": ""},
    "poll": {"pictures": []},
}
_KEYED = ("options", "lines")


def is_made(key: str, part: str) -> bool:
    """Whether that is a key which `add_question` gives to an option or a line: nobody chose it."""
    return re.fullmatch(rf"{part[0]}[1-9]", key) is not None


class Gone(LookupError):
    """There is no such page or question, or no more of them fit."""


def pages(draft: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The pages; of anything else that stands there none."""
    found = draft.get("pages")
    return [page for page in found if isinstance(page, dict)] if isinstance(found, list) else []


def questions(page: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The questions of a page."""
    found = page.get("questions")
    return [question for question in found if isinstance(question, dict)] if isinstance(found, list) else []


def question_at(draft: Mapping[str, Any], page: int, number: int) -> dict[str, Any]:
    """That question. Raises Gone."""
    try:
        return questions(pages(draft)[page])[number]
    except IndexError:
        raise Gone from None


def add_page(draft: Mapping[str, Any]) -> Draft:
    """An empty page at the end."""
    new = _copy(draft)
    if len(new["pages"]) >= MOST_PAGES:
        raise Gone
    new["pages"].append({"key": free("page", {str(page.get("key")) for page in new["pages"]}), "questions": []})
    return new


def save_page(draft: Mapping[str, Any], page: int, parts: Mapping[str, Any]) -> Draft:
    """A page with these parts; empty ones are left out, its questions stay."""
    new = _copy(draft)
    before = _page(new, page)
    written = {name: value for name, value in parts.items() if value not in ("", {}, [])}
    new["pages"][page] = {"key": before.get("key", ""), **written, "questions": before["questions"]}
    if (old := before.get("key")) and (key := written.get("key")) and old != key:
        for other in new["pages"]:
            for jump in other.get("jumps") or ():
                if jump.get("to") == old:
                    jump["to"] = key
    return new


def remove_page(draft: Mapping[str, Any], page: int) -> Draft:
    """Without that page and its questions."""
    new = _copy(draft)
    _page(new, page)
    del new["pages"][page]
    return new


def move_page(draft: Mapping[str, Any], page: int, to: int) -> Draft:
    """That page at another place."""
    new = _copy(draft)
    moved = _page(new, page)
    del new["pages"][page]
    new["pages"].insert(max(0, min(to, len(new["pages"]))), moved)
    return new


def add_question(draft: Mapping[str, Any], page: int, kind: str) -> Draft:
    """A question of that kind at the end of a page, with the parts it cannot be without."""
    new = _copy(draft)
    here = _page(new, page)["questions"]
    if len(here) >= MOST_QUESTIONS:
        raise Gone
    made: dict[str, Any] = {"kind": kind, "key": free(kind, keys(new)), "text": {}}
    languages = new.get("languages")
    for name, texts in ready.usual(kind).items():
        wanted = languages if isinstance(languages, list) else texts
        made[name] = {code: text for code, text in texts.items() if code in wanted}
    for name, begun in _BEGINNINGS.get(kind, {}).items():
        made[name] = [{"key": f"{name[0]}{n}", "text": {}} for n in range(1, begun + 1)] if name in _KEYED else begun
    here.append(made)
    return new


def save_question(draft: Mapping[str, Any], page: int, number: int, question: Mapping[str, Any]) -> Draft:
    """That question anew. Where its key is another one, conditions and scores that name it follow."""
    before = question_at(draft, page, number)
    new = _copy(draft)
    new["pages"][page]["questions"][number] = dict(question)
    old, key = str(before.get("key", "")), str(question.get("key", ""))
    return _renamed(new, old, key) if old and key and old != key else new


def copy_question(draft: Mapping[str, Any], page: int, number: int) -> Draft:
    """The same question once more behind itself, under a key of its own."""
    new = _copy(draft)
    made = copy.deepcopy(question_at(draft, page, number))
    here = new["pages"][page]["questions"]
    if len(here) >= MOST_QUESTIONS:
        raise Gone
    made["key"] = free(str(made.get("key", "")) or "question", keys(new))
    here.insert(number + 1, made)
    return new


def remove_question(draft: Mapping[str, Any], page: int, number: int) -> Draft:
    """Without that question; what asks about it is told before publishing."""
    question_at(draft, page, number)
    new = _copy(draft)
    del new["pages"][page]["questions"][number]
    return new


def move_question(draft: Mapping[str, Any], page: int, number: int, to_page: int, to: int) -> Draft:
    """That question before the one that stands at the other place now."""
    moved = question_at(draft, page, number)
    new = _copy(draft)
    there = _page(new, to_page)["questions"]
    del new["pages"][page]["questions"][number]
    if page == to_page and to > number:
        to -= 1
    there.insert(max(0, min(to, len(there))), copy.deepcopy(moved))
    return new


def step_question(draft: Mapping[str, Any], page: int, number: int, *, down: bool) -> Draft:
    """One place up or down; from the edge of a page onto the next one."""
    count = len(questions(pages(draft)[page])) if page < len(pages(draft)) else 0
    if down:
        if number + 1 < count:
            return move_question(draft, page, number, page, number + 2)
        return move_question(draft, page, number, page + 1, 0)
    if number > 0:
        return move_question(draft, page, number, page, number - 1)
    if page == 0:
        raise Gone
    return move_question(draft, page, number, page - 1, MOST_QUESTIONS)


def scores(draft: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The scores."""
    found = draft.get("scores")
    return [score for score in found if isinstance(score, dict)] if isinstance(found, list) else []


def save_score(draft: Mapping[str, Any], number: int, score: Mapping[str, Any] | None) -> Draft:
    """That score anew, behind the last one a new one; None takes it out. Raises Gone."""
    new = _copy(draft)
    kept = scores(new)
    if not 0 <= number <= len(kept) - (score is None) or number >= MOST_SCORES:
        raise Gone
    kept[number : number + 1] = [] if score is None else [dict(score)]
    new["scores"] = kept
    return new


def keys(draft: Mapping[str, Any]) -> set[str]:
    """The keys of all questions."""
    return {str(question.get("key", "")) for page in pages(draft) for question in questions(page)}


def free(wish: str, taken: Collection[str]) -> str:
    """A key near to the wish that is not taken."""
    base = re.sub(r"[^a-z0-9]+", "_", wish.lower()).strip("_")[:34] or "question"
    base = base if base[0].isalpha() else f"q_{base}"
    return next(key for key in (base, *(f"{base}_{n}" for n in range(2, 10_000))) if key not in taken)


def _copy(draft: Mapping[str, Any]) -> Draft:
    """A draft of its own, whose pages and questions can be counted on to be lists."""
    new = copy.deepcopy(dict(draft))
    new["pages"] = pages(new)
    for page in new["pages"]:
        page["questions"] = questions(page)
    return new


def _page(draft: Draft, page: int) -> dict[str, Any]:
    if not 0 <= page < len(draft["pages"]):
        raise Gone
    found: dict[str, Any] = draft["pages"][page]
    return found


def _renamed(value: Any, old: str, new: str) -> Any:
    """Every condition and score that names the question, with its new key."""
    named = re.compile(rf"(\{{\s*){re.escape(old)}(?=[\s.}}])")
    if isinstance(value, list):
        return [_renamed(one, old, new) for one in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for name, inner in value.items():
        if name == "when" and isinstance(inner, str):
            found[name] = named.sub(rf"\g<1>{new}", inner)
        elif name == "question" and isinstance(inner, str) and inner.partition(".")[0] == old:
            found[name] = new + inner[len(old) :]
        else:
            found[name] = _renamed(inner, old, new)
    return found
