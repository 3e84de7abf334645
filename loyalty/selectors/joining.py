"""How people join the programme, as forms and tills have to know it before anybody does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language

from loyalty.selectors import versions


@dataclass(frozen=True, slots=True)
class Programme:
    """The programme in force: its name in the reader's language, whether signing up is joining, and which questions it
    asks then (`customers.rules.profiling`).
    """

    name: str
    is_by_signup: bool
    fields: Sequence[str]


def now(at: datetime) -> Programme | None:
    """None while there is no programme."""
    version = versions.in_force(at)
    if version is None:
        return None
    names, told = version.programme.names, version.programme.joining
    language = (get_language() or "en")[:2]
    name = names.get(language) or names.get("en") or ""  # type: ignore[call-overload]
    return Programme(name, told.how == "signup", tuple(told.fields))
