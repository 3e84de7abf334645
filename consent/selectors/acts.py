"""What somebody reads of their own ledger: one line per act, with who really did it.

The ledger has one row per purpose and channel; an objection writes a dozen in one moment, and people did one thing.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.utils.translation import gettext

from consent.models import Channel, ConsentRecord
from consent.rules.ledger import REFUSALS, YES
from consent.selectors import ledger, purposes
from customers.selectors import lineage

ACTS, ROWS = 50, 1_000
"""The newest acts that are shown, and of how many rows of the ledger they are made."""


@dataclass(frozen=True)
class Said:
    """What an act said of some purposes: "Allowed", and each purpose with its channels in brackets."""

    word: str
    is_yes: bool
    about: Sequence[str]


@dataclass(frozen=True)
class Act:
    """One press, letter or run: when, who did it and where, and what was said by it."""

    at: dt.datetime
    who: str
    said: Sequence[Said]


def of(customer: uuid.UUID, *, language: str, shown: Collection[tuple[str, str]]) -> list[Act]:
    """The newest acts of that person and of those they were merged with, in the language that is in force.

    A "no" to everything is written for ways, too, that the person has not: of an act's refusals those are named that
    are `shown` (purpose, channel), as far as there are any. The receipt has all.
    """
    names = purposes.names(language)
    rows = ledger.history(lineage.of(customer)).defer("evidence")[:ROWS]
    found = (list(same) for _key, same in groupby(rows, key=_key))
    return [_act(_of_theirs(same, shown), names) for same in found][:ACTS]


def _of_theirs(rows: list[ConsentRecord], shown: Collection[tuple[str, str]]) -> list[ConsentRecord]:
    return [row for row in rows if row.status not in REFUSALS or (row.purpose, row.channel) in shown] or rows


def _key(row: ConsentRecord) -> tuple[object, ...]:
    return row.at, row.recorded_at, row.source, row.method, row.actor_kind, row.actor_id


def _act(rows: list[ConsentRecord], names: dict[str, str]) -> Act:
    said: dict[str, dict[str, list[str]]] = {}
    yes: set[str] = set()
    for row in sorted(rows, key=lambda row: (row.status not in YES, row.purpose, row.channel)):
        word = ledger.word(row)
        if row.status in YES:
            yes.add(word)
        ways = said.setdefault(word, {}).setdefault(row.purpose, [])
        if row.channel != Channel.ANY:
            ways.append(purposes.channel_name(row.channel))
    return Act(
        at=rows[0].at,
        who=_who(rows[0]),
        said=[Said(word, word in yes, [_about(names, *one) for one in about.items()]) for word, about in said.items()],
    )


def _about(names: dict[str, str], purpose: str, ways: Sequence[str]) -> str:
    name = names.get(purpose, purpose)
    return f"{name} ({', '.join(ways)})" if ways else name


def _who(row: ConsentRecord) -> str:
    """Who did it and by which way; the person by every way that is theirs alone."""
    if row.actor_kind == "staff":
        return {
            "guardian": gettext("Our staff, as your guardian told us"),
            "request": gettext("Our staff, because you asked for it"),
            "import": gettext("Our staff, taken over from an earlier system"),
        }.get(row.method, gettext("Our staff, as you told them"))
    if row.method == "guardian" and row.status in YES:
        return gettext("Your guardian, by the link in our mail")
    if row.actor_kind == "customer":
        return {
            "preferences": gettext("You, on this page"),
            "form": gettext("You, in a form"),
            "unsubscribe": gettext("You, by the link in a message"),
            "request": gettext("You, under “My data”"),
            "tracking": gettext("You, on the website"),
            "gpc": gettext("Your browser, by its signal"),
            "complaint": gettext("You, by marking a mail as spam"),
            "guardian": gettext("Your guardian, by the link in our mail"),
        }.get(row.method, gettext("You"))
    return {
        "import": gettext("Taken over from an earlier system"),
        "import_undone": gettext("We, when we took a file back"),
        "request": gettext("We, because you asked under “My data”"),
        "store": gettext("You, in our online shop"),
        "lead form": gettext("You, in a form of an advertisement"),
        "tracking": gettext("You, on the website"),
        "complaint": gettext("Your mail provider, which told us of a complaint"),
    }.get(row.method, gettext("Our system, as it was told") if row.actor_kind == "key" else gettext("Our system"))
