"""The order in which options stand for one run: drawn once, the same on every page and after every reload.

It is computed of the secret of the run, so nothing has to be kept before anything is answered; what stood where is
kept with the answer.
"""

import hashlib
from collections.abc import Sequence

from surveys.rules.kinds import Question
from surveys.rules.kinds.choices import Chosen, Poll


def order(secret: str, question: Question, offered: Sequence[str] | None = None) -> tuple[str, ...]:
    """The keys of a question's options (or pictures) as they stand in this run. What goes with no other, and "other",
    stay at the end: people look for them there.
    """
    match question:
        case Poll():
            return _drawn(secret, question.key, [picture.key for picture in question.pictures])
        case Chosen():
            options = [option for option in question.options if offered is None or option.key in offered]
            if not question.shuffled:
                return tuple(option.key for option in options)
            free = [option.key for option in options if not (option.exclusive or option.other)]
            fixed = [option.key for option in options if option.exclusive or option.other]
            return (*_drawn(secret, question.key, free), *fixed)
        case _:
            return ()


def is_drawn(question: Question) -> bool:
    """Whether the order differs from run to run, and so is worth keeping."""
    return isinstance(question, Poll) or (isinstance(question, Chosen) and question.shuffled)


def _drawn(secret: str, question: str, keys: Sequence[str]) -> tuple[str, ...]:
    def rank(key: str) -> bytes:
        return hashlib.sha256(f"{secret}\n{question}\n{key}".encode()).digest()

    return tuple(sorted(keys, key=rank))
