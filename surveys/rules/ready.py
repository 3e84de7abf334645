"""The questionnaires a shop can begin with, as files of their own JSON: read, opened in the builder, changed there."""

import functools
import json
from pathlib import Path

from surveys.rules import definition
from surveys.rules.definition import Definition

FOLDER = Path(__file__).resolve().parent.parent / "ready"
ANONYMOUS = frozenset({"about_you"})
"""Those that ask what nobody should be able to lay at anybody's door."""
GUIDES = ("product", "visit", "ease")
"""Those that serve as guides of interviews too."""
USUAL = {
    "nps": ("nps", ("text", "low", "high")),
    "ces": ("ease", ("text", "low", "high")),
    "csat": ("ease", ("low", "high")),
}
"""In which of them a kind of question has the words it is usually asked with, and which of its words are usual."""
OPEN = "nps"
"""Open in the sample shop, with the questions `score` and `why`."""


@functools.cache
def keys() -> tuple[str, ...]:
    """The keys of all, in the order of their names."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def usual(kind: str) -> dict[str, dict[str, str]]:
    """The words that such a question is usually asked with, of the ready-made ones; empty for most kinds."""
    if kind not in USUAL:
        return {}
    ready, names = USUAL[kind]
    pages = definition.written(one(ready))["pages"]
    asked = next(found for page in pages for found in page["questions"] if found["kind"] == kind)
    return {name: asked[name] for name in names}


@functools.cache
def one(key: str) -> Definition:
    """That questionnaire. Raises KeyError."""
    if key not in keys():
        raise KeyError(key)
    return definition.read(json.loads((FOLDER / f"{key}.json").read_text("utf-8")))
