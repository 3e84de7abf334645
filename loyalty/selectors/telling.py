"""What happened to a wallet, in the words of whose it is: a line for each act that changed what they have."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

from loyalty.models import Act
from loyalty.rules.programme import Programme
from loyalty.selectors.versions import Timeline

KIND = Act.Kind
_WORDS: Mapping[str, Promise] = {
    KIND.EARN: pgettext_lazy("points", "Earned"),
    KIND.REDEEM: pgettext_lazy("points", "Paid with"),
    KIND.CAPTURE: pgettext_lazy("points", "Paid with"),
    KIND.RESTORE: pgettext_lazy("points", "Came back"),
    KIND.RELEASE: pgettext_lazy("points", "Came back"),
    KIND.EXPIRE: pgettext_lazy("points", "Expired"),
    KIND.REINSTATE: pgettext_lazy("points", "Good again"),
    KIND.REFUND: pgettext_lazy("points", "Taken back for a return"),
    KIND.ADJUST: pgettext_lazy("points", "Corrected by our staff"),
    KIND.OPENING: pgettext_lazy("points", "Brought along"),
    KIND.PARTED: pgettext_lazy("points", "Shared no more"),
}
_OF_A_CAUSE: Mapping[str, Promise] = {
    "order": pgettext_lazy("points", "Purchase"),
    "survey": pgettext_lazy("points", "For your answers"),
    "join": pgettext_lazy("points", "Welcome"),
    "draw": pgettext_lazy("points", "Won in a prize draw"),
    "thanks": pgettext_lazy("points", "A thank-you from us"),
    "told": pgettext_lazy("points", "From our store"),
    "left": pgettext_lazy("points", "Ended with the membership"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """One line: when, in which wallet, what it was, and by how much it changed what they have."""

    act: uuid.UUID
    at: datetime
    wallet: str
    words: str
    change: Decimal


def of(acts: Sequence[Act], timeline: Timeline, *, others: Mapping[uuid.UUID, str] | None = None) -> list[Told]:
    """These acts in the reader's language; what only moved between to wait, to spend and put aside is left out. Of
    `others` (first names by row), who share, it says who and what, and not what for.
    """
    names: dict[uuid.UUID | None, Mapping[str, Mapping[Any, str]]] = {}
    found = []
    for act in acts:
        if not act.change:
            continue
        if act.version not in names:
            version = timeline.by_id(act.version)
            names[act.version] = _names(version.programme) if version else {}
        if others and act.customer_id in others:
            what = str(_WORDS.get(act.kind, KIND(act.kind).label))
            words = pgettext("somebody: what they did", "%(name)s: %(what)s") % {
                "name": others[act.customer_id] or _("a member"),
                "what": what,
            }
        else:
            words = _words(act, names[act.version])
        found.append(Told(act.id, act.at, act.wallet, words, act.change))
    return found


def _names(programme: Programme) -> dict[str, Mapping[Any, str]]:
    return {part.key: part.names for part in (*programme.rules, *programme.bonuses)}


def _words(act: Act, names: Mapping[str, Mapping[Any, str]]) -> str:
    cause = act.cause.partition(":")[0]
    if act.kind == KIND.EARN:
        rule = _in_my_language(names.get(act.reason, {}))
        return rule or str(_OF_A_CAUSE.get(cause, _WORDS[KIND.EARN]))
    if act.kind == KIND.EXPIRE and cause == "left":
        return str(_OF_A_CAUSE["left"])
    return str(_WORDS.get(act.kind, KIND(act.kind).label))


def _in_my_language(texts: Mapping[Any, str]) -> str:
    return texts.get((get_language() or "en")[:2]) or texts.get("en") or ""
