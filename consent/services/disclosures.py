"""What must be said before anybody is asked: a form, survey or interview guide is open only with its disclosure.

Rooms above declare the kinds of things that ask (`declare`), and call `require` before they publish or open one. What
they get is what they show before the first question and keep with the answer.
"""

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from consent.rules import notices as rules
from consent.selectors import notices
from consent.selectors.notices import Disclosure


class NotDisclosed(Exception):
    """Nothing says what becomes of the answers, so nobody may be asked. The message is for staff."""


@dataclass(frozen=True)
class Asking:
    """Something that asks people: its kind (form, survey, interview), its key, what staff call it, and where it is."""

    kind: str
    key: str
    label: str | Promise
    url: str = ""

    @property
    def name(self) -> str:
        """The name of its disclosure among the texts."""
        return rules.of_disclosure(self.kind, self.key)


_declared: dict[str, Asking] = {}


def declare(*askings: Asking) -> None:
    """Register what always asks, such as the public forms; its disclosure is then listed even where it is missing."""
    for asking in askings:
        if asking.kind not in rules.DISCLOSED:
            raise ValueError(f"{asking.kind} is none of {rules.DISCLOSED}")
        _declared[asking.name] = asking


def declared() -> dict[str, Asking]:
    """What was registered, by the name of its disclosure."""
    return dict(_declared)


def require(kind: str, key: str, *, language: str, at: dt.datetime) -> Disclosure:
    """The disclosure in force of something that is to ask. Raises NotDisclosed: then it must not be open."""
    found = notices.disclosure(rules.of_disclosure(kind, key), language=language, at=at)
    if found is None:
        raise NotDisclosed(
            _(
                "Nothing published says what becomes of the answers. "
                "Write it under Permission and privacy, Documents, and publish it."
            )
        )
    return found
