"""How a text feels of one subject, in SQL: by the clauses that speak of it, where they do not feel as the text does.

A text that says good and bad of the same subject counts as a complaint: somebody should look at it.
"""

from typing import Final

from surveys.rules.understanding.reader import FELT

_WORDS: Final = "(ARRAY[" + ", ".join(f"'{word}'" for word in FELT) + "])"
WHOLE: Final = f"(array_position({_WORDS}, coalesce(g.sentiment::text, '')) - 1)"
"""The feeling of the whole text `g` as a number, for readings that tell no clauses."""


def word(number: str) -> str:
    """A feeling as a word, '' where none was read."""
    return f"{_WORDS}[{number} + 1]"


def theme(terms: str) -> str:
    """The feeling of the reading `g` in what it says by one of `terms` (SQL that gives an array), as a word."""
    least = f"(SELECT min(s.felt) FROM unnest(g.terms, g.felt) s (term, felt) WHERE s.term = ANY({terms}))"  # noqa: S608  (ours)
    return word(f"coalesce({least}, {WHOLE})")
