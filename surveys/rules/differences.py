"""What differs between two definitions, by the keys of pages, questions, options and lines: for whoever publishes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ADDED, REMOVED, MOVED, CHANGED = "added", "removed", "moved", "changed"
_LISTS = ("options", "lines", "pictures")


@dataclass(frozen=True)
class Change:
    """One difference. `what` is page or question, or empty for the whole; `path` names the part that changed, such as
    text.th or options.price.text.en, with what stood there before and after.
    """

    how: str
    what: str = ""
    key: str = ""
    path: str = ""
    before: str = ""
    after: str = ""


def between(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """All of it: first the whole, then pages, then questions in the new order, what is gone last."""
    found = list(_changed("", "", _flat(_without(before)), _flat(_without(after))))
    found += _listed("page", _by_key(before.get("pages")), _by_key(after.get("pages")), leaves_out=("questions",))
    return found + _listed("question", _questions(before), _questions(after))


def _without(whole: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in whole.items() if name not in {"pages", "schema"}}


def _questions(whole: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return _by_key([question for page in whole.get("pages") or () for question in page.get("questions") or ()])


def _by_key(parts: Any) -> dict[str, dict[str, Any]]:
    return {str(part.get("key", "")): part for part in parts or ()}


def _listed(
    what: str,
    before: Mapping[str, dict[str, Any]],
    after: Mapping[str, dict[str, Any]],
    *,
    leaves_out: tuple[str, ...] = (),
) -> list[Change]:
    found = []
    kept = [key for key in before if key in after]
    order = {key: place for place, key in enumerate(kept)}
    last = -1
    for key, part in after.items():
        if key not in before:
            found.append(Change(ADDED, what, key))
            continue
        if order[key] < last:
            found.append(Change(MOVED, what, key))
        last = max(last, order[key])
        old, new = (
            {name: value for name, value in one.items() if name not in leaves_out} for one in (before[key], part)
        )
        found += _changed(what, key, _flat(old), _flat(new))
    return found + [Change(REMOVED, what, key) for key in before if key not in after]


def _changed(what: str, key: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    for path in dict.fromkeys((*before, *after)):
        old, new = before.get(path, ""), after.get(path, "")
        if old != new:
            yield Change(CHANGED, what, key, path, old, new)


def _flat(value: Any, path: str = "") -> dict[str, str]:
    """Every leaf with its path; parts of a list go by their keys, else by their numbers."""
    if isinstance(value, Mapping):
        pairs = [(str(name), inner) for name, inner in value.items()]
    elif isinstance(value, list):
        order = [
            str(part.get("key", n + 1)) if isinstance(part, Mapping) else str(n + 1) for n, part in enumerate(value)
        ]
        pairs = list(zip(order, value, strict=True))
        if path in _LISTS:
            return {path: " · ".join(order)} | _under(pairs, path)
    else:
        return {path: "yes" if value is True else "no" if value is False else str(value)}
    return _under(pairs, path)


def _under(pairs: list[tuple[str, Any]], path: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, inner in pairs:
        if path in _LISTS or name != "key":
            found |= _flat(inner, f"{path}.{name}" if path else name)
    return {leaf: text for leaf, text in found.items() if not leaf.endswith(".key")}
