"""The timeline of one customer, page by page: everything every room has to tell, newest first."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cdp.core import context, timeline
from cdp.core.crypto import subjects
from customers.selectors import lineage

PAGE = 30
LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Page:
    """Entries, newest first; `before` is where the next page starts, None on the last one."""

    entries: Sequence[timeline.Entry]
    before: datetime | None


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose history: the survivor's id first, then those absorbed, and the open keys of all of them."""

    lineage: Sequence[uuid.UUID]
    keyring: subjects.Keyring


def subject(customer: uuid.UUID) -> Subject:
    """The subject behind a surviving id; two queries where nobody was absorbed."""
    people = lineage.of(customer)
    return Subject(people, subjects.load(people))


def page(
    about: uuid.UUID | Subject, *, before: datetime | None = None, kinds: Sequence[str] = (), size: int = PAGE
) -> Page:
    """About `size` entries before that moment, of these kinds or of all.

    Pages are cut between moments, never inside one: the next page asks for what is older than the last entry, and
    facts of one moment (a receipt, an import) would be lost at the cut. So a page may be somewhat shorter, or longer
    where one moment holds more than a page.
    """
    about = about if isinstance(about, Subject) else subject(about)
    context.show(about.lineage[:1])
    wanted = size
    while True:
        question = timeline.Question(about.lineage, before, wanted + 1, about.keyring)
        found = timeline.entries(question, only=kinds)
        if len(found) <= wanted:
            return Page(found, None)
        cut = found[wanted].at
        kept = [entry for entry in found if entry.at > cut]
        if kept:
            return Page(kept, kept[-1].at)
        if wanted >= LONGEST:
            return Page(found[:wanted], cut)
        wanted = min(wanted * 4, LONGEST)
