"""Who beside the rows of the database still needs a key of the ring, such as a backup that is kept.

A room declares a function from the id of a key to sentences, each naming one thing that opens with that key only.
"""

from collections.abc import Callable

Question = Callable[[str], list[str]]
_questions: dict[str, Question] = {}


def declare(name: str, question: Question) -> None:
    """Ask `question` before a key is called removable. A name declares one; again replaces it."""
    _questions[name] = question


def needed_by(key_id: str) -> list[str]:
    """Everything outside of the database that still needs this key, as sentences; empty when nothing does."""
    return [sentence for question in _questions.values() for sentence in question(key_id)]
