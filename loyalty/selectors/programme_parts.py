"""A programme as parts that say in sentences what they do, and what differs between two programmes.

Each part has a place (`rules/spend`, `wallets/points`, `tiering`, …), so that a page can put it where it is changed
and two versions can be compared place by place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from loyalty.models import Reward
from loyalty.rules.programme import Programme
from loyalty.selectors.sentences import Teller, called
from loyalty.selectors.wallets import Wallet


@dataclass(frozen=True, slots=True)
class Part:
    """One place of a programme: its name, what it says, sentence by sentence, and all that stands there as data."""

    place: str
    name: str
    sentences: tuple[str, ...]
    data: Any = None

    @property
    def section(self) -> str:
        """The first step of the place: `rules`, `tiers`, `staff`."""
        return self.place.split("/")[0]

    @property
    def key(self) -> str:
        """The second step; empty for a place that there is once."""
        return self.place.partition("/")[2]


@dataclass(frozen=True, slots=True)
class Difference:
    """What one place says no more (`gone`) and what it says anew (`new`). A place that is new says nothing before."""

    place: str
    name: str
    gone: tuple[str, ...]
    new: tuple[str, ...]
    how: Literal["added", "changed", "removed"] = "changed"


def of(programme: Programme, wallets: Mapping[str, Wallet], rewards: Mapping[str, str] | None = None) -> list[Part]:
    """The whole programme, in the order in which people ask: how to earn, what multiplies, how long it lasts, tiers,
    returns, joining, notices, staff. `wallets` has every wallet there is, `rewards` what rewards are called.
    """
    tell = Teller(programme, wallets, rewards or {})
    found = [
        Part(f"rules/{rule.key}", called(rule.names, rule.key), tuple(tell.rule(rule)), rule) for rule in tell.rules()
    ]
    found += [
        Part(f"bonuses/{bonus.key}", called(bonus.names, bonus.key), tuple(tell.bonus(bonus)), bonus)
        for bonus in programme.bonuses
    ]
    if programme.bonuses:
        found.append(Part("factors", _("Several multipliers"), (tell.factors(),), programme.factors))
    found += [
        Part(f"wallets/{key}", tell.title(key), tuple(tell.kept(key, kept)), kept)
        for key, kept in tell.kept_wallets().items()
    ]
    tiering = programme.tiering
    if tiering.tiers:
        rest = msgspec.structs.replace(tiering, tiers=[])
        found.append(Part("tiering", _("How members rise and fall"), tuple(tell.tiering()), rest))
        found += [
            Part(f"tiers/{tier.key}", called(tier.names, tier.key), tuple(tell.tier(tier)), tier)
            for tier in tiering.tiers
        ]
    whole = (programme.names, programme.currency, programme.hold_minutes, programme.household)
    return [
        *found,
        Part("refunds", _("When money goes back"), tuple(tell.refunds()), programme.refunds),
        Part("joining", _("Joining"), tuple(tell.joining()), programme.joining),
        Part("referrals", _("Recommendations"), tuple(tell.referrals()), programme.referrals),
        Part("notices", _("Before something ends"), tuple(tell.notices()), programme.notices),
        Part("staff", pgettext("loyalty", "By hand"), tuple(tell.staff()), programme.staff),
        Part("general", pgettext("loyalty", "The programme"), tuple(tell.general()), whole),
    ]


def rewards() -> dict[str, str]:
    """What the rewards of the catalogue are called, by key. One query."""
    return {key: called(names, key) for key, names in Reward.objects.values_list("key", "names")}


def between(before: Sequence[Part], after: Sequence[Part]) -> list[Difference]:
    """Place by place in the order of `after`; places that are gone come last. Empty where nothing differs at all."""
    old = {part.place: part for part in before}
    found = []
    for part in after:
        was = old.pop(part.place, None)
        if was is None:
            found.append(Difference(part.place, part.name, (), part.sentences, "added"))
            continue
        gone = tuple(one for one in was.sentences if one not in part.sentences)
        new = tuple(one for one in part.sentences if one not in was.sentences)
        if was.name != part.name:
            gone, new = (
                (_("It is called “%(name)s”.") % {"name": was.name}, *gone),
                (
                    _("It is called “%(name)s”.") % {"name": part.name},
                    *new,
                ),
            )
        if not gone and not new and was.data != part.data:
            new = (_("A detail that no sentence tells, such as a name in another language."),)
        if gone or new:
            found.append(Difference(part.place, part.name, gone, new))
    return found + [Difference(part.place, part.name, part.sentences, (), "removed") for part in old.values()]
