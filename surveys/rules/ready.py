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
OPEN = "nps"
"""Open in the sample shop, with the questions `score` and `why`."""


@functools.cache
def keys() -> tuple[str, ...]:
    """The keys of all, in the order of their names."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


@functools.cache
def one(key: str) -> Definition:
    """That questionnaire. Raises KeyError."""
    if key not in keys():
        raise KeyError(key)
    return definition.read(json.loads((FOLDER / f"{key}.json").read_text("utf-8")))
